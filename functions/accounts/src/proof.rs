//! A second factor as it is shown: at the second step of a sign-in, or to confirm an act.

use api::{Code, Error, FieldProblem, Result};
use identity::recovery_code;
use model::UserId;
use runtime::Kernel;
use store::{Account, Factors, Purpose, TokenHash, Versioned};

use crate::{
    passkey::{PasskeyAnswer, RelyingParty, Shown},
    totp::Totp,
};

/// What is shown.
pub enum Proof {
    /// A code of an app.
    Totp(String),
    /// A recovery code.
    RecoveryCode(String),
    /// A passkey, in answer to a ceremony.
    Passkey {
        /// Which ceremony.
        ceremony: TokenHash,
        /// The passkey.
        shown: Box<Shown>,
    },
}

/// A factor that was right.
#[derive(Debug)]
pub struct Proved {
    /// The factors with what was used up; a code works once because they are written over the version they were read at.
    pub factors: Versioned<Factors>,
    /// How it proves (RFC 8176).
    pub amr: &'static [&'static str],
    /// How many recovery codes are left, where one was used.
    pub recovery_codes_left: Option<u32>,
}

impl Proof {
    /// The one of the three that was sent.
    ///
    /// # Errors
    /// 422 when none or more than one was, or when a credential has no form.
    pub fn of(totp: Option<String>, recovery_code: Option<String>, passkey: Option<PasskeyAnswer>) -> Result<Self> {
        match (totp, recovery_code, passkey) {
            (Some(code), None, None) => Ok(Self::Totp(code)),
            (None, Some(code), None) => Ok(Self::RecoveryCode(code)),
            (None, None, Some(answer)) => Self::passkey(&answer.ceremony, answer.credential),
            _ => {
                let told = "Send exactly one of the ways to prove who you are.";
                Err(Error::invalid(vec![FieldProblem::new("/", "one_of", told)]))
            }
        }
    }

    /// A passkey, read.
    ///
    /// # Errors
    /// 422 when the credential has no form.
    pub fn passkey(ceremony: &str, credential: serde_json::Value) -> Result<Self> {
        Ok(Self::Passkey { ceremony: TokenHash::of(ceremony), shown: Box::new(Shown::read(credential)?) })
    }

    /// Whose passkey it says it is; nobody's where it is none.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Passkey { shown, .. } => shown.user(),
            _ => None,
        }
    }

    /// Checks it against a user's factors. `None` when it is not right or was used.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn check(self, kernel: &Kernel, account: &Account) -> Result<Option<Proved>> {
        let now = kernel.clock.now();
        let mut factors = account.factors.clone();
        let user = factors.value.user;
        let email = account.profile.as_ref().map_or("", |profile| profile.email.as_str());
        let mut recovery_codes_left = None;
        let amr: &[&str] = match self {
            Self::Totp(code) => {
                let Some(kept) = factors.value.totp.as_mut() else { return Ok(None) };
                let totp = Totp::open(kernel.store.sealer(), user, email, &kept.seed)
                    .ok_or_else(|| Error::internal("a seed does not open"))?;
                let Some(step) = totp.step_of(&code, now, kept.last_step) else { return Ok(None) };
                kept.last_step = step;
                &["otp"]
            }
            Self::RecoveryCode(code) => {
                let Some(hash) = recovery_code::hash_of(&code) else { return Ok(None) };
                let codes = &mut factors.value.recovery_codes;
                // Hashes of 120-bit secrets: what comparing them takes tells nothing of a secret.
                let Some(place) = codes.iter().position(|known| *known == hash) else { return Ok(None) };
                codes.remove(place);
                recovery_codes_left = u32::try_from(codes.len()).ok();
                &["otp"]
            }
            Self::Passkey { ceremony, shown } => {
                let token = kernel.store.take_token(&ceremony).await?;
                let Some(Purpose::PasskeyProof { state }) = token.map(|token| token.purpose) else { return Ok(None) };
                // An authenticator need not say whose it is; if it does, it is to be this one's (WebAuthn 7.2, 6).
                if shown.user().is_some_and(|shown| shown != user) {
                    return Ok(None);
                }
                let known = &mut factors.value.passkeys;
                let party = RelyingParty::of(&kernel.app_url)?;
                let Some((place, counter)) = party.prove(&state, &shown, known)? else { return Ok(None) };
                if let Some(passkey) = known.get_mut(place) {
                    passkey.counter = counter;
                    passkey.last_used_at = Some(now);
                }
                PASSKEY
            }
        };
        Ok(Some(Proved { factors, amr, recovery_codes_left }))
    }
}

/// A key in hardware that its user unlocked (RFC 8176 `hwk`, `user`): possession and knowledge or a part of the body.
pub const PASSKEY: &[&str] = &["hwk", "user"];

/// The refusal of a second factor.
pub fn refused(why: &'static str) -> Error {
    Error::new(Code::SecondFactorRefused, "Wait for the next code and try again, or use another way.").because(why)
}
