//! Passkeys (WebAuthn Level 3): what a browser is asked for, and whether what it answers is right. The state between
//! the two stays with us.

use api::{Error, FieldProblem};
use model::UserId;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use store::Passkey;
use url::{Host, Url};
use utoipa::ToSchema;
use uuid::Uuid;
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Webauthn, WebauthnBuilder, WebauthnError,
};

/// What a browser showed of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// From the beginning of the ceremony.
    #[schema(example = "soc_Vw4…", max_length = 128)]
    pub ceremony: String,
    /// What `navigator.credentials.get()` answered, as its `toJSON()` gives it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What a registration brought.
#[derive(Debug)]
pub struct Registered {
    /// The credential, to be kept.
    pub credential: String,
    /// Its counter so far.
    pub counter: u32,
}

/// The relying party: this installation, by the name its dashboard has.
#[derive(Debug)]
pub struct RelyingParty(Webauthn);

impl RelyingParty {
    /// The relying party of a dashboard.
    ///
    /// # Errors
    /// When the address has no name.
    pub fn of(app_url: &str) -> Result<Self, Error> {
        let mut origin: Url = app_url.parse().map_err(internal)?;
        // Passkeys belong to names; a machine's name for itself is localhost (RFC 6761 6.3).
        let loopback = match origin.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            _ => false,
        };
        if loopback {
            origin.set_host(Some("localhost")).map_err(internal)?;
        }
        let id = origin.host_str().unwrap_or_default().to_owned();
        let party = WebauthnBuilder::new(&id, &origin).and_then(|party| party.rp_name("Steward").build());
        party.map(Self).map_err(internal)
    }

    /// Asks for a new passkey: what the page passes on to `navigator.credentials.create()`, and the state.
    ///
    /// # Errors
    /// When a stored credential does not read: a bug of ours.
    pub fn begin(&self, user: UserId, email: &str, name: &str, known: &[Passkey]) -> Result<(Value, String), Error> {
        let known: Vec<Credential> = known.iter().map(credential).collect::<Result<_, _>>()?;
        let known = known.into_iter().map(|credential| credential.cred_id).collect();
        let (options, state) =
            self.0.start_passkey_registration(handle(user), email, name, Some(known)).map_err(internal)?;
        let mut options = serde_json::to_value(options).map_err(internal)?;
        // It is to sign in without a name being typed, so the authenticator has to keep it.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok((options, serde_json::to_string(&state).map_err(internal)?))
    }

    /// Checks what the page sent back of a new passkey. `None` when it is not right, or is one of `known`.
    ///
    /// # Errors
    /// 422 when the answer has no form; when the state is not ours: a bug.
    pub fn finish(&self, state: &str, answer: Value, known: &[Passkey]) -> Result<Option<Registered>, Error> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(internal)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let passkey = match self.0.finish_passkey_registration(&answer, &state) {
            Ok(passkey) => passkey,
            Err(error) => return refused(&error),
        };
        // We judge the counter ourselves, see `prove`.
        let mut credential = Credential::from(passkey);
        let counter = std::mem::take(&mut credential.counter);
        for passkey in known {
            if self::credential(passkey)?.cred_id == credential.cred_id {
                return Ok(None);
            }
        }
        Ok(Some(Registered { credential: serde_json::to_string(&credential).map_err(internal)?, counter }))
    }

    /// Asks for a passkey, whosever it is: what the page passes on to `navigator.credentials.get()`, and the state.
    ///
    /// # Errors
    /// Never but for a bug.
    pub fn begin_proof(&self) -> Result<(Value, String), Error> {
        let (options, state) = self.0.start_discoverable_authentication().map_err(internal)?;
        let mut options = serde_json::to_value(options).map_err(internal)?;
        // Whether it is offered in a form or asked for at once is the page's choice.
        options.as_object_mut().map(|options| options.remove("mediation"));
        Ok((options, serde_json::to_string(&state).map_err(internal)?))
    }

    /// Checks what the page sent back of a passkey that is among `known`: the place of the one it is, and its counter
    /// now. `None` when it is not right.
    ///
    /// # Errors
    /// When the state or a stored credential is not ours: a bug.
    pub fn prove(&self, state: &str, shown: &Shown, known: &[Passkey]) -> Result<Option<(usize, u32)>, Error> {
        let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(internal)?;
        let id = shown.0.get_credential_id();
        for (place, passkey) in known.iter().enumerate() {
            let credential = credential(passkey)?;
            if credential.cred_id.as_slice() != id {
                continue;
            }
            let result = match self.0.finish_discoverable_authentication_v2(&shown.0, state, &credential) {
                Ok(result) if result.user_verified() => result,
                Ok(_) => return Ok(None),
                Err(error) => return refused(&error),
            };
            // A sign of a copy, or of an authenticator that counts badly: told, not refused (C5). Passkeys that are
            // synchronised count nothing.
            if (result.counter() > 0 || passkey.counter > 0) && result.counter() <= passkey.counter {
                tracing::warn!(
                    security = "passkey_counter",
                    passkey = %passkey.passkey,
                    known = passkey.counter,
                    shown = result.counter(),
                    "a passkey's counter did not go up"
                );
            }
            return Ok(Some((place, result.counter().max(passkey.counter))));
        }
        Ok(None)
    }
}

