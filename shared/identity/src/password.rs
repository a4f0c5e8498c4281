//! Passwords: Argon2id off the async threads, few at once, and a policy that says why (C3).

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use model::Ids;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use unicode_normalization::UnicodeNormalization;

/// Fewest characters (C3; ASVS 6.2.1 asks for 8).
pub const SHORTEST: usize = 12;
/// Most characters; beyond it hashing would be a way to keep us busy (ASVS 6.2.9 asks for at least 64).
pub const LONGEST: usize = 128;

/// Why a password is refused, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weak {
    /// Stable code.
    pub(crate) code: &'static str,
    /// What to do.
    pub(crate) message: String,
}

/// How many may wait for each that hashes: about a quarter of a second. Whoever comes after them is told at once to
/// come again (P-15), or a storm of bad passwords would make everybody wait.
const WAITING: usize = 8;

/// Lets whoever only reads have the processor first (P-15). Elsewhere than on Linux this would be the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(%error, "hashing does not give way");
    }
}

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many wait already.
    #[error("all hashers are busy and too many wait")]
    Busy,
    /// A bug, or a stored hash that is none.
    #[error("hashing failed: {0}")]
    Failed(#[from] password_hash::Error),
}

impl From<HashError> for api::Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => {
                let told = "Many people are signing in. Send the request again in a moment.";
                Self::new(api::Code::TooManyRequests, told).retry_after(1)
            }
            HashError::Failed(cause) => Self::internal(cause.to_string()),
        }
    }
}

/// A place in the line of [`Hashers`]: without one nothing is hashed.
pub struct Turn {
    _place: OwnedSemaphorePermit,
}

