//! Pages of a collection: the link from one to the next, and decoding one element at a time as the body arrives.

use std::fmt;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use crate::http::Decoder;

/// Pages after which a collection is taken to be endless: 600,000 people at the smallest page Graph gives.
const PAGE_CAP: u32 = 5000;
/// Longest element or member of an answer, in bytes.
const ELEMENT_MAX: usize = 1024 * 1024;

/// Most elements of one page; Graph gives at most 999.
const PAGE_ELEMENTS_MAX: usize = 10_000;

/// One page of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The page's elements; may be none although pages follow.
    pub items: Vec<T>,
    /// Where the next page is; `None` on the last one.
    pub next: Option<PageLink>,
}

/// Where the next page is: Graph's `@odata.nextLink`, opaque and never taken apart (checks.md 4.1). Serialisable, so
/// that a scan can go on from it later.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLink {
    url: String,
    /// Pages read to get here.
    page: u32,
    /// Hash of an earlier link, moved at every power of two: a chain that comes back to it runs in a circle (Brent).
    mark: u64,
}

impl PageLink {
    /// The link to `url`, found on the page `from` led to.
    ///
    /// # Errors
    /// What is wrong with it: another host, a circle, too many pages.
    pub(crate) fn follow(from: Option<&Self>, url: String, graph: &Url) -> Result<Self, String> {
        let page = from.map_or(0, |link| link.page) + 1;
        let hash = hash(&url);
        if from.is_some_and(|link| link.mark == hash) {
            return Err(format!("page {page} leads back to an earlier page"));
        }
        if page >= PAGE_CAP {
            return Err(format!("more than {PAGE_CAP} pages"));
        }
        let mark = match from {
            Some(link) if !page.is_power_of_two() => link.mark,
            _ => hash,
        };
        let link = Self { url, page, mark };
        link.url(graph)?;
        Ok(link)
    }

    /// The address, once it is certain that the token may go there. Checked at every use: a stored link may have been
    /// tampered with.
    pub(crate) fn url(&self, graph: &Url) -> Result<Url, String> {
        let url: Url = self.url.parse().map_err(|_| "a next page at no address".to_owned())?;
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.origin() != graph.origin() {
            return Err(format!("a next page at another host: {}", url.host_str().unwrap_or("none")));
        }
        Ok(url)
    }

    /// How many pages come before the one this leads to.
    pub fn page(&self) -> u32 {
        self.page
    }
}

impl fmt::Debug for PageLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageLink(page {})", self.page)
    }
}

