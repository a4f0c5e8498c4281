//! Passwords: Argon2id off the async threads, few at once, and a policy that says why (C3).

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, phc::PasswordHash},
};
use model::Ids;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Fewest characters (C3; ASVS 6.2.1 asks for 8).
pub const SHORTEST: usize = 12;
/// Most characters; beyond it hashing would be a way to keep us busy (ASVS 6.2.9 asks for at least 64).
pub const LONGEST: usize = 128;

/// Why a password is refused, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weak {
    /// Stable code.
    pub code: &'static str,
    /// What to do.
    pub message: String,
}

/// Hashes and verifies, a bounded number at once: each takes 19 MiB. Cheap to clone.
#[derive(Clone)]
pub struct Hashers {
    argon2: Argon2<'static>,
    at_once: Arc<Semaphore>,
    /// A hash nobody knows the password of, verified when there is no account, so that both take the same time.
    decoy: Arc<str>,
    ids: Ids,
}

impl Hashers {
    /// Hashers with OWASP's minimum of m = 19 MiB, t = 2, p = 1 (Password Storage Cheat Sheet).
    ///
    /// # Errors
    /// When the parameters or the first hash are refused: a bug.
    pub fn new(at_once: usize, ids: Ids) -> Result<Self, password_hash::Error> {
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| password_hash::Error::ParamsInvalid)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // Of the right shape and cost; no password hashes to it.
        let decoy = "$argon2id$v=19$m=19456,t=2,p=1$ZGVjb3lkZWNveWRlY295$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Ok(Self { argon2, at_once: Arc::new(Semaphore::new(at_once)), decoy: decoy.into(), ids })
    }

    /// The hash of a password, as a PHC string.
    pub async fn hash(&self, password: &str) -> Result<String, password_hash::Error> {
        let (salt, argon2, password) = (self.ids.bytes::<16>(), self.argon2.clone(), folded(password));
        self.off_thread(move || {
            let hash: PasswordHash = argon2.hash_password_with_salt(password.as_bytes(), &salt)?;
            Ok(hash.to_string())
        })
        .await?
    }

    /// Whether `password` is the one of `hash`; without a hash it takes as long and is `false`.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, password_hash::Error> {
        let (known, argon2, password) = (hash.is_some(), self.argon2.clone(), folded(password));
        let hash = hash.map_or_else(|| self.decoy.to_string(), str::to_owned);
        self.off_thread(move || {
            let hash = PasswordHash::new(&hash)?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await?
    }

    /// Whether a hash was made in another way than hashes are made now: the next sign-in makes it anew (C3).
    pub fn outdated(&self, hash: &str) -> bool {
        let same = |hash: &PasswordHash| {
            hash.algorithm == Algorithm::Argon2id.ident()
                && hash.version == Some(Version::V0x13.into())
                && Params::try_from(hash).is_ok_and(|params| {
                    let ours = self.argon2.params();
                    (params.m_cost(), params.t_cost(), params.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
                })
        };
        !PasswordHash::new(hash).is_ok_and(|hash| same(&hash))
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, password_hash::Error> {
        let permit = self.at_once.clone().acquire_owned().await.map_err(|_| password_hash::Error::Internal)?;
        tokio::task::spawn_blocking(move || {
            let out = work();
            drop(permit);
            out
        })
        .await
        .map_err(|_| password_hash::Error::Internal)
    }

    /// Whether a password is good enough, given what an attacker would try first.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check(password: &str, known_words: &[&str]) -> Result<(), Weak> {
        let password = folded(password);
        let length = password.chars().count();
        if length < SHORTEST {
            return Err(Weak {
                code: "too_short",
                message: format!("Use at least {SHORTEST} characters. Four unrelated words are good."),
            });
        }
        if length > LONGEST {
            return Err(Weak { code: "too_long", message: format!("Use at most {LONGEST} characters.") });
        }
        let guessable = zxcvbn::zxcvbn(&password, known_words);
        if guessable.score() >= zxcvbn::Score::Three {
            return Ok(());
        }
        let told = guessable.feedback().map(|feedback| {
            let warning = feedback.warning().map(|warning| warning.to_string());
            let hints = feedback.suggestions().iter().map(ToString::to_string);
            warning.into_iter().chain(hints).collect::<Vec<_>>().join(" ")
        });
        let message =
            told.filter(|told| !told.is_empty()).unwrap_or_else(|| "This is easy to guess. Add a word or two.".into());
        Err(Weak { code: "easy_to_guess", message })
    }
}

impl std::fmt::Debug for Hashers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashers")
    }
}

/// The form passwords are compared in: the same keys on another keyboard or system give the same text (NIST 800-63B).
fn folded(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_outdated() {
        struct Zero;
        impl model::clock::RandomSource for Zero {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0);
            }
        }
        let hashers = Hashers::new(1, Ids::new(Zero)).unwrap();
        let hash = hashers.hash("violet-tractor-mumbles-9").await.unwrap();
        assert!(!hashers.outdated(&hash), "{hash}");
        for (ours, other) in [("m=19456", "m=9216"), ("t=2", "t=1"), ("argon2id", "argon2i"), ("v=19", "v=16")] {
            assert!(hash.contains(ours));
            assert!(hashers.outdated(&hash.replace(ours, other)), "{other}");
        }
        assert!(hashers.outdated("not a hash"));
    }
}
