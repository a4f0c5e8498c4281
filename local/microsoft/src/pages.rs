//! The pages a browser sees: plain forms that work without scripts. Names from directories are hostile and escaped.

use model::DirectoryId;
use uuid::Uuid;

use crate::{directory::Account, entra::Shown, simulation::App};

const STYLE: &str = "\
:root{color-scheme:light dark;--page:#f2f2f2;--card:#fff;--ink:#1b1b1b;--quiet:#616161;--line:#d1d1d1;--accent:#0f5fb8;\
--on:#fff;--note:#fff4ce;--note-ink:#3b2f00}\
@media(prefers-color-scheme:dark){:root{--page:#1a1a1a;--card:#262626;--ink:#f0f0f0;--quiet:#b0b0b0;--line:#484848;\
--accent:#6cb4ff;--on:#0b1a29;--note:#4a3c08;--note-ink:#ffecb0}}\
*{box-sizing:border-box}body{margin:0;min-height:100vh;background:var(--page);color:var(--ink);\
font:16px/1.45 system-ui,'Segoe UI',sans-serif;display:flex;flex-direction:column}\
.banner{background:var(--note);color:var(--note-ink);padding:.6rem 1rem;text-align:center;font-size:.9rem}\
main{margin:auto;width:min(30rem,100%);padding:2rem;background:var(--card);border:1px solid var(--line)}\
h1{font-size:1.4rem;margin:0 0 .4rem}h2{font-size:.85rem;margin:1.4rem 0 .3rem;color:var(--quiet);font-weight:600}\
p{margin:.4rem 0}.quiet{color:var(--quiet);font-size:.9rem}ul{margin:.6rem 0;padding-left:1.2rem}\
li{overflow-wrap:anywhere}\
button{font:inherit;cursor:pointer;border:1px solid var(--line);background:transparent;color:inherit}\
button:focus-visible{outline:3px solid var(--accent);outline-offset:1px}\
.account{display:block;width:100%;text-align:left;padding:.65rem .8rem;margin-top:-1px}\
.account:hover{background:var(--page)}.account b{display:block;font-weight:600;overflow-wrap:anywhere}\
.account span{font-size:.85rem;color:var(--quiet);overflow-wrap:anywhere}\
.actions{display:flex;gap:.6rem;justify-content:flex-end;margin-top:1.4rem}.actions button{padding:.5rem 1.4rem}\
.actions .go{background:var(--accent);border-color:var(--accent);color:var(--on)}";

/// `text` where a page may hold it: no markup, and nothing that turns the direction of what follows.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

fn page(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><title>{title} – Simulated Microsoft</title><style>{STYLE}</style></head>
<body><div class="banner" role="note"><strong>Simulated Microsoft.</strong> This page runs on your own machine; no
password is asked for and nothing reaches Microsoft.</div>
<main>{body}</main></body></html>"#
    )
}

/// A page that only says something.
pub(crate) fn message(title: &str, text: &str) -> String {
    page(&escape(title), &format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text)))
}

/// What Entra shows when it cannot send the browser back.
pub(crate) fn error(shown: &Shown) -> String {
    let body = format!(
        "<h1>Sorry, but we’re having trouble signing you in.</h1><p>AADSTS{}: {}</p>",
        shown.code,
        escape(&shown.message)
    );
    page("Sign in", &body)
}

/// Whom to sign in as.
pub(crate) fn choose(
    transaction: Uuid,
    app: &str,
    consent: bool,
    directories: &[(DirectoryId, &str, Vec<Account>)],
) -> String {
    let purpose = if consent { "to review the permissions of" } else { "to continue to" };
    let mut accounts = String::new();
    for (directory, company, listed) in directories {
        accounts.push_str(&format!("<h2>{}</h2>", escape(company)));
        for account in listed {
            let role = if account.global_admin { " · Global Administrator" } else { "" };
            accounts.push_str(&format!(
                r#"
<button class="account" name="account" value="{directory}/{}"><b>{}</b><span>{}{role}</span></button>"#,
                account.id,
                escape(&account.name),
                escape(&account.upn)
            ));
        }
    }
    if directories.is_empty() {
        accounts.push_str("<p>There is no directory here.</p>");
    }
    let body = format!(
        r#"<h1>Pick an account</h1><p>{purpose} <strong>{}</strong></p>
<form method="post" action="/simulated/choose"><input type="hidden" name="transaction" value="{transaction}">
{accounts}
<div class="actions"><button name="account" value="cancel">Cancel</button></div></form>"#,
        escape(app)
    );
    page("Pick an account", &body)
}

/// What an app asks for.
pub(crate) fn consent(transaction: Uuid, app: &App, company: &str, upn: &str) -> String {
    let permissions: String =
        app.permissions.iter().map(|name| format!("<li><code>{}</code></li>", escape(name))).collect();
    let body = format!(
        r#"<p class="quiet">{}</p><h1>Permissions requested</h1><p>Review for {}</p>
<p><strong>{}</strong> would like:</p><ul>{permissions}</ul>
<p class="quiet">If you accept, this app will get access to the specified resources for all users in your organization.
No one else will be prompted to review these permissions.</p>
<form method="post" action="/simulated/decide"><input type="hidden" name="transaction" value="{transaction}">
<div class="actions"><button name="decision" value="cancel">Cancel</button>
<button class="go" name="decision" value="accept">Accept</button></div></form>"#,
        escape(upn),
        escape(company),
        escape(&app.name),
    );
    page("Permissions requested", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_text() {
        let text = escape("<script>'\"&\u{202e}\r\n");
        assert_eq!(text, "&lt;script&gt;&#39;&quot;&amp;\u{fffd}  ");
    }
}
