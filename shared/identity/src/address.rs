//! E-mail addresses in the one form they are compared in (C7).

use unicode_normalization::UnicodeNormalization;

/// Longest address (RFC 5321: 254 octets).
const MOST: usize = 254;

/// `address` in NFKC, lower case, its domain in ASCII (IDNA); dots and plus signs are kept, they may be another mailbox.
/// `None` when it is no address a mail could reach, or one that does not read as what it is.
pub fn normalised(address: &str) -> Option<String> {
    let text: String = address.trim().nfkc().collect::<String>().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = normalised_domain(domain)?;
    let hostile = |c: char| c.is_control() || c.is_whitespace() || is_unseen(c) || "()<>[]:;,\\\"@".contains(c);
    let fits = !local.is_empty()
        && local.len() <= 64
        && !local.contains(hostile)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && local.len() + 1 + domain.len() <= MOST;
    fits.then(|| format!("{local}@{domain}"))
}

/// A domain as it stands behind the @ of what [`normalised`] returns; `None` when it is none.
pub fn normalised_domain(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain).ok()
}

/// Whether a character shows nothing or turns the text round it, so that one address could look like another. RFC 6531
/// allows them in a local part.
///
/// Source: Unicode 16, general category Cf and Default_Ignorable_Code_Point; blocks of these alone are whole.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
            | '\u{600}'..='\u{605}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::{normalised, normalised_domain};

    #[test]
    fn one_mailbox_has_one_form() {
        assert_eq!(normalised(" Anna@Example.COM ").as_deref(), Some("anna@example.com"));
        assert_eq!(normalised("a+b@bücher.example").as_deref(), Some("a+b@xn--bcher-kva.example"));
    }

    #[test]
    fn a_local_part_may_be_of_any_script() {
        for good in ["jürgen", "用户", "مثال", "пример", "anna.o'neill", "a!#$%&'*+-/=?^_`{|}~b"] {
            let address = format!("{good}@b.example");
            assert_eq!(normalised(&address).as_deref(), Some(address.as_str()));
        }
    }

    #[test]
    fn a_domain_has_the_form_it_has_in_an_address() {
        for (domain, form) in [("Bücher.Example", "xn--bcher-kva.example"), ("EXAMPLE.com", "example.com")] {
            assert_eq!(normalised_domain(domain).as_deref(), Some(form));
            assert_eq!(normalised(&format!("a@{domain}")), Some(format!("a@{form}")));
        }
        assert_eq!(normalised_domain("a b.example"), None);
    }

    #[test]
    fn what_shows_nothing_or_turns_the_text_is_refused_wherever_it_stands() {
        let unseen = "\u{ad}\u{34f}\u{61c}\u{115f}\u{3164}\u{ffa0}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\
             \u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\
             \u{2068}\u{2069}\u{206a}\u{fe0f}\u{feff}\u{fffb}\u{1d173}\u{e0001}\u{e0061}\u{e0100}";
        for c in unseen.chars() {
            for local in [format!("{c}anna"), format!("an{c}na"), format!("anna{c}")] {
                // White space round an address is no part of it.
                if format!("{local}@b.example").trim().contains(c) {
                    assert_eq!(normalised(&format!("{local}@b.example")), None, "{c:?} in {local:?}");
                }
            }
        }
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        for bad in [
            "",
            "a",
            "@b.example",
            "a@b",
            "a@@b.example",
            "a b@c.example",
            "a\r\nbcc:x@y.example",
            "<a@b.example>",
            "a..b@c.example",
        ] {
            assert_eq!(normalised(bad), None, "{bad}");
        }
    }
}