/// Hashes and verifies, a bounded number at once: each takes 19 MiB. Cheap to clone.
#[derive(Clone)]
pub struct Hashers {
    argon2: Argon2<'static>,
    at_once: Arc<Semaphore>,
    /// Places of those who hash and those who wait for it.
    line: Arc<Semaphore>,
    /// What hashing needed, for the next: 19 MiB asked for and given back on any thread would never leave the process.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
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
        let (line, at_once) = (Semaphore::new(at_once * (1 + WAITING)), Semaphore::new(at_once));
        Ok(Self {
            argon2,
            at_once: Arc::new(at_once),
            line: Arc::new(line),
            memory: Arc::default(),
            decoy: decoy.into(),
            ids,
        })
    }

    /// A place among those who hash and those who wait for it. Taken before anything is read, so that a refusal costs
    /// nothing, and kept until the hash is there.
    ///
    /// # Errors
    /// [`HashError::Busy`].
    pub fn turn(&self) -> Result<Turn, HashError> {
        let place = Arc::clone(&self.line).try_acquire_owned().map_err(|_| HashError::Busy)?;
        Ok(Turn { _place: place })
    }

    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    /// A bug.
    pub async fn hash(&self, _turn: &Turn, password: &str) -> Result<String, HashError> {
        let (salt, ours, password) = (self.ids.bytes::<16>(), self.argon2.clone(), folded(password));
        self.off_thread(move |memory| {
            let hash = PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(ours.params())?,
                salt: Some(Salt::new(&salt)?),
                hash: Some(digest(&ours, &password, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?),
            };
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one of `hash`; without a hash it takes as long and is `false`.
    ///
    /// # Errors
    /// A stored hash that is none.
    pub async fn verify(&self, _turn: &Turn, password: &str, hash: Option<&str>) -> Result<bool, HashError> {
        let (known, password) = (hash.is_some(), folded(password));
        let hash = hash.map_or_else(|| self.decoy.to_string(), str::to_owned);
        self.off_thread(move |memory| {
            let hash = PasswordHash::new(&hash).map_err(|_| password_hash::Error::EncodingInvalid)?;
            let version = hash.version.map_or(Ok(Version::default()), Version::try_from)?;
            let theirs = Argon2::new(Algorithm::try_from(hash.algorithm.as_str())?, version, Params::try_from(&hash)?);
            let (Some(salt), Some(wanted)) = (&hash.salt, &hash.hash) else {
                return Err(password_hash::Error::EncodingInvalid);
            };
            // `Output` compares in constant time.
            Ok(digest(&theirs, &password, salt, wanted.len(), memory)? == *wanted && known)
        })
        .await
    }

    /// The same, with `beside` done meanwhile: what takes no longer than a hash does not show in the time of an answer.
    ///
    /// # Errors
    /// As [`Hashers::verify`].
    pub async fn verify_beside<T>(
        &self,
        turn: &Turn,
        password: &str,
        hash: Option<&str>,
        beside: impl Future<Output = T>,
    ) -> Result<(bool, T), HashError> {
        let (right, done) = tokio::join!(self.verify(turn, password, hash), beside);
        Ok((right?, done))
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
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| password_hash::Error::Internal)?;
        // The permit goes with the work: a caller who hangs up does not make room while it still runs.
        let pool = Arc::clone(&self.memory);
        let (tell, told) = oneshot::channel();
        // A thread of its own: one that gave way once gives way for good.
        let hashing = thread::Builder::new().name("hash".into()).spawn(move || {
            give_way();
            let lock = || pool.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = lock().pop().unwrap_or_default();
            let out = work(&mut memory);
            lock().push(memory);
            drop(permit);
            // Nobody hears it where the caller hung up.
            drop(tell.send(out));
        });
        hashing.map_err(|_| password_hash::Error::Internal)?;
        Ok(told.await.map_err(|_| password_hash::Error::Internal)??)
    }

    /// Whether a password is good enough, given what an attacker would try first.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn check(password: &str, known_words: &[&str]) -> Result<(), Weak> {
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

/// One run of Argon2 in memory that is there already.
fn digest(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    length: usize,
    memory: &mut Vec<Block>,
) -> Result<Output, password_hash::Error> {
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
    memory.resize(argon2.params().block_count(), Block::new());
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, memory)?;
    Ok(Output::new(out)?)
}

/// The form passwords are compared in: the same keys on another keyboard or system give the same text (NIST 800-63B).
fn folded(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

    use super::*;

    struct Zero;
    impl model::clock::RandomSource for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[tokio::test]
    async fn who_comes_after_those_who_may_wait_is_refused_at_once() {
        let hashers = Hashers::new(1, Ids::new(Zero)).unwrap();
        let turns: Vec<_> = (0..=WAITING).map(|_| hashers.turn().unwrap()).collect();
        assert!(matches!(hashers.turn(), Err(HashError::Busy)));
        assert!(!hashers.verify(&turns[0], "violet-tractor-mumbles-9", None).await.unwrap());
        drop(turns);
        assert!(hashers.turn().is_ok(), "there is room again");
    }

    /// Both ways through the library, which has memory of its own for each hash.
    #[tokio::test]
    async fn hashes_are_those_of_the_library() {
        let hashers = Hashers::new(1, Ids::new(Zero)).unwrap();
        let turn = hashers.turn().unwrap();
        let password = "violet-tractor-mumbles-9";
        let ours = hashers.hash(&turn, password).await.unwrap();
        assert!(hashers.argon2.verify_password(password.as_bytes(), ours.as_str()).is_ok(), "{ours}");
        let small = Argon2::new(Algorithm::Argon2i, Version::V0x10, Params::new(64, 1, 2, Some(20)).unwrap());
        let theirs = small.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap().to_string();
        for (hash, given, right) in [(&ours, password, true), (&theirs, password, true), (&theirs, "another", false)] {
            assert_eq!(hashers.verify(&turn, given, Some(hash)).await.unwrap(), right, "{hash}");
        }
        assert_eq!(hashers.memory.lock().unwrap().len(), 1, "one at once, one memory");
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_outdated() {
        let hashers = Hashers::new(1, Ids::new(Zero)).unwrap();
        let hash = hashers.hash(&hashers.turn().unwrap(), "violet-tractor-mumbles-9").await.unwrap();
        assert!(!hashers.outdated(&hash), "{hash}");
        for (ours, other) in [("m=19456", "m=9216"), ("t=2", "t=1"), ("argon2id", "argon2i"), ("v=19", "v=16")] {
            assert!(hash.contains(ours));
            assert!(hashers.outdated(&hash.replace(ours, other)), "{other}");
        }
        assert!(hashers.outdated("not a hash"));
    }
}
