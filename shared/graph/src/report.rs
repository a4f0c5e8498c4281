//! Usage reports: CSV with a byte order mark, read by the names in its header because columns are added over time.

use csv_core::{ReadRecordResult, Reader};

use crate::{Report, http::Decoder};

/// Longest row, in bytes.
const ROW_MAX: usize = 256 * 1024;
/// Most columns.
const COLUMNS_MAX: usize = 1024;

/// One row of a report. Names and values are Microsoft's and, in them, other people's text.
#[derive(Debug)]
pub struct ReportRow<'a> {
    header: &'a [String],
    cells: Vec<&'a str>,
}

impl<'a> ReportRow<'a> {
    /// The cell under `name`; `None` where there is no such column.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let column = self.header.iter().position(|title| title == name)?;
        self.cells.get(column).copied()
    }
    /// Which report it is of, by its titles.
    pub(crate) fn report(&self) -> Option<Report> {
        Report::of_header(self.header)
    }
    /// Title and cell of every column.
    pub fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.header.iter().map(String::as_str).zip(self.cells.iter().copied())
    }
}

impl Report {
    /// The report with these titles: each has some that no other has.
    pub(crate) fn of_header(header: &[String]) -> Option<Self> {
        let has = |title: &str| header.iter().any(|t| t == title);
        Some(match () {
            () if header.iter().any(|title| title.contains("Copilot")) => Self::Copilot,
            () if has("Has Exchange License") => Self::ActiveUsers,
            () if has("Owner Principal Name") => Self::OneDrive,
            () if has("Product Type") => Self::Activations,
            () if has("Last Activation Date") => Self::Apps,
            () if has("Has Archive") || has("Prohibit Send Quota (Byte)") => Self::Mailboxes,
            () if has("Team Chat Message Count") => Self::Teams,
            () => return None,
        })
    }
}

/// Reads CSV as it arrives, one row in memory.
pub(crate) struct Rows {
    reader: Reader,
    row: Vec<u8>,
    row_length: usize,
    ends: Vec<usize>,
    ends_length: usize,
    header: Option<Vec<String>>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            row: vec![0; 4096],
            row_length: 0,
            ends: vec![0; 64],
            ends_length: 0,
            header: None,
        }
    }
}

impl Rows {
    /// The titles, once they have been read.
    pub fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    /// Takes bytes; gives each row that is complete with them to `out`. No bytes mean the end.
    ///
    /// # Errors
    /// What is wrong with the CSV.
    pub fn push(&mut self, mut chunk: &[u8], out: &mut impl FnMut(&ReportRow<'_>)) -> Result<(), String> {
        let last = chunk.is_empty();
        loop {
            let (result, read, written, ended) =
                self.reader.read_record(chunk, &mut self.row[self.row_length..], &mut self.ends[self.ends_length..]);
            chunk = &chunk[read..];
            self.row_length += written;
            self.ends_length += ended;
            match result {
                ReadRecordResult::InputEmpty if last => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull if self.row.len() < ROW_MAX => self.row.resize(self.row.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < COLUMNS_MAX => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => return Err(format!("a row of more than {ROW_MAX} bytes")),
                ReadRecordResult::OutputEndsFull => return Err(format!("more than {COLUMNS_MAX} columns")),
                ReadRecordResult::Record => self.row_done(out)?,
            }
        }
    }

    fn row_done(&mut self, out: &mut impl FnMut(&ReportRow<'_>)) -> Result<(), String> {
        let text = std::str::from_utf8(&self.row[..self.row_length]).map_err(|_| "a row that is not UTF-8")?;
        let mut cells = Vec::with_capacity(self.ends_length);
        let mut start = 0;
        for &end in &self.ends[..self.ends_length] {
            cells.push(text.get(start..end).ok_or("a row cut inside a letter")?);
            start = end;
        }
        match &self.header {
            None => {
                self.header = Some(cells.iter().map(|t| t.trim_start_matches('\u{feff}').trim().to_owned()).collect())
            }
            Some(header) if cells.len() != header.len() => {
                return Err(format!("a row of {} cells under {} titles", cells.len(), header.len()));
            }
            Some(header) => out(&ReportRow { header, cells }),
        }
        (self.row_length, self.ends_length) = (0, 0);
        Ok(())
    }
}

/// Folds the rows of a report into a state.
pub(crate) struct Fold<S, F> {
    pub rows: Rows,
    pub state: S,
    pub add: F,
}

impl<S: Send, F: Fn(&mut S, &ReportRow<'_>) + Send> Decoder for Fold<S, F> {
    type Output = S;

    fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        let Self { rows, state, add } = self;
        if chunk.is_empty() { Ok(()) } else { rows.push(chunk, &mut |row| add(state, row)) }
    }

    fn finish(mut self) -> Result<S, String> {
        let Self { rows, state, add } = &mut self;
        rows.push(&[], &mut |row| add(state, row))?;
        match rows.header().and_then(<[String]>::first).map(String::as_str) {
            Some("Report Refresh Date") => Ok(self.state),
            Some(_) => Err("CSV that is no usage report".to_owned()),
            None => Err("no header".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(body: &[u8], step: usize) -> Result<Vec<String>, String> {
        let add = |names: &mut Vec<String>, row: &ReportRow<'_>| {
            let cell = |title| row.get(title).unwrap_or("none");
            names.push(format!("{}|{}", cell("B"), cell("Report Refresh Date")));
        };
        let mut fold = Fold { rows: Rows::default(), state: Vec::new(), add };
        body.chunks(step).try_for_each(|chunk| fold.push(chunk))?;
        fold.finish()
    }

    #[test]
    fn rows_are_the_same_wherever_the_body_is_cut() {
        let body =
            "\u{feff}Report Refresh Date,A,B\r\n2026-11-19,\"x, \"\"y\"\"\r\n\",é\r\n\r\n2026-11-19,,=1+1".as_bytes();
        for step in 1..body.len() {
            assert_eq!(decode(body, step).unwrap(), ["é|2026-11-19", "=1+1|2026-11-19"], "step {step}");
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for body in ["", "<html>,</html>\n", "{\"a\":1}", "Report Refresh Date,B\n2026-11-19\n", "A,B\n1,2\n"] {
            assert!(decode(body.as_bytes(), 5).is_err(), "{body}");
        }
        assert!(decode(b"Report Refresh Date,B\n\xff,x\n", 5).is_err());
    }

    #[test]
    fn a_row_without_end_is_refused_before_it_fills_memory() {
        let mut rows = Rows::default();
        let refused = (0..100).find_map(|_| rows.push(&[b'a'; 8192], &mut |_| {}).err());
        assert!(refused.is_some());
    }
}
