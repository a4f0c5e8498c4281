//! Files that people take away, read as a spreadsheet would.

use http::header;
use serde_json::Value;
use tests::{Answer, Client};

/// The rows of a file by a real parser, by the names of their columns. It is safe to open: UTF-8 that says so, a name of
/// ours, and no cell that a spreadsheet would run.
pub fn rows(answer: &Answer, name: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(answer.headers[header::CONTENT_DISPOSITION], format!("attachment; filename=\"{name}.csv\""));
    assert!(answer.body.starts_with("\u{feff}".as_bytes()), "Excel reads it as UTF-8");
    let mut reader = csv::Reader::from_reader(answer.body.as_slice());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<_> = reader
        .records()
        .map(|row| columns.iter().cloned().zip(row.unwrap().iter().map(str::to_owned)).collect())
        .collect();
    for cell in rows.iter().flat_map(std::collections::BTreeMap::values) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']), "{cell}");
    }
    rows
}

/// That the newest entry of the log says that so many rows of `what` were taken.
pub async fn is_noted(owner: &Client<'_>, what: &str, rows: usize) {
    let newest: Value = owner.get("/v1/events?kind=data.exported").await.expect(200);
    assert_eq!(newest["items"][0]["event"]["what"], what);
    assert_eq!(newest["items"][0]["event"]["rows"], rows);
}

/// A cell as it was before a quote kept it from being run.
pub fn unquoted(cell: &str) -> &str {
    let rest =
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠']));
    rest.unwrap_or(cell)
}

/// Minor units of an amount such as `12.50`.
pub fn minor(cell: &str) -> Option<i64> {
    cell.replace('.', "").parse().ok()
}
