//! The security headers of every answer, pages and API alike (S-8; ASVS 3.4): one table.

use http::{HeaderName, HeaderValue, header};

/// Headers of every answer.
pub(crate) const COMMON: [(HeaderName, HeaderValue); 7] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    // Passkeys and copying are all that our pages ask a browser for.
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
             publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self)",
        ),
    ),
];

/// What a page of the dashboard may do: load scripts and styles from its own address, and talk to that alone. Nothing
/// inline, and no text becomes script (W3C Trusted Types).
pub const PAGE_POLICY: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; ",
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; ",
    "require-trusted-types-for 'script'; trusted-types 'none'",
));

/// What the API reference may do: its page is somebody else's work, so it may draw itself with styles of its own, and
/// still loads nothing from elsewhere and sends nothing there.
pub const REFERENCE_POLICY: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; ",
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
));

/// API answers are never rendered.
pub(crate) const API_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Nor kept.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
