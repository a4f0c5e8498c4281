//! The files of the dashboard and of the API reference, as they were when this was compiled.

use axum::http::{HeaderMap, HeaderValue, header};

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Below the dashboard's address: `/assets/index-B2x.js`.
    pub path: &'static str,
    /// An entity tag of its content, in quotes (RFC 9110 8.8.3).
    pub etag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// All of them; empty where the dashboard was not built.
const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at a path.
pub fn at(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

impl Asset {
    /// The body for who accepts what these headers say, and how it is encoded.
    pub fn body(&self, headers: &HeaderMap) -> (&'static [u8], Option<HeaderValue>) {
        let offers = [("br", self.brotli), ("gzip", self.gzip)];
        let accepted =
            offers.into_iter().find_map(|(name, bytes)| Some((name, bytes?)).filter(|_| accepts(headers, name)));
        match accepted {
            Some((name, bytes)) => (bytes, Some(HeaderValue::from_static(name))),
            None => (self.plain, None),
        }
    }

    /// Whether its name changes with its content.
    pub fn is_hashed(&self) -> bool {
        self.path.starts_with("/assets/")
    }

    /// Whether it is of the API reference, which is no part of the dashboard.
    pub fn is_reference(&self) -> bool {
        self.path.starts_with("/docs/")
    }

    /// Its media type.
    pub fn media_type(&self) -> HeaderValue {
        let ending = self.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        HeaderValue::from_static(match ending {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "json" => "application/json",
            "webmanifest" => "application/manifest+json",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        })
    }
}

/// Whether a content coding is named and not refused with `q=0` (RFC 9110 12.5.3).
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let sent = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|text| text.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSET: Asset =
        Asset { path: "/assets/a-1.js", etag: "\"1\"", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz") };

    fn encoded(accept: &'static str) -> (&'static [u8], Option<HeaderValue>) {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
        ASSET.body(&headers)
    }

    #[test]
    fn a_browser_gets_the_smallest_form_it_takes() {
        assert_eq!(encoded("gzip, deflate, br, zstd"), (b"br".as_slice(), Some(HeaderValue::from_static("br"))));
        assert_eq!(encoded("GZIP;q=0.5"), (b"gz".as_slice(), Some(HeaderValue::from_static("gzip"))));
        assert_eq!(encoded("br;q=0, gzip;q=0.0"), (b"plain".as_slice(), None));
        assert_eq!(encoded("identity"), (b"plain".as_slice(), None));
        assert_eq!(ASSET.body(&HeaderMap::new()), (b"plain".as_slice(), None));
    }

    #[test]
    fn every_file_of_the_dashboard_has_a_media_type_that_is_rendered_as_meant() {
        for asset in ASSETS {
            assert_ne!(asset.media_type(), "application/octet-stream", "{}", asset.path);
        }
        assert_eq!(ASSET.media_type(), "text/javascript; charset=utf-8");
        assert!(ASSET.is_hashed());
    }
}
