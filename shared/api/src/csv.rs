//! Comma-separated values that no spreadsheet runs (RFC 4180; ASVS 1.2.10; OWASP, "CSV Injection").

use axum::response::{IntoResponse, Response};
use http::header;
use model::{Event, event::Export};
use store::{Commit, Tenant};

use crate::Result;

/// What a cell may not begin with, in ASCII and in the full-width forms that some spreadsheets read alike.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
/// Bytes of a file: Lambda answers with 6 MB at most.
const BYTES_MOST: usize = 4 * 1024 * 1024;

/// A file of rows, for people to open in a spreadsheet: UTF-8 with a byte-order mark, without which Excel reads it in
/// the code page of the machine.
#[derive(Debug)]
pub struct Csv {
    text: String,
    rows: u32,
}

impl Csv {
    /// A file with its first row, which says what the columns are.
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut file = Self { text: "\u{feff}".into(), rows: 0 };
        file.write(columns);
        file
    }

    /// Appends a row. A cell that a spreadsheet would take for a formula gets a quote in front: it is shown, not run.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        self.write(cells);
        self.rows = self.rows.saturating_add(1);
    }

    /// Rows so far, the first one not counted.
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Bytes so far, the first row counted.
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether no more rows fit into one answer.
    pub const fn is_full(&self) -> bool {
        self.text.len() >= BYTES_MOST
    }

    /// The answer that a browser saves as `name`, which is fixed text of ours: nothing a customer typed is in a header.
    pub fn attachment(self, name: &'static str) -> Response {
        let disposition = format!("attachment; filename=\"{name}.csv\"");
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (headers, self.text).into_response()
    }

    /// The same answer, to somebody who takes `what` away: that they did stands in the company's log first.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn taken(self, tenant: &Tenant<'_>, what: Export, name: &'static str) -> Result<Response> {
        let event = Event::DataExported { what, rows: self.rows };
        tenant.commit(Commit::new().event(event)?).await?;
        Ok(self.attachment(name))
    }

    fn write<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let out = &mut self.text;
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            out.push('"');
            if cell.starts_with(FORMULA) {
                out.push('\'');
            }
            // A zero byte ends the text in some programs.
            out.extend(
                cell.chars().filter(|c| *c != '\0').flat_map(|c| [Some(c), (c == '"').then_some('"')]).flatten(),
            );
            out.push('"');
        }
        out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> String {
        Csv::new(cells.iter().copied()).text
    }

    #[test]
    fn a_cell_holds_whatever_it_holds() {
        assert_eq!(of(&["a", "b,c", "d\"e", "f\ng", ""]), "\u{feff}\"a\",\"b,c\",\"d\"\"e\",\"f\ng\",\"\"\r\n");
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1"] {
            assert!(of(&[formula]).starts_with("\u{feff}\"'"), "{formula:?}");
        }
        assert_eq!(of(&["1=1"]), "\u{feff}\"1=1\"\r\n");
        // A quote or comma in a cell ends neither it nor the defence.
        assert_eq!(of(&["=\",\"=2"]), "\u{feff}\"'=\"\",\"\"=2\"\r\n");
    }

    #[test]
    fn rows_are_counted_without_the_first() {
        let mut file = Csv::new(["a"]);
        assert_eq!(file.rows(), 0);
        file.row(["1"]);
        assert_eq!(file.rows(), 1);
        assert_eq!(file.bytes(), file.text.len());
    }
}
