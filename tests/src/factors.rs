//! People with second factors.

use jiff::Timestamp;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::{Authenticator, Client};

/// An app that shows codes, and the recovery codes that came with it.
pub struct Codes {
    /// The shared secret, in base32.
    pub secret: String,
    /// Recovery codes.
    pub recovery: Vec<String>,
}

impl Codes {
    /// The code the app shows at a time.
    pub fn at(&self, now: Timestamp) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("base32");
        let totp = Builder::new().with_secret(secret).build().expect("codes");
        totp.generate(u64::try_from(now.as_second()).expect("after 1970")).to_string()
    }
}

impl Client<'_> {
    /// Sets up an app; the time step of its code now is used then.
    pub async fn add_totp(&self, now: Timestamp) -> Codes {
        let begun: Value = self.post("/v1/me/totp", json!({})).await.expect(200);
        let mut codes = Codes { secret: begun["secret"].as_str().expect("a secret").into(), recovery: Vec::new() };
        let body = json!({ "setup": begun["setup"], "code": codes.at(now) });
        let confirmed: Value = self.post("/v1/me/totp/confirm", body).await.expect(200);
        codes.recovery = serde_json::from_value(confirmed["recovery_codes"].clone()).expect("codes");
        codes
    }

    /// Adds a passkey.
    pub async fn add_passkey(&self, authenticator: &mut Authenticator) -> Value {
        let begun: Value = self.act("/v1/me/passkeys/begin").await.expect(200);
        let credential = authenticator.create(&begun["options"]);
        let body = json!({ "ceremony": begun["ceremony"], "name": "Laptop", "credential": credential });
        self.post("/v1/me/passkeys", body).await.expect(201)
    }
}
