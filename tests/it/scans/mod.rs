mod begin;
mod get;
mod list;
mod run;
mod schedule;
mod start;

use std::{future::Future, sync::Arc};

use jiff::SignedDuration;
use local_aws::BoxFuture;
use serde_json::{Value, json};
use tests::{App, Client};

use crate::deaths::until;

/// New tokens for a client whose time moves on.
pub async fn renew(app: &App, client: &mut Client<'_>) {
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": client.refresh })).await.expect(200);
    client.token = tokens["access_token"].as_str().expect("a token").into();
    client.refresh = tokens["refresh_token"].as_str().expect("a token").into();
}

/// Asks for a scan a second later and lets everything happen that follows. The scan.
pub async fn scan(app: &App, client: &mut Client<'_>) -> Value {
    let path = ask(app, client).await;
    app.pump().await;
    // It may have taken its time.
    renew(app, client).await;
    client.get(&path).await.expect(200)
}

/// Asks for a scan, a second after whatever was before. Its address.
pub async fn ask(app: &App, client: &mut Client<'_>) -> String {
    app.clock.advance(SignedDuration::from_secs(1));
    renew(app, client).await;
    let answer = client.act("/v1/scans").await;
    answer.expect::<Value>(202);
    answer.headers["location"].to_str().expect("text").to_owned()
}

/// Calls of Graph whose path template begins so.
pub fn calls(app: &App, prefix: &str) -> usize {
    app.microsoft().calls().iter().filter(|call| call.template.starts_with(prefix)).count()
}

/// Pages of people asked for.
pub fn pages(app: &App) -> usize {
    app.microsoft().calls().iter().filter(|call| call.template == "/v1.0/users" && call.method == "GET").count()
}

/// Lets things happen until `stop` says so, and then no further: whatever was under way is cut off, as by a crash.
/// Whether it came to that.
pub async fn crash(app: &App, stop: impl Fn() -> bool) -> bool {
    until(stop, app.pump()).await.is_none()
}

/// Lets everything happen, and `then` as soon as `when` is so.
pub async fn meanwhile(app: &App, when: impl Fn() -> bool, then: impl Future<Output = ()>) {
    let watch = async {
        while !when() {
            tokio::task::yield_now().await;
        }
        then.await;
    };
    tokio::join!(app.pump(), watch);
}

/// Mails are not sent, so that what is counted is the scan alone.
pub fn without_mail(app: &App) {
    let nothing = |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Ok(()) }) };
    app.system.bus().rule("mail-send", &["scan.finished"], Arc::new(nothing));
}
