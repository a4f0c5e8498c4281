//! Links of mails, made as the function that sends the mail makes them, and what a request comes with.

use std::{net::IpAddr, str::FromStr};

use axum::body::Body;
use http::{Method, Request, header};
use jiff::{SignedDuration, Timestamp};
use model::{EmailChangeId, ResetId, RoleName};
use serde_json::{Value, json};
use store::{EmailChange, Member, PasswordReset, Purpose, Token, TokenHash, Versioned};
use tests::{Answer, App, Client};

use crate::table::{items, scope, table};

/// The ids in keys that begin with `kind#`, of items that hold `part`.
pub async fn ids<T: FromStr>(app: &App, kind: &str, part: &str) -> Vec<T> {
    let key = format!("PK=S(\"{kind}#");
    let found = items(app).await.into_iter().filter(|item| item.contains(&key) && item.contains(part));
    found.filter_map(|item| item.split(&key).nth(1)?.split('"').next()?.parse().ok()).collect()
}

async fn minted(app: &App, prefix: &str, purpose: Purpose, good_for: SignedDuration) -> String {
    let secret = format!("{prefix}_{:032x}{:032x}", app.system.store.now().as_nanosecond(), rand(&purpose));
    let good_until = (app.system.store.now() + good_for).as_second();
    app.system.store.keep_token(&TokenHash::of(&secret), &Token { purpose, good_until }).await.unwrap();
    secret
}

/// Tells the secrets of two purposes apart; nobody guesses here.
fn rand(purpose: &Purpose) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(format!("{purpose:?}"))
}

/// The link of a reset's mail.
pub async fn reset_link(app: &App, reset: ResetId) -> String {
    minted(app, "spt", Purpose::PasswordReset { reset }, PasswordReset::GOOD_FOR).await
}

/// Asks for a new password and opens the mail.
pub async fn ask_reset(app: &App, email: &str) -> String {
    let before: Vec<ResetId> = ids(app, "RESET", email).await;
    app.post("/v1/password-reset", json!({ "email": email })).await.expect::<Value>(202);
    app.pump().await;
    let after: Vec<ResetId> = ids(app, "RESET", email).await;
    let reset = after.into_iter().find(|id| !before.contains(id)).expect("a reset");
    reset_link(app, reset).await
}

/// Asks for another address and opens the mail that goes there.
pub async fn ask_change(client: &Client<'_>, app: &App, to: &str) -> (EmailChangeId, String) {
    let part = format!("to=S(\"{to}\")");
    let before: Vec<EmailChangeId> = ids(app, "EMAIL_CHANGE", &part).await;
    client.post("/v1/me/email", json!({ "email": to })).await.expect::<Value>(202);
    app.pump().await;
    let after: Vec<EmailChangeId> = ids(app, "EMAIL_CHANGE", &part).await;
    let change = after.into_iter().find(|id| !before.contains(id)).expect("a change");
    (change, change_link(app, change).await)
}

/// The link of the mail to the new address.
pub async fn change_link(app: &App, change: EmailChangeId) -> String {
    minted(app, "sct", Purpose::EmailChange { change }, EmailChange::GOOD_FOR).await
}

/// The link of the notice to the old address.
pub async fn undo_link(app: &App, change: EmailChangeId) -> String {
    minted(app, "sut", Purpose::EmailUndo { change }, EmailChange::UNDO_FOR).await
}

/// Makes `who` a member of the company of `owner`, as an accepted invitation does.
pub async fn join(app: &App, who: &Client<'_>, name: &str, email: &str, owner: &Client<'_>, role: RoleName) {
    use aws_sdk_dynamodb::types::AttributeValue::{N, S};
    let (user, tenant) = (who.user, owner.tenant);
    let member = Member {
        user,
        role,
        active: true,
        email: email.into(),
        name: name.into(),
        joined_at: Timestamp::UNIX_EPOCH,
        mver: 1,
        last_seen: None,
        mail_returned: None,
        formerly: Vec::new(),
    };
    let scope = scope(app, owner).await;
    app.system.store.of(&scope).checkpoint(&Versioned { value: member, version: 0 }).await.unwrap();
    let put = table(app).put_item().table_name(app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let put = put.item("PK", S(format!("USER#{user}"))).item("SK", S(format!("MEMBERSHIP#{tenant}")));
    let put = put.item("tenant", S(tenant.to_string())).item("company", S("Theirs".into())).item("mver", N("1".into()));
    put.item("since", S(app.system.store.now().to_string())).send().await.unwrap();
}

/// What a request comes with.
#[derive(Default)]
pub struct With<'a> {
    /// Access token.
    pub token: Option<&'a str>,
    /// The refresh token of a browser's cookie; a browser with no cookie when empty.
    pub cookie: Option<&'a str>,
    /// Whether it says that it is a browser.
    pub browser: bool,
    /// Where it comes from.
    pub ip: Option<IpAddr>,
}

/// Posts JSON with all that.
pub async fn post_with(app: &App, path: &str, body: &Value, with: With<'_>) -> Answer {
    let mut request =
        Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = with.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(cookie) = with.cookie {
        request = request.header(header::COOKIE, format!("theme=dark; __Host-steward-refresh={cookie}"));
    }
    if with.browser {
        request = request.header("x-steward-client", "browser");
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    if let Some(ip) = with.ip {
        request.extensions_mut().insert(ip);
    }
    app.send(request).await
}
