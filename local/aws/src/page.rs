//! Pages to look at mails with. A mail is hostile: its text is escaped, and its HTML is shown in a frame that runs no
//! script, loads nothing and shares no origin with us.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

const PAGE_POLICY: &str = concat!(
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; ",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Links open outside the frame; nothing else works.
const MAIL_POLICY: &str = concat!(
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; ",
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
);

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2530; --dim: #566273; --line: #d9dee6; --page: #f6f7f9; --card: #fdfdfe;
  --link: #0b57c2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #a3afbf; --line: #333c49; --page: #151a21;
  --card: #1d242e; --link: #8ab8ff; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 24px 16px; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 24px 0 8px; }
p { margin: 0 0 16px; } .dim { color: var(--dim); }
a { color: var(--link); }
ul { list-style: none; margin: 0; padding: 0; }
li, dl, pre, iframe { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
li { margin: 0 0 8px; } li a { display: block; padding: 12px 16px; color: inherit; text-decoration: none; }
li a:hover strong, li a:focus-visible strong { text-decoration: underline; }
li strong, li span { display: block; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0; padding: 12px 16px; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
pre { padding: 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { width: 100%; height: 720px; box-sizing: border-box; background: Canvas; }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
";

/// A page with a heading of its own in `content`, which is HTML; the title is text.
pub fn page(title: &str, content: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><main>{content}</main></html>"
    );
    with_policy(PAGE_POLICY, Html(html).into_response())
}

/// The HTML part of a mail, for a frame.
pub fn mail_html(html: String) -> Response {
    with_policy(MAIL_POLICY, Html(html).into_response())
}

/// An answer for programs.
pub fn data(answer: impl IntoResponse) -> Response {
    with_policy(PAGE_POLICY, answer.into_response())
}

fn with_policy(policy: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `text` as HTML shows it.
pub fn escaped(text: &str) -> String {
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
