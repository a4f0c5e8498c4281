//! Every address that is not the API's: the files of the dashboard, the API reference, and for all others the one page
//! of the dashboard, which routes by itself.

use api::{Code, Error, PAGE_POLICY, REFERENCE_POLICY};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use runtime::Function;

use crate::{
    Site,
    assets::{self, Asset},
};

/// `web-serve`.
pub const FUNCTION: Function<Site> = Function::pages("web-serve", || MethodRouter::new().fallback(serve));

/// What the API's addresses begin with; no page is ever there.
const API: [&str; 2] = ["v1", ".well-known"];
const NOT_BUILT: &str = "The dashboard was not built into this program: run `make dashboard`, then build again.\n";

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    // Whatever a client made of its case: who means the API is not answered with a page.
    let first = path.split('/').nth(1).unwrap_or_default();
    if API.iter().any(|root| root.eq_ignore_ascii_case(first)) {
        return Error::not_found().into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Error::new(Code::MethodNotAllowed, "Pages are read. The API is below /v1.").into_response();
    }
    match assets::at(path) {
        Some(asset) => file(asset, &method, &headers),
        // A file of another release, or none: never the page under a file's name.
        None if path.rsplit('/').next().is_some_and(|last| last.contains('.')) => Error::not_found().into_response(),
        None => assets::at(page_of(path)).map_or_else(
            || (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
            |page| file(page, &method, &headers),
        ),
    }
}

/// The page at an address that is no file.
fn page_of(path: &str) -> &'static str {
    if path.trim_end_matches('/') == "/docs" { "/docs/index.html" } else { "/index.html" }
}

fn file(asset: &Asset, method: &Method, headers: &HeaderMap) -> Response {
    let (body, encoding) = asset.body(headers);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == asset.etag.as_bytes());
    let mut response = match (known, method == Method::HEAD) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, true) => Body::empty().into_response(),
        (false, false) => Body::from(body).into_response(),
    };
    let out = response.headers_mut();
    let kept = if asset.is_hashed() { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    out.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CONTENT_SECURITY_POLICY, if asset.is_reference() { REFERENCE_POLICY } else { PAGE_POLICY });
    if !known {
        out.insert(header::CONTENT_TYPE, asset.media_type());
        if let Some(encoding) = encoding {
            out.insert(header::CONTENT_ENCODING, encoding);
        }
    }
    response
}
