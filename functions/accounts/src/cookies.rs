//! Our cookies in a request. All are `__Host-`: bound to this host, to `/` and to TLS (RFC 6265bis, 4.1.3.2).

use axum::http::{HeaderMap, header};

/// The values of the cookie of a name, as the browser sent them. A site beside ours can plant a second one: what one of
/// several means is the caller's to say.
pub fn named<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = sent.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(own, _)| *own == name).map(|(_, value)| value)
}

/// The value of the one cookie of a name. `None` with two of them: which one counts would be a guess.
pub fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    let mut values = named(headers, name);
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_by_its_exact_name_from_any_header_of_cookies() {
        let of = |lines: &[&'static str]| -> HeaderMap {
            lines.iter().map(|line| (header::COOKIE, line.parse().unwrap())).collect()
        };
        let headers = of(&["a=1; __Host-x=first;b", "c=2;__Host-x=second=; X=3; __host-x=4; __Host-x"]);
        assert_eq!(named(&headers, "__Host-x").collect::<Vec<_>>(), ["first", "second="]);
        assert_eq!((only(&headers, "a"), only(&headers, "__Host-x"), only(&headers, "b")), (Some("1"), None, None));
    }
}
