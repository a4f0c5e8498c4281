//! Other people's text, made harmless before it reaches a template.

/// Other people's text as the name of a sender: nothing that ends a name in a header, makes an address, or reads as an
/// encoded word (RFC 2047), which some mail programs decode wherever it stands. At most 60 characters (ASVS 1.3.11).
pub(crate) fn as_sender(text: &str) -> String {
    let spaced: String = one_line(text).chars().map(|c| if "\"<>@[]\\:;=?".contains(c) { ' ' } else { c }).collect();
    let short: String = one_line(&spaced).chars().take(60).collect();
    short.trim().to_owned()
}

/// Other people's text as a mail may show it: one line, no control or text-direction characters, not too long, and
/// nothing a mail program would make a link of.
pub(crate) fn shown(text: &str, max: usize) -> String {
    let clean = one_line(text);
    let mut short: String = clean.chars().take(max).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    // A zero-width non-joiner breaks `evil.example`, `https://…` and `a@b` for the programs that look for them.
    let mut out = String::with_capacity(short.len());
    let mut chars = short.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if matches!(c, '.' | ':' | '/' | '@') && chars.peek().is_some_and(|next| !next.is_whitespace()) {
            out.push('\u{200c}');
        }
    }
    out
}

/// `text` on one line, without control and text-direction characters.
pub(crate) fn one_line(text: &str) -> String {
    let hostile = |c: char| match c {
        '\u{200b}' | '\u{200d}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        _ => c.is_control(),
    };
    let blanked: String = text.chars().map(|c| if hostile(c) { ' ' } else { c }).collect();
    blanked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` as HTML shows it.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_one_line_and_no_link() {
        assert_eq!(shown("Acme\r\nBcc: eve@x.io", 200), "Acme Bcc: eve@\u{200c}x.\u{200c}io");
        assert_eq!(shown("\u{202e}evil\u{0}", 200), "evil");
        assert_eq!(shown("St. Mary & Co.", 200), "St. Mary & Co.");
        assert_eq!(shown("abcdef", 3), "abc…");
    }
}
