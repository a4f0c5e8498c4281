//! Access tokens: ES256, a quarter of an hour, one purpose (C3, F53-F55, F60).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::{Clock, SessionId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use store::{Jwks, Store};

/// How long an access token is good.
pub const ACCESS_GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How far clocks may differ (F55).
const LEEWAY: i64 = 10;
/// What the token is: no id token or other signed thing passes as one (RFC 9068).
const TYP: &str = "at+jwt";
const AUDIENCE: &str = "steward-api";
/// Longer than any token we make.
const MOST: usize = 4096;
/// An unknown key id makes us read the keys again, but not more often than this.
pub const REREAD: SignedDuration = SignedDuration::from_secs(30);

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer: this installation.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Who.
    pub sub: UserId,
    /// For which tenant.
    pub tid: TenantId,
    /// In which session.
    pub sid: SessionId,
    /// Version of the membership it was made under.
    pub mver: u64,
    /// How they proved who they are (RFC 8176).
    pub amr: Vec<String>,
    /// Issued at, seconds.
    pub iat: i64,
    /// Good until, seconds.
    pub exp: i64,
}

/// A signed access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The JWT.
    pub text: String,
    /// Seconds it is good for.
    pub expires_in: i64,
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Past its time.
    #[error("expired")]
    Expired,
    /// Anything else.
    #[error("{0}")]
    Invalid(String),
    /// The keys could not be read.
    #[error("keys: {0}")]
    Unavailable(String),
}

/// Signs access tokens. Only the functions that sign in and refresh have one.
#[derive(Clone)]
pub struct Signer {
    kid: String,
    key: EncodingKey,
    issuer: String,
}

impl Signer {
    /// A signer with a P-256 private key in PKCS #8 DER.
    pub fn new(kid: String, pkcs8: &[u8], issuer: String) -> Self {
        Self { kid, key: EncodingKey::from_ec_der(pkcs8), issuer }
    }

    /// Signs a token for a session.
    ///
    /// # Errors
    /// When the key is not one.
    pub fn sign(
        &self,
        session: &store::Session,
        mver: u64,
        now: Timestamp,
    ) -> Result<AccessToken, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: session.user,
            tid: session.tenant,
            sid: session.session,
            mver,
            amr: session.amr.clone(),
            iat: now.as_second(),
            exp: (now + ACCESS_GOOD_FOR).as_second(),
        };
        let header = Header { typ: Some(TYP.into()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        let text = jsonwebtoken::encode(&header, &claims, &self.key)?;
        Ok(AccessToken { text, expires_in: ACCESS_GOOD_FOR.as_secs() })
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.kid)
    }
}

/// Verifies access tokens with the published keys. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<RwLock<Keys>>,
    store: Store,
    issuer: Arc<str>,
    clock: Clock,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, DecodingKey>,
    read_at: Timestamp,
}

impl Keys {
    fn of(jwks: &Jwks, read_at: Timestamp) -> Self {
        // A key of another sort in the item is passed over: it cannot have signed one of our tokens.
        let by_id = jwks
            .keys
            .iter()
            .filter(|key| key.kty == "EC" && key.crv == "P-256" && key.alg == "ES256")
            .filter_map(|key| Some((key.kid.clone(), DecodingKey::from_ec_components(&key.x, &key.y).ok()?)))
            .collect();
        Self { by_id, read_at }
    }
}

impl Verifier {
    /// Reads the keys: the first call of a cold start, which opens the connection to the table as well (P-2).
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn load(store: Store, issuer: &str, clock: Clock) -> store::Result<Self> {
        let keys = Keys::of(&store.jwks().await?, clock.now());
        Ok(Self { keys: Arc::new(RwLock::new(keys)), store, issuer: issuer.into(), clock })
    }

    /// Checks form, algorithm, key, signature, issuer, audience, type and time, in that order.
    ///
    /// # Errors
    /// Why the token is refused.
    pub async fn verify(&self, token: &str) -> Result<Claims, BadToken> {
        let invalid = |why: &str| BadToken::Invalid(why.into());
        if token.len() > MOST {
            return Err(invalid("too long"));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid("header"))?;
        // The algorithm is ours to choose, not the token's (RFC 8725 3.1). `jku` and the like are never looked at.
        if header.alg != Algorithm::ES256 || header.typ.as_deref() != Some(TYP) {
            return Err(invalid("algorithm or type"));
        }
        // We know no extension, so whatever is critical is not understood (RFC 7515 4.1.11).
        if header.crit.is_some() {
            return Err(invalid("critical extension"));
        }
        let kid = header.kid.ok_or_else(|| invalid("no key id"))?;
        let key = match self.key(&kid) {
            Some(key) => key,
            None => {
                self.reread().await?;
                self.key(&kid).ok_or_else(|| invalid("unknown key"))?
            }
        };
        let mut rules = Validation::new(Algorithm::ES256);
        // Time is checked below, by the clock we were given.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        rules.set_issuer(&[&*self.issuer]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|e| invalid(&e.to_string()))?.claims;
        let now = self.clock.now().as_second();
        if claims.exp.saturating_add(LEEWAY) < now {
            return Err(BadToken::Expired);
        }
        if claims.iat.saturating_sub(LEEWAY) > now || claims.exp.saturating_sub(claims.iat) > ACCESS_GOOD_FOR.as_secs()
        {
            return Err(invalid("issued in the future or for too long"));
        }
        Ok(claims)
    }

    /// Now, by the clock tokens are checked with.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn key(&self, kid: &str) -> Option<DecodingKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).by_id.get(kid).cloned()
    }

    async fn reread(&self) -> Result<(), BadToken> {
        let now = self.clock.now();
        let read_at = self.keys.read().unwrap_or_else(PoisonError::into_inner).read_at;
        if now.duration_since(read_at) < REREAD {
            return Ok(());
        }
        let jwks = self.store.jwks().await.map_err(|error| BadToken::Unavailable(error.to_string()))?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Keys::of(&jwks, now);
        Ok(())
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({})", self.issuer)
    }
}