/// A credential as a page sent it, read.
#[derive(Debug)]
pub struct Shown(PublicKeyCredential);

impl Shown {
    /// Reads one.
    ///
    /// # Errors
    /// 422 when it has not the form of one.
    pub fn read(credential: Value) -> Result<Self, Error> {
        read(credential).map(Self)
    }
    /// Whose passkey it says it is.
    pub fn user(&self) -> Option<UserId> {
        let handle = self.0.get_user_unique_id()?;
        Uuid::from_slice(handle).ok().map(|handle| UserId::from_bits(handle.as_u128()))
    }
}

/// What a passkey knows its owner by: the id's bits, which say nothing of the person (WebAuthn 14.6.1).
fn handle(user: UserId) -> Uuid {
    Uuid::from_u128(user.bits())
}

fn credential(passkey: &Passkey) -> Result<Credential, Error> {
    serde_json::from_str(&passkey.credential).map_err(internal)
}

fn read<T: DeserializeOwned>(credential: Value) -> Result<T, Error> {
    serde_json::from_value(credential).map_err(|error| {
        let told = "Send what the browser answered, as its toJSON() gives it.";
        Error::invalid(vec![FieldProblem::new("/credential", "not_a_credential", told)]).because(error)
    })
}

/// Logged, not told: which check failed helps only who probes.
fn refused<T>(error: &WebauthnError) -> Result<Option<T>, Error> {
    tracing::info!(%error, "a passkey was refused");
    Ok(None)
}

fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_bound_to_the_name_of_the_dashboard() {
        for (url, id) in [
            ("https://app.steward.example", "app.steward.example"),
            ("http://127.0.0.1:8700", "localhost"),
            ("http://[::1]:8700", "localhost"),
            ("http://localhost:8700", "localhost"),
        ] {
            let (options, _) = RelyingParty::of(url).unwrap().begin_proof().unwrap();
            assert_eq!(options["publicKey"]["rpId"], id);
            assert_eq!(options["publicKey"]["userVerification"], "required");
            assert!(options.get("mediation").is_none());
        }
        assert!(RelyingParty::of("http://203.0.113.7").is_err());
    }

    #[test]
    fn a_new_passkey_is_to_be_kept_by_the_authenticator_and_to_verify_its_user() {
        let party = RelyingParty::of("https://app.steward.example").unwrap();
        let user = UserId::from_bits(7);
        let (options, _) = party.begin(user, "anna@northwind.example", "Anna", &[]).unwrap();
        let asked = &options["publicKey"];
        let wanted = json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" });
        assert_eq!(asked["authenticatorSelection"], wanted);
        assert_eq!(asked["attestation"], "none");
        assert_eq!(asked["rp"], json!({ "id": "app.steward.example", "name": "Steward" }));
    }
}
