//! An authenticator in software: makes and shows passkeys as a browser does, and as an attacker would.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Flags of authenticator data (WebAuthn 6.1).
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const ATTESTED: u8 = 1 << 6;

/// It.
pub struct Authenticator {
    /// The page it works for.
    pub origin: String,
    /// Whether it verifies its user.
    pub verifies: bool,
    /// What its counter goes up by at each use; 0 as synchronised passkeys do.
    pub counts_by: u32,
    /// Its counter.
    pub counter: u32,
    key: EcdsaKeyPair,
    id: Vec<u8>,
    owner: Vec<u8>,
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

impl Authenticator {
    /// A new one, for the page of the app under test.
    pub fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        let origin = "http://localhost:8700".to_owned();
        Self { origin, verifies: true, counts_by: 1, counter: 0, key, id, owner: Vec::new() }
    }

    /// What `navigator.credentials.create()` answers to options.
    pub fn create(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.owner = bytes(&asked["user"]["id"]);
        let mut data = self.data(asked["rp"]["id"].as_str().expect("a relying party"), ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.id);
        // The public key as COSE (RFC 9053): EC2, ES256, P-256, x, y.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        // {"fmt": "none", "attStmt": {}, "authData": data} as CBOR.
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short data"));
        attestation.extend(data);
        let client = self.client_data("webauthn.create", asked);
        self.answer(json!({
            "attestationObject": text(&attestation), "clientDataJSON": text(&client), "transports": ["internal"],
        }))
    }

    /// What `navigator.credentials.get()` answers to options.
    pub fn get(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.counter += self.counts_by;
        let data = self.data(asked["rpId"].as_str().expect("a relying party"), 0);
        let client = self.client_data("webauthn.get", asked);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.answer(json!({
            "authenticatorData": text(&data),
            "clientDataJSON": text(&client),
            "signature": text(signature.as_ref()),
            "userHandle": text(&self.owner),
        }))
    }

    /// Says from now on that its passkey is somebody else's.
    pub fn pose_as(&mut self, other: &Self) {
        self.owner.clone_from(&other.owner);
    }

    fn data(&self, party: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, party.as_bytes()).as_ref().to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, sort: &str, asked: &Value) -> Vec<u8> {
        let data = json!({
            "type": sort, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    /// In the form of `PublicKeyCredential.toJSON()`.
    fn answer(&self, response: Value) -> Value {
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {}, "response": response,
        })
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text.as_str().expect("text")).expect("base64url")
}
