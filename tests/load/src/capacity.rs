//! P-4: what each route costs at the table. `capacity.json` is the budget; a test fails when a route costs more.

use std::{collections::BTreeMap, fs, path::PathBuf};

use http::Method;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD, directory, link_token, query};

use crate::{SEED, work_accounts};

/// Round trips and request units of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Calls to the table.
    pub trips: u32,
    /// Read request units.
    pub rru: f64,
    /// Write request units.
    pub wru: f64,
}

impl Cost {
    /// Whether it costs more than `budget` in any way.
    pub fn exceeds(&self, budget: &Self) -> bool {
        // Units are halves: what is below that is arithmetic.
        self.trips > budget.trips || self.rru > budget.rru + 0.01 || self.wru > budget.wru + 0.01
    }
    fn or_more(self, other: Self) -> Self {
        Self { trips: self.trips.max(other.trips), rru: self.rru.max(other.rru), wru: self.wru.max(other.wru) }
    }
}

/// Costs by operation id.
pub type Costs = BTreeMap<String, Cost>;

/// Where the budget is.
pub fn file() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/capacity.json").into()
}

/// The budget.
///
/// # Errors
/// When the file cannot be read.
pub fn budget() -> anyhow::Result<Costs> {
    Ok(serde_json::from_slice(&fs::read(file())?)?)
}

/// Makes `costs` the budget.
///
/// # Errors
/// When the file cannot be written.
pub fn write(costs: &Costs) -> anyhow::Result<()> {
    let lines: Vec<String> = costs
        .iter()
        .map(|(name, cost)| Ok(format!("  {}: {}", json!(name), serde_json::to_string(cost)?)))
        .collect::<anyhow::Result<_>>()?;
    Ok(fs::write(file(), format!("{{\n{}\n}}\n", lines.join(",\n")))?)
}

/// What every route costs once in the life of a company of 180 people.
///
/// # Panics
/// When a route answers otherwise than it should.
pub async fn measure() -> Costs {
    let app = App::of(directory(SEED, 180)).await;
    let mut costs = Costs::new();
    let mut note = |name: &str, answer: &Answer, status: u16| {
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", String::from_utf8_lossy(&answer.body));
        let (trips, rru, wru) = answer.cost();
        let cost = Cost { trips, rru, wru };
        let known = costs.entry(name.to_owned()).or_insert(cost);
        *known = known.or_more(cost);
    };
    let text = |answer: &Answer, name: &str| answer.json()[name].as_str().expect("text").to_owned();

    for (name, path) in [
        ("operators-health", "/v1/health"),
        ("operators-ready", "/v1/ready"),
        ("accounts-jwks", "/.well-known/jwks.json"),
    ] {
        note(name, &app.call(Method::GET, path, None, None).await, 200);
    }
    let (email, company) = ("owner@capacity.example", "Capacity");
    note("accounts-sign-up", &app.post("/v1/sign-up", json!({ "email": email, "company": company })).await, 202);
    app.pump().await;
    let link = link_token(&app.mail_to(email));
    let body = json!({ "token": link, "name": "Owner", "password": PASSWORD });
    note("accounts-verify-email", &app.post("/v1/verify-email", body).await, 201);
    let body = json!({ "email": email, "password": PASSWORD });
    let signed_in = app.post("/v1/sign-in", body).await;
    note("accounts-sign-in", &signed_in, 200);
    let body = json!({ "refresh_token": text(&signed_in, "refresh_token") });
    note("accounts-refresh", &app.post("/v1/refresh", body).await, 200);

    crate::accounts::measure(&app, &mut note).await;
    let owner = app.sign_in(email).await;
    note("accounts-me", &owner.get("/v1/me").await, 200);
    note("members-list", &owner.get("/v1/members").await, 200);
    note("tenants-get", &owner.get("/v1/tenant").await, 200);
    note("microsoft-status", &owner.get("/v1/microsoft").await, 200);
    let begun = owner.act("/v1/microsoft/connect").await;
    note("microsoft-connect", &begun, 200);
    let (microsoft, directory) = (app.microsoft(), app.only_directory());
    let admin = microsoft.directory(directory, |d| d.administrators()[0].id).expect("the directory");
    let back = microsoft.sign_in_as(&text(&begun, "url"), admin).expect("signed in");
    let consent = owner.post("/v1/microsoft/callback", query(&back)).await;
    note("microsoft-callback", &consent, 200);
    let back = microsoft.consent_as(&text(&consent, "url"), admin, true).expect("consented");
    note("microsoft-callback", &owner.post("/v1/microsoft/callback", query(&back)).await, 200);
    app.pump().await;
    note("microsoft-status", &owner.get("/v1/microsoft").await, 200);
    note("scans-start", &owner.act("/v1/scans").await, 202);
    app.pump().await;

    app.clock.advance(SignedDuration::from_secs(1));
    let lists = [("scans-list", "/v1/scans"), ("findings-list", "/v1/findings"), ("tenants-events", "/v1/events")];
    for (name, path) in lists {
        note(name, &owner.get(path).await, 200);
    }
    note("findings-overview", &owner.get("/v1/overview").await, 200);
    note("findings-licenses", &owner.get("/v1/licenses").await, 200);
    let first = async |list: &str, field: &str| -> String {
        let found: Value = owner.get(list).await.expect(200);
        found["items"][0][field].as_str().expect("an id").to_owned()
    };
    note("scans-get", &owner.get(&format!("/v1/scans/{}", first("/v1/scans", "scan").await)).await, 200);
    let finding = first("/v1/findings", "finding").await;
    note("findings-get", &owner.get(&format!("/v1/findings/{finding}")).await, 200);
    note("findings-people", &owner.get(&format!("/v1/findings/{finding}/people")).await, 200);
    let about_people = owner.get("/v1/findings").await.json();
    let about_people = about_people["items"].as_array().and_then(|all| all.iter().find(|one| one["check"] == "L3"));
    let about_people = about_people.and_then(|one| one["finding"].as_str()).expect("people who left are planted");
    crate::keys_and_log::measure(&owner, &mut note).await;
    crate::prices::measure(&app, &owner, &mut note).await;
    crate::insights::measure(&app, &owner, about_people, &mut note).await;
    work_accounts::measure(&app, &owner, &mut note).await;
    crate::tiers::measure(&owner, directory, &mut note).await;
    crate::fixes::measure(&app, &owner, directory, &mut note).await;
    note("microsoft-disconnect", &owner.delete("/v1/microsoft").await, 204);
    crate::factors::measure(&app, email, &mut note).await;
    let owner = app.sign_in(email).await;
    note("accounts-sign-out", &owner.act("/v1/sign-out").await, 204);
    app.pump().await;
    crate::team::measure(&mut note).await;
    costs
}
