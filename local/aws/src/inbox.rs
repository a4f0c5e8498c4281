//! Pages to read this machine's mails in. A mail is hostile: its text is escaped, and its HTML is shown in a frame that
//! runs no script, loads nothing and shares no origin with us.

use std::{fmt::Write, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::ses::{Mail, Ses};

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

#[derive(Clone)]
struct Pages {
    prefix: Arc<str>,
    mail: Arc<Ses>,
}

pub(crate) fn pages(prefix: &str, mail: Arc<Ses>) -> Router {
    Router::new()
        .route(prefix, get(list))
        .route(&format!("{prefix}/mails.json"), get(all))
        .route(&format!("{prefix}/{{id}}"), get(one))
        .route(&format!("{prefix}/{{id}}/html"), get(body))
        .with_state(Pages { prefix: prefix.into(), mail })
}

/// The mails could not be read.
struct Unreadable(anyhow::Error);

impl From<anyhow::Error> for Unreadable {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Unreadable {
    fn into_response(self) -> Response {
        tracing::error!(error = format!("{:#}", self.0), "cannot read the inbox");
        (StatusCode::INTERNAL_SERVER_ERROR, "The mails of this machine cannot be read.").into_response()
    }
}

async fn all(State(pages): State<Pages>) -> Result<Response, Unreadable> {
    Ok(with_policy(PAGE_POLICY, Json(pages.mail.inbox()?).into_response()))
}

async fn list(State(Pages { prefix, mail }): State<Pages>) -> Result<Response, Unreadable> {
    let mails = mail.inbox()?;
    let mut items = String::new();
    for mail in mails.iter().rev() {
        let to = mail.to.join(", ");
        let (id, subject, to, at) = (escaped(&mail.id), escaped(&mail.subject), escaped(&to), time(mail));
        // Writing to a String cannot fail.
        let _ = write!(
            items,
            "<li><a href=\"{prefix}/{id}\"><strong>{subject}</strong><span class=dim>To {to} · {at}</span></a></li>"
        );
    }
    let found = match mails.len() {
        0 => "<p>No mail yet. Sign up, or run a check, and it shows here.</p>".to_owned(),
        _ => format!("<ul>{items}</ul>"),
    };
    let content = format!(
        "<h1>Mails of this machine</h1><p class=dim>Nothing leaves it: what Steward sends is kept here. \
         <a href=\"{prefix}\">Reload</a></p>{found}"
    );
    Ok(page("Mails of this machine", &content))
}

async fn one(State(Pages { prefix, mail }): State<Pages>, Path(id): Path<String>) -> Result<Response, Unreadable> {
    let Some(mail) = mail.inbox()?.into_iter().find(|mail| mail.id == id) else {
        return Ok((StatusCode::NOT_FOUND, page("No such mail", &gone(&prefix))).into_response());
    };
    let mut rows = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = write!(rows, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
    };
    row("From", &mail.from);
    row("To", &mail.to.join(", "));
    if !mail.reply_to.is_empty() {
        row("Reply to", &mail.reply_to.join(", "));
    }
    row("Sent", &time(&mail));
    mail.headers.iter().for_each(|(name, value)| row(name, value));
    let (id, subject, text) = (escaped(&mail.id), escaped(&mail.subject), escaped(&mail.text));
    let content = format!(
        "<p><a href=\"{prefix}\">All mails</a></p><h1>{subject}</h1><p class=dim>Mails of this machine: nothing leaves \
         it.</p><dl>{rows}</dl><h2>As most mail programs show it</h2><iframe src=\"{prefix}/{id}/html\" \
         title=\"The mail\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>\
         <h2>Text part</h2><pre>{text}</pre>"
    );
    Ok(page(&mail.subject, &content))
}

async fn body(State(Pages { prefix, mail }): State<Pages>, Path(id): Path<String>) -> Result<Response, Unreadable> {
    match mail.inbox()?.into_iter().find(|mail| mail.id == id) {
        Some(mail) => Ok(with_policy(MAIL_POLICY, Html(mail.html).into_response())),
        None => Ok((StatusCode::NOT_FOUND, page("No such mail", &gone(&prefix))).into_response()),
    }
}

fn gone(prefix: &str) -> String {
    format!("<h1>No such mail</h1><p><a href=\"{prefix}\">All mails</a></p>")
}

fn page(title: &str, content: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><main>{content}</main></html>"
    );
    with_policy(PAGE_POLICY, Html(html).into_response())
}

fn with_policy(policy: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn time(mail: &Mail) -> String {
    mail.at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

fn escaped(text: &str) -> String {
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
