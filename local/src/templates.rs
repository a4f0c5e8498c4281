//! A page of every mail there can be, with made-up facts, light and dark, HTML and text.

use std::{fmt::Write, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use local_aws::page::{escaped, mail_html, page};
use mailer::{MailerConfig, Rendered, Sample, samples};

/// The pages under `prefix`, which must be a path without trailing slash.
pub(crate) fn pages(prefix: &str, config: MailerConfig) -> Router {
    Router::new()
        .route(prefix, get(list))
        .route(&format!("{prefix}/{{name}}"), get(one))
        .route(&format!("{prefix}/{{name}}/{{scheme}}"), get(html))
        .with_state(Pages { prefix: prefix.into(), config: Arc::new(config) })
}

#[derive(Clone)]
struct Pages {
    prefix: Arc<str>,
    config: Arc<MailerConfig>,
}

/// Why a mail is not shown.
enum Unshown {
    /// There is none of that name.
    Unknown,
    /// Its template is broken.
    Broken(mailer::RenderError),
}

impl IntoResponse for Unshown {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => (StatusCode::NOT_FOUND, page("No such mail", "<h1>No such mail</h1>")).into_response(),
            Self::Broken(error) => {
                // Whoever works on a template reads here what is wrong with it.
                let told = format!("<h1>The template does not work</h1><pre>{}</pre>", escaped(&format!("{error:?}")));
                (StatusCode::INTERNAL_SERVER_ERROR, page("Broken template", &told)).into_response()
            }
        }
    }
}

impl Pages {
    fn samples(&self) -> Vec<Sample> {
        samples(&self.config.base_url, &str::to_owned)
    }

    fn render(&self, name: &str) -> Result<Rendered, Unshown> {
        let sample = self.samples().into_iter().find(|sample| sample.name == name).ok_or(Unshown::Unknown)?;
        sample.letter.render(&self.config).map_err(Unshown::Broken)
    }
}

async fn list(State(pages): State<Pages>) -> Result<Response, Unshown> {
    let prefix = &pages.prefix;
    let mut items = String::new();
    for Sample { name, letter } in pages.samples() {
        let Rendered { subject, preheader, .. } = letter.render(&pages.config).map_err(Unshown::Broken)?;
        let (subject, preheader) = (escaped(&subject), escaped(&preheader));
        // Writing to a String cannot fail.
        let _ = write!(
            items,
            "<li><a href=\"{prefix}/{name}\"><strong>{subject}</strong><span>{preheader}</span>\
             <span class=dim>{name}</span></a></li>"
        );
    }
    let content = format!(
        "<h1>Every mail there can be</h1><p class=dim>With made-up facts. <a href=\"/mails\">Mails that were sent</a>\
         </p><ul>{items}</ul>"
    );
    Ok(page("Every mail there can be", &content))
}

async fn one(State(pages): State<Pages>, Path(name): Path<String>) -> Result<Response, Unshown> {
    let Rendered { subject, preheader, text, .. } = pages.render(&name)?;
    let (prefix, name) = (&pages.prefix, escaped(&name));
    let frame = |scheme: &str, heading: &str| {
        format!(
            "<h2>{heading}</h2><iframe src=\"{prefix}/{name}/{scheme}\" title=\"{heading}\" \
             sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>"
        )
    };
    let content = format!(
        "<p><a href=\"{prefix}\">Every mail</a></p><h1>{}</h1><p class=dim>{}</p>{}{}<h2>Text part</h2><pre>{}</pre>",
        escaped(&subject),
        escaped(&preheader),
        frame("light", "Light"),
        frame("dark", "Dark"),
        escaped(&text),
    );
    Ok(page(&subject, &content))
}

async fn html(State(pages): State<Pages>, Path((name, scheme)): Path<(String, String)>) -> Result<Response, Unshown> {
    let html = pages.render(&name)?.html;
    in_scheme(&html, &scheme).map(mail_html).ok_or(Unshown::Unknown)
}

/// A mail as a mail program shows it in the scheme `light` or `dark`, whatever the browser's own is.
fn in_scheme(html: &str, scheme: &str) -> Option<String> {
    const DARK: &str = "@media (prefers-color-scheme: dark)";
    let when = match scheme {
        "light" => "@media not all",
        "dark" => "@media all",
        _ => return None,
    };
    Some(html.replace(DARK, when).replace("light dark", scheme))
}

#[cfg(test)]
pub(crate) mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use mailer::Letter;
    use tower::ServiceExt;

    use super::*;

    pub(crate) fn config() -> MailerConfig {
        MailerConfig {
            from_name: "Steward".into(),
            from_address: "hello@steward.example".into(),
            reply_to: "help@steward.example".into(),
            base_url: "http://127.0.0.1:8700".into(),
            configuration_set: "transactional".into(),
            postal_address: "Steward Ltd, Leeds".into(),
        }
    }

    async fn get(path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = pages("/mails/templates", config()).oneshot(request).await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_mail_is_listed_and_shown_light_and_dark() {
        let (status, list) = get("/mails/templates").await;
        assert_eq!(status, StatusCode::OK);
        for name in Letter::NAMES {
            let (status, one) = get(&format!("/mails/templates/{name}")).await;
            assert!(list.contains(&format!("/mails/templates/{name}\"")) && status == StatusCode::OK, "{name}");
            assert!(one.contains("You get this mail because"), "{name}: the text part");
            let (_, light) = get(&format!("/mails/templates/{name}/light")).await;
            let (_, dark) = get(&format!("/mails/templates/{name}/dark")).await;
            assert!(light.contains("@media not all") && dark.contains("@media all"), "{name}");
            assert!(dark.contains("content=\"dark\"") && light.contains("content=\"light\""), "{name}");
        }
    }

    #[tokio::test]
    async fn what_there_is_not_is_not_found() {
        for path in ["/mails/templates/nothing", "/mails/templates/nothing/dark", "/mails/templates/invitation/blue"] {
            assert_eq!(get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