fn hash(url: &str) -> u64 {
    let digest = digest::digest(&digest::SHA256, url.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// A piece of a collection's answer.
pub(crate) enum Piece<'a> {
    /// A member of the outer object other than the elements: its name and its JSON.
    Member(&'a str, &'a [u8]),
    /// One element of `value`: its JSON.
    Element(&'a [u8]),
}

/// Cuts `{"@odata…": …, "value": [element, …]}` into its pieces as the bytes come, holding one piece at a time. It
/// reads only as much of JSON as it needs to find where a piece ends; whoever takes the piece parses it.
#[derive(Default)]
pub(crate) struct Splitter {
    at: At,
    /// The piece so far.
    piece: Vec<u8>,
    /// Name of the member being read.
    name: String,
    elements: bool,
    had_elements: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum At {
    #[default]
    Start,
    FirstName,
    NextName,
    Name {
        escaped: bool,
    },
    Colon,
    Value,
    Text {
        escaped: bool,
    },
    Nest {
        depth: u32,
        text: bool,
        escaped: bool,
    },
    Scalar,
    AfterMember,
    FirstElement,
    NextElement,
    AfterElement,
    End,
}

impl Splitter {
    /// Takes bytes; gives each piece that is complete with them to `out`.
    ///
    /// # Errors
    /// What is wrong: not such an object, a piece too long, or whatever `out` said.
    pub fn push(&mut self, chunk: &[u8], out: &mut impl FnMut(Piece<'_>) -> Result<(), String>) -> Result<(), String> {
        for &byte in chunk {
            self.step(byte, out)?;
        }
        Ok(())
    }

    /// Whether the object is complete.
    pub fn is_done(&self) -> bool {
        self.at == At::End
    }

    /// Whether there was a `value` array.
    pub fn is_collection(&self) -> bool {
        self.had_elements
    }

    fn step(&mut self, byte: u8, out: &mut impl FnMut(Piece<'_>) -> Result<(), String>) -> Result<(), String> {
        match (self.at, byte) {
            (At::Name { escaped }, _) => {
                self.piece.push(byte);
                match (escaped, byte) {
                    (false, b'"') => {
                        self.name = serde_json::from_slice(&self.piece).map_err(|e| format!("JSON: {e}"))?;
                        self.at = At::Colon;
                    }
                    _ => self.at = At::Name { escaped: !escaped && byte == b'\\' },
                }
            }
            (At::Text { escaped }, _) => {
                self.piece.push(byte);
                match (escaped, byte) {
                    (false, b'"') => self.complete(out)?,
                    _ => self.at = At::Text { escaped: !escaped && byte == b'\\' },
                }
            }
            (At::Nest { depth, text, escaped }, _) => {
                self.piece.push(byte);
                self.at = match (text, byte) {
                    (true, b'"') if !escaped => At::Nest { depth, text: false, escaped: false },
                    (true, _) => At::Nest { depth, text, escaped: !escaped && byte == b'\\' },
                    (false, b'"') => At::Nest { depth, text: true, escaped: false },
                    (false, b'{' | b'[') => At::Nest { depth: depth + 1, text, escaped },
                    (false, b'}' | b']') if depth == 1 => return self.complete(out),
                    (false, b'}' | b']') => At::Nest { depth: depth - 1, text, escaped },
                    _ => self.at,
                };
            }
            (At::Scalar, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') => {
                self.complete(out)?;
                return self.step(byte, out);
            }
            (At::Scalar, _) => self.piece.push(byte),
            (_, b' ' | b'\t' | b'\r' | b'\n') => {}
            // A byte order mark.
            (At::Start, 0xef | 0xbb | 0xbf) => {}
            (At::Start, b'{') => self.at = At::FirstName,
            (At::FirstName, b'}') | (At::AfterMember, b'}') => self.at = At::End,
            (At::FirstName | At::NextName, b'"') => {
                self.piece.clear();
                self.piece.push(byte);
                self.at = At::Name { escaped: false };
            }
            (At::Colon, b':') => self.at = At::Value,
            (At::Value, b'[') if self.name == "value" => {
                if self.had_elements {
                    return Err("two arrays named value".to_owned());
                }
                (self.elements, self.had_elements) = (true, true);
                self.at = At::FirstElement;
            }
            (At::AfterMember, b',') => self.at = At::NextName,
            (At::FirstElement | At::AfterElement, b']') => {
                self.elements = false;
                self.at = At::AfterMember;
            }
            (At::AfterElement, b',') => self.at = At::NextElement,
            (At::Value | At::FirstElement | At::NextElement, _) => {
                self.piece.clear();
                self.piece.push(byte);
                self.at = match byte {
                    b'"' => At::Text { escaped: false },
                    b'{' | b'[' => At::Nest { depth: 1, text: false, escaped: false },
                    _ => At::Scalar,
                };
            }
            _ => return Err("not a JSON object".to_owned()),
        }
        if self.piece.len() > ELEMENT_MAX {
            return Err(format!("an element of more than {ELEMENT_MAX} bytes"));
        }
        Ok(())
    }

    fn complete(&mut self, out: &mut impl FnMut(Piece<'_>) -> Result<(), String>) -> Result<(), String> {
        match self.elements {
            true => {
                self.at = At::AfterElement;
                out(Piece::Element(&self.piece))
            }
            false => {
                self.at = At::AfterMember;
                out(Piece::Member(&self.name, &self.piece))
            }
        }
    }
}

/// Decodes a page; gives its elements and the text of its next link.
pub(crate) struct Elements<T> {
    splitter: Splitter,
    items: Vec<T>,
    most: usize,
    next: Option<String>,
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self { splitter: Splitter::default(), items: Vec::new(), most: PAGE_ELEMENTS_MAX, next: None }
    }
}

impl<T> Elements<T> {
    /// For an answer we were given rather than fetched, which may have been put together from many pages.
    pub fn without_limit() -> Self {
        Self { most: usize::MAX, ..Self::default() }
    }
}

impl<T: DeserializeOwned + Send> Decoder for Elements<T> {
    type Output = (Vec<T>, Option<String>);

    fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        let Self { splitter, items, most, next } = self;
        splitter.push(chunk, &mut |piece| {
            match piece {
                Piece::Element(_) if items.len() >= *most => return Err(format!("more than {most} elements")),
                Piece::Element(json) => {
                    items.push(serde_json::from_slice(json).map_err(|e| format!("an element: {e}"))?);
                }
                Piece::Member("@odata.nextLink", json) => {
                    *next = serde_json::from_slice(json).map_err(|e| format!("@odata.nextLink: {e}"))?;
                }
                Piece::Member("error", json) => return Err(format!("an error object: {}", code_of(json))),
                Piece::Member(..) => {}
            }
            Ok(())
        })
    }

    fn finish(self) -> Result<Self::Output, String> {
        match (self.splitter.is_done(), self.splitter.is_collection()) {
            (false, _) => Err("cut short".to_owned()),
            (true, false) => Err("no elements named value".to_owned()),
            (true, true) => Ok((self.items, self.next)),
        }
    }
}

fn code_of(json: &[u8]) -> String {
    let value: Value = serde_json::from_slice(json).unwrap_or_default();
    value.get("code").and_then(Value::as_str).unwrap_or("without a code").to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    type Decoded = Result<(Vec<Value>, Option<String>), String>;

    fn decode(body: &[u8], step: usize) -> Decoded {
        let mut decoder = Elements::<Value>::default();
        body.chunks(step.max(1)).try_for_each(|chunk| decoder.push(chunk))?;
        decoder.finish()
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            r#"[\\"\[\]{},:]{0,8}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_page_cut_anywhere_decodes_as_it_does_whole(
            items in proptest::collection::vec(any_json(), 0..5), noise in any_json(), step in 1usize..40, pretty: bool,
        ) {
            let page =
                json!({"@odata.context": noise, "value": items, "@odata.nextLink": "https://x/?a=\"b", "z": noise});
            let body = if pretty { serde_json::to_vec_pretty(&page) } else { serde_json::to_vec(&page) }.unwrap();
            prop_assert_eq!(decode(&body, step), Ok((items, Some("https://x/?a=\"b".to_owned()))));
        }

        #[test]
        fn a_page_cut_short_is_never_taken_for_a_whole_one(
            items in proptest::collection::vec(any_json(), 0..5), cut in any::<prop::sample::Index>(),
        ) {
            let body = serde_json::to_vec(&json!({"value": items})).unwrap();
            prop_assert!(decode(&body[..cut.index(body.len())], 7).is_err());
        }

        #[test]
        fn rubbish_is_refused_and_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if decode(&body, 3).is_ok() {
                prop_assert!(serde_json::from_slice::<Value>(&body).is_ok());
            }
        }
    }

    #[test]
    fn what_is_no_collection_is_refused() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"value":{}}"#,
            "<html>",
            r#"{"value":[]}x"#,
            r#"{"value":[],"value":[1]}"#,
            r#"{"value":[1 2]}"#,
            r#"{"value":[,]}"#,
            r#"{"error":{"code":"x"}}"#,
            r#"{"value":[}]}"#,
        ] {
            assert!(decode(body.as_bytes(), 1000).is_err(), "{body}");
        }
        assert_eq!(decode(b"\xef\xbb\xbf {\"value\" : [ ] } ", 1), Ok((vec![], None)));
    }

    #[test]
    fn an_element_without_end_is_refused_before_it_fills_memory() {
        let mut decoder = Elements::<Value>::default();
        decoder.push(br#"{"value":[""#).unwrap();
        let refused = (0..40).find_map(|_| decoder.push(&[b'a'; 64 * 1024]).err());
        assert!(refused.unwrap().contains("1048576"));
    }

    #[test]
    fn a_circle_of_links_is_seen_whatever_its_length() {
        let graph: Url = "https://graph.microsoft.com".parse().unwrap();
        for (lead, circle) in [(0, 1), (3, 1), (0, 2), (5, 3), (2, 17)] {
            let url = |n: u32| {
                let n = if n < lead { n } else { lead + (n - lead) % circle };
                format!("https://graph.microsoft.com/v1.0/users?$skiptoken={n}")
            };
            let mut link = None;
            let caught = (0..).find_map(|n| match PageLink::follow(link.as_ref(), url(n), &graph) {
                Ok(next) => {
                    link = Some(next);
                    None
                }
                Err(why) => Some((n, why)),
            });
            let (pages, why) = caught.unwrap();
            assert!(why.contains("earlier page"), "{why}");
            assert!(pages <= 4 * (lead + circle) + 2, "lead {lead}, circle {circle}: {pages}");
        }
    }

    #[test]
    fn the_token_goes_to_graph_only() {
        let graph: Url = "https://graph.microsoft.com".parse().unwrap();
        for bad in [
            "https://graph.microsoft.com.evil.test/v1.0/users",
            "https://graph.microsoft.com@evil.test/v1.0/users",
            "https://u:p@graph.microsoft.com/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:8443/v1.0/users",
            "//evil.test/",
            "/v1.0/users",
            "",
        ] {
            assert!(PageLink::follow(None, bad.to_owned(), &graph).is_err(), "{bad}");
        }
        let stored: PageLink = serde_json::from_str(r#"{"url":"https://evil.test/","page":1,"mark":0}"#).unwrap();
        assert!(stored.url(&graph).is_err());
        assert!(
            PageLink::follow(None, "https://graph.microsoft.com/v1.0/users?$skiptoken=x".to_owned(), &graph).is_ok()
        );
    }
}
