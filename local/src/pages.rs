//! The pages of the dashboard that mails and Microsoft lead to, until there is a dashboard: they say how to go on. They
//! only show: opening a link, as mail scanners do, uses up nothing (C2).

use axum::{Router, response::Html, routing::get};
use mailer::Page;

/// All of them.
pub(crate) fn pages() -> Router {
    let callback = get(async || Html(page("Back from Microsoft", CALLBACK)));
    Page::ALL.iter().fold(Router::new().route("/connect/callback", callback), |router, &of| {
        let (title, body) = says(of);
        let html = page(title, &body);
        router.route(of.path(), get(async move || Html(html)))
    })
}

/// Title and text of a page.
fn says(of: Page) -> (&'static str, String) {
    match of {
        Page::Home => ("Steward is running", HOME.into()),
        Page::SignIn => ("Sign in", sends("", "sign-in", r#"{"email":"you@example.com","password":"…"}"#)),
        Page::Verify => {
            let body = r#"{"token":"svt_…","name":"Anna Berg","password":"four unrelated words here"}"#;
            ("Verify your address", sends(UNUSED, "verify-email", body))
        }
        Page::ResetPassword => {
            let body = r#"{"token":"spt_…","password":"four unrelated words here"}"#;
            let confirm = sends(UNUSED, "password-reset/confirm", body);
            let ask = sends("Without a token, ask for the mail.", "password-reset", r#"{"email":"you@example.com"}"#);
            ("Choose a new password", confirm + &ask)
        }
        Page::ConfirmEmail => {
            ("Confirm your new address", sends(UNUSED, "email-change/confirm", r#"{"token":"sct_…"}"#))
        }
        Page::UndoEmailChange => {
            ("Put your old address back", sends(UNUSED, "email-change/undo", r#"{"token":"sut_…"}"#))
        }
        Page::ConfirmMicrosoft => {
            ("Is this Microsoft account yours?", sends(UNUSED, "sign-in/microsoft/confirm", r#"{"token":"slt_…"}"#))
        }
        Page::Invitation => {
            let look = sends(UNUSED, "invitations/preview", r#"{"token":"sit_…"}"#);
            let body = r#"{"token":"sit_…","name":"Anna Berg","password":"four unrelated words here"}"#;
            let accept = sends("Accept it, with an access token instead if you have one:", "invitations/accept", body);
            let decline = sends("Or decline it:", "invitations/decline", r#"{"token":"sit_…"}"#);
            ("Your invitation", look + &accept + &decline)
        }
        Page::Security => ("How you sign in", reads("me/factors")),
        Page::Devices => ("Where you are signed in", reads("me/sessions")),
        Page::Team => ("The team", reads("members")),
        Page::SignInRules => ("The rules for signing in", reads("policy")),
        Page::Keys => ("API keys", reads("keys")),
        Page::Attestation => {
            let look = sends(UNUSED, "attestations/preview", r#"{"token":"sat_…"}"#);
            let told = "Answer with still_needed, not_needed or ask_later; you can change it until the deadline.";
            let answer = sends(told, "attestations/answer", r#"{"token":"sat_…","answer":"not_needed"}"#);
            ("Is the licence still needed?", look + &answer)
        }
        Page::Findings => ("What was found", reads("findings")),
        Page::Renewals => ("Renewals", reads("renewals")),
        Page::Connect => ("Connect Microsoft 365", reads("microsoft/connect -X POST")),
        Page::Fixes => ("What Steward changed", reads("fixes")),
    }
}

const HOME: &str = "<p>The API is at this address under <code>/v1</code>. The mails of this machine are at \
    <a href=/mails>/mails</a>, and every mail there can be at <a href=/mails/templates>/mails/templates</a>. The \
    README has a walk-through.</p>";
const UNUSED: &str = "The link in your mail is good: its token stands in the address bar, behind <code>#token=</code>. \
    Opening this page has not used it up.";
const CALLBACK: &str = "<p>Microsoft has sent you back. Send what stands in the address bar behind <code>?</code>, \
    under the session that began, within ten minutes:</p>\
    <pre>curl -X POST \"$STEWARD/v1/microsoft/callback\" -H \"authorization: Bearer $TOKEN\" \\\n  \
    -H 'content-type: application/json' -d '{\"state\":\"…\",\"code\":\"…\"}'</pre>\
    <p>After consenting, send <code>state</code>, <code>admin_consent</code> and <code>tenant</code> in the same \
    way.</p>";

/// What to send, and why.
fn sends(why: &str, operation: &str, body: &str) -> String {
    format!(
        "<p>{why} Send over the API:</p>\
         <pre>curl -X POST \"$STEWARD/v1/{operation}\" -H 'content-type: application/json' \\\n  -d '{body}'</pre>"
    )
}

/// What to ask under one's access token.
fn reads(operation: &str) -> String {
    format!(
        "<p>Sign in, then ask the API:</p>\
         <pre>curl -H \"authorization: Bearer $TOKEN\" $STEWARD/v1/{operation}</pre>"
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <meta name=color-scheme content='light dark'><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}}\
         pre{{overflow:auto;padding:1rem;border:1px solid #8886;border-radius:.5rem}}</style>\
         <h1>{title}</h1>{body}"
    )
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request, StatusCode},
    };
    use mailer::samples;
    use tower::ServiceExt;

    use super::*;
    use crate::templates::tests::config;

    #[tokio::test]
    async fn every_page_a_mail_leads_to_is_there_and_scanners_may_open_it() {
        let config = config();
        for sample in samples(&config.base_url, &str::to_owned) {
            let text = sample.letter.render(&config).unwrap().text;
            let links: Vec<&str> =
                text.split_whitespace().filter_map(|word| word.strip_prefix(&config.base_url)).collect();
            assert!(!links.is_empty(), "{}", sample.name);
            // Findings and scans have no page yet.
            let has_page = |link: &&str| !link.starts_with("/savings/") && !link.starts_with("/scans/");
            for link in links.into_iter().filter(has_page) {
                let path = link.split('#').next().filter(|path| !path.is_empty()).unwrap_or("/");
                for method in [Method::GET, Method::HEAD] {
                    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
                    let status = pages().oneshot(request).await.unwrap().status();
                    assert_eq!(status, StatusCode::OK, "{}: {link}", sample.name);
                }
            }
        }
    }
}
