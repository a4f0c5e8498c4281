//! Names as people and directories give them: bounded, one line, no control characters.

/// Longest name of a person or company, in characters.
pub const NAME_MAX: usize = 100;

/// A name: [`line`] of at most [`NAME_MAX`] characters.
pub fn name(text: &str) -> Option<String> {
    line(text, NAME_MAX)
}

/// `text` trimmed, with runs of white space as one blank, or `None` when nothing is left, it is longer than `most`
/// characters, or it holds control or text-direction characters (which could make one text look like another).
pub fn line(text: &str, most: usize) -> Option<String> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let fits = !joined.is_empty() && joined.chars().count() <= most && !joined.contains(hostile);
    fits.then_some(joined)
}
