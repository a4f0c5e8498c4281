//! E-mail addresses in the one form they are compared in (C7).

use unicode_normalization::UnicodeNormalization;

/// Longest address (RFC 5321: 254 octets).
const MOST: usize = 254;

/// `address` in NFKC, lower case, its domain in ASCII (IDNA); dots and plus signs are kept, they may be another mailbox.
/// `None` when it is no address a mail could reach.
pub fn normalised(address: &str) -> Option<String> {
    let text: String = address.trim().nfkc().collect::<String>().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    let hostile = |c: char| c.is_control() || c.is_whitespace() || "()<>[]:;,\\\"@".contains(c);
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

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn one_mailbox_has_one_form() {
        assert_eq!(normalised(" Anna@Example.COM ").as_deref(), Some("anna@example.com"));
        assert_eq!(normalised("a+b@bücher.example").as_deref(), Some("a+b@xn--bcher-kva.example"));
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
