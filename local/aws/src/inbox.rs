//! Pages to read this machine's mails in.

use std::{fmt::Write, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    page::{data, escaped, mail_html, page},
    ses::{Mail, Ses},
};

#[derive(Clone)]
struct Pages {
    prefix: Arc<str>,
    /// Where the templates of mails are shown.
    templates: Arc<str>,
    mail: Arc<Ses>,
}

pub(crate) fn pages(prefix: &str, templates: &str, mail: Arc<Ses>) -> Router {
    Router::new()
        .route(prefix, get(list))
        .route(&format!("{prefix}/mails.json"), get(all))
        .route(&format!("{prefix}/{{id}}"), get(one))
        .route(&format!("{prefix}/{{id}}/html"), get(body))
        .with_state(Pages { prefix: prefix.into(), templates: templates.into(), mail })
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
    Ok(data(Json(pages.mail.inbox()?)))
}

async fn list(State(Pages { prefix, templates, mail }): State<Pages>) -> Result<Response, Unreadable> {
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
         <a href=\"{prefix}\">Reload</a> · <a href=\"{templates}\">Every mail there can be</a></p>{found}"
    );
    Ok(page("Mails of this machine", &content))
}

async fn one(State(Pages { prefix, mail, .. }): State<Pages>, Path(id): Path<String>) -> Result<Response, Unreadable> {
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

async fn body(State(Pages { prefix, mail, .. }): State<Pages>, Path(id): Path<String>) -> Result<Response, Unreadable> {
    match mail.inbox()?.into_iter().find(|mail| mail.id == id) {
        Some(mail) => Ok(mail_html(mail.html)),
        None => Ok((StatusCode::NOT_FOUND, page("No such mail", &gone(&prefix))).into_response()),
    }
}

fn gone(prefix: &str) -> String {
    format!("<h1>No such mail</h1><p><a href=\"{prefix}\">All mails</a></p>")
}

fn time(mail: &Mail) -> String {
    mail.at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}
