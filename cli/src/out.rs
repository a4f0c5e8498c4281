//! The one way to the terminal. Names in a directory are other people's text: whatever passes here loses what could
//! move the cursor, change colours or turn the direction of writing.

use std::{
    borrow::Cow,
    io::{self, BufWriter, IsTerminal, Write},
};

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

/// Width of a table that does not go to a terminal, in columns.
const WIDTH: u16 = 100;
/// Longest piece of other people's text that is shown, in characters.
const NAME_MAX: usize = 64;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    fn decide(self) -> bool {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => io::stdout().is_terminal() && !no_color,
        }
    }
}

/// Standard output.
pub struct Out {
    writer: BufWriter<io::Stdout>,
    color: bool,
    width: u16,
}

impl Out {
    pub fn stdout(color: Color) -> Self {
        let width = terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| width.0);
        Self { writer: BufWriter::new(io::stdout()), color: color.decide(), width: width.max(40) }
    }

    /// A line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.writer, "{}", plain(text))
    }

    /// A line that stands out.
    pub fn strong(&mut self, text: &str) -> io::Result<()> {
        self.styled("1", text)
    }

    /// A line that stands back.
    pub fn faint(&mut self, text: &str) -> io::Result<()> {
        self.styled("2", text)
    }

    /// An empty line.
    pub fn gap(&mut self) -> io::Result<()> {
        writeln!(self.writer)
    }

    /// A table; columns whose title is in `right` are aligned to the right.
    pub fn table(&mut self, titles: &[&str], right: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_width(self.width);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(titles);
        for row in rows {
            table.add_row(row.iter().map(|cell| Cell::new(plain(cell))));
        }
        for (i, title) in titles.iter().enumerate() {
            let Some(column) = table.column_mut(i) else { continue };
            column.set_padding((0, 2));
            if right.contains(title) {
                column.set_cell_alignment(CellAlignment::Right);
                // Numbers never wrap.
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(title.len() as u16 + 2)));
            }
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        for (i, line) in lines.iter().enumerate() {
            match i {
                0 => self.faint(line)?,
                _ => self.line(line)?,
            }
        }
        Ok(())
    }

    /// A JSON document. What is hostile in a string is escaped, which JSON reads as the same string.
    pub fn json(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        writeln!(self.writer, "{}", escaped(&serde_json::to_string_pretty(value)?))
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn styled(&mut self, style: &str, text: &str) -> io::Result<()> {
        match self.color {
            true => writeln!(self.writer, "\u{1b}[{style}m{}\u{1b}[0m", plain(text)),
            false => self.line(text),
        }
    }
}

/// Says on standard error what went wrong.
pub fn error(text: &str) {
    say("error", text);
}

/// Says on standard error what somebody should know beside the output.
pub fn note(text: &str) {
    say("note", text);
}

fn say(kind: &str, text: &str) {
    // There is nowhere left to tell that standard error is closed.
    let _ = writeln!(io::stderr(), "{kind}: {}", plain(text));
}

/// `text` with a mark in place of everything that is not a letter on its place: control characters, characters that
/// turn the direction of writing, characters without a width, and tags.
fn plain(text: &str) -> Cow<'_, str> {
    match text.contains(hostile) {
        true => Cow::Owned(text.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect()),
        false => Cow::Borrowed(text),
    }
}

fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// JSON with every hostile character but the line breaks between its members as `\uXXXX`.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match hostile(c) && c != '\n' {
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
            false => text.push(c),
        }
    }
    text
}

/// Other people's text, cut where it would push everything else aside.
pub fn name(text: &str) -> String {
    let text = plain(text.trim());
    match text.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        assert_eq!(plain("Zoë 田中 O'Neil 👩"), "Zoë 田中 O'Neil 👩");
        for hostile in [
            "\u{1b}[2J",
            "a\rb",
            "a\nb",
            "\u{9b}31m",
            "\u{202e}cod.exe",
            "\u{2066}x",
            "a\u{200b}b",
            "\u{e0041}",
            "\u{7}",
        ] {
            let shown = plain(hostile);
            assert!(shown.contains('\u{fffd}'), "{hostile:?}");
            assert_eq!(shown, plain(&shown), "{hostile:?}");
        }
    }

    #[test]
    fn json_reads_the_same_after_escaping() {
        let value = serde_json::json!({"name": "\u{202e}a\n\u{9b}\u{e0041}é", "n": [1]});
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains(r"\u202ea\n\u009b\udb40\udc41é"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        let long = "é".repeat(100);
        assert_eq!(name(&long), format!("{}…", "é".repeat(NAME_MAX)));
        assert_eq!(name("  Ada "), "Ada");
    }
}
