//! Comma-separated values that no spreadsheet runs (RFC 4180; OWASP, "CSV Injection").

/// Appends a row. A cell that a spreadsheet would take for a formula gets a quote in front: it is shown, not run.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push('"');
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> String {
        let mut out = String::new();
        row(cells.iter().copied(), &mut out);
        out
    }

    #[test]
    fn a_cell_holds_whatever_it_holds() {
        assert_eq!(of(&["a", "b,c", "d\"e", "f\ng", ""]), "\"a\",\"b,c\",\"d\"\"e\",\"f\ng\",\"\"\r\n");
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert!(of(&[formula]).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(of(&["1=1"]), "\"1=1\"\r\n");
        // A quote or comma in a cell ends neither it nor the defence.
        assert_eq!(of(&["=\",\"=2"]), "\"'=\"\",\"\"=2\"\r\n");
    }
}
