//! Items that belong to no tenant: users, addresses, one-time tokens, keys.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use model::{
    AttestationId, DirectoryId, EmailChangeId, EventId, FeedId, FindingId, Ids, InvitationId, LinkId, ResetId,
    SessionId, SignupId, TenantId, Tier, UserId, mail::Notifications,
};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::{
    key::{Collection, Key},
    seal::Sealed,
};

/// SHA-256 of a secret that was given out once, as 64 hexadecimal characters. The secret itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// A new secret of 256 bits in base64url (RFC 4648 section 5), given out once, and what it is kept by.
    pub fn mint(ids: &Ids, prefix: &str) -> (String, Self) {
        let secret = format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(ids.bytes::<32>()));
        let hash = Self::of(&secret);
        (secret, hash)
    }
    /// The hash of a secret.
    pub fn of(secret: &str) -> Self {
        use std::fmt::Write;
        let hash = digest(&SHA256, secret.as_bytes());
        Self(hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
    /// In hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a one-time token is good for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "purpose")]
pub enum Purpose {
    /// Verifies the address of a sign-up.
    VerifyEmail {
        /// Which.
        signup: SignupId,
    },
    /// Sets a new password (C6). Begins with `spt_`.
    PasswordReset {
        /// The request.
        reset: ResetId,
    },
    /// Confirms a new address, from its mailbox (C7). Begins with `sct_`.
    EmailChange {
        /// The request.
        change: EmailChangeId,
    },
    /// Puts the old address back, from its mailbox (C7). Begins with `sut_`.
    EmailUndo {
        /// The request.
        change: EmailChangeId,
    },
    /// The state of a ceremony at Microsoft, bound to the session that began it.
    Microsoft {
        /// The tenant that connects.
        tenant: TenantId,
        /// Who began it.
        user: UserId,
        /// In which session.
        session: SessionId,
        /// How far it is.
        step: SignIn,
    },
    /// Accepts or declines an invitation.
    Invitation {
        /// To which company.
        tenant: TenantId,
        /// Which.
        invitation: InvitationId,
        /// Of which of its links: only the newest is good.
        serial: u32,
    },
    /// The second step of a sign-in whose first was right.
    SecondFactor {
        /// Who signs in.
        user: UserId,
        /// With which address.
        email: String,
        /// Epoch of the login when the first step was taken.
        epoch: u32,
        /// In which tenant.
        tenant: TenantId,
        /// What the first step was.
        #[serde(default)]
        first: FirstStep,
        /// The directory of the work account, where Microsoft took the first step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<DirectoryId>,
    },
    /// Sets up codes of an app.
    TotpSetup {
        /// For whom.
        user: UserId,
        /// The shared secret, sealed for its user.
        seed: Sealed,
    },
    /// Adds a passkey.
    PasskeySetup {
        /// For whom.
        user: UserId,
        /// State of the ceremony, as JSON.
        state: String,
    },
    /// Shows a passkey, whosever it is.
    PasskeyProof {
        /// State of the ceremony, as JSON.
        state: String,
    },
    /// The state of a sign-in with Microsoft, bound to the browser that began it.
    MicrosoftSignIn {
        /// Hash of the cookie that browser got.
        browser: TokenHash,
        /// Which company is to be entered, if one was named.
        company: Option<TenantId>,
        /// The link of the invitation that is to be accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<TokenHash>,
        /// `nonce\nverifier`, sealed; and a third line with the directory at whose page it was begun, if at one's.
        secrets: Sealed,
    },
    /// Links a work account, from the mailbox of the account it is linked to (C8). Begins with `slt_`.
    WorkAccountLink {
        /// The request.
        link: LinkId,
    },
    /// The state of linking a work account, bound to the session that began it.
    MicrosoftLink {
        /// Who began it.
        user: UserId,
        /// In which session.
        session: SessionId,
        /// `nonce\nverifier`, sealed.
        secrets: Sealed,
    },
    /// Answers a question about somebody's licences, until its deadline. Begins with `sat_`.
    Attestation {
        /// Of which company.
        tenant: TenantId,
        /// The finding it came from.
        finding: FindingId,
        /// Which.
        attestation: AttestationId,
    },
    /// Opens a calendar of renewals, for as long as the address is not revoked. Begins with `scf_`.
    Feed {
        /// Whose.
        tenant: TenantId,
        /// Which.
        feed: FeedId,
    },
}

/// The first step of a sign-in that needs a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstStep {
    /// The password.
    #[default]
    Password,
    /// A sign-in at Microsoft that says nothing of a second factor.
    Microsoft,
}

impl FirstStep {
    /// At Microsoft with an account of `directory`, or with the password (`None`).
    pub const fn of(directory: Option<DirectoryId>) -> Self {
        if directory.is_some() { Self::Microsoft } else { Self::Password }
    }
    /// How it proves (RFC 8176).
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Microsoft => Session::MICROSOFT,
        }
    }
}

/// How far a ceremony at Microsoft is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum SignIn {
    /// The administrator signs in: nonce and PKCE verifier, sealed.
    Identity {
        /// `nonce\nverifier`, sealed.
        secrets: Sealed,
        /// What is to be consented to beyond reading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tier: Option<Tier>,
    },
    /// The administrator of a known directory consents.
    Consent {
        /// The directory they signed in at.
        directory: DirectoryId,
        /// Their object id there.
        oid: uuid::Uuid,
        /// What they consent to beyond reading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tier: Option<Tier>,
    },
}

/// A one-time token: kept by its hash, consumed by a conditional write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// What it is good for.
    #[serde(flatten)]
    pub purpose: Purpose,
    /// Second after which it is refused, whether or not it is still there.
    pub good_until: i64,
}

impl Token {
    pub(crate) fn key(hash: &TokenHash) -> Key {
        Key::new(format!("TOKEN#{}", hash.0), "TOKEN")
    }
}

/// A sign-up whose address is not verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignUp {
    /// Which.
    pub signup: SignupId,
    /// Normalised address.
    pub email: String,
    /// The company's name.
    pub company: String,
    /// The tenant it becomes.
    pub tenant: TenantId,
    /// Second after which it is void.
    pub good_until: i64,
    /// Whether the address was verified.
    pub done: bool,
}

impl SignUp {
    pub(crate) fn key(id: SignupId) -> Key {
        Key::new(format!("SIGNUP#{id}"), "SIGNUP")
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Who.
    pub user: UserId,
    /// Normalised address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Language and region, as `en-GB` (BCP 47); the browser's when `None`.
    #[serde(default)]
    pub locale: Option<String>,
    /// Which of the mails that one can do without they get.
    #[serde(default)]
    pub notifications: Notifications,
    /// Counts up with every change.
    #[serde(default)]
    pub version: u64,
    /// The changes of address that were undone, by [`EmailLogin::epoch`]: from one on until it was undone. Whoever made
    /// it has links to undo the later ones; none of them works any more. The newest few.
    #[serde(default)]
    pub undone: Vec<(u32, u32)>,
}

impl User {
    /// Somebody new.
    pub(crate) const fn new(user: UserId, email: String, name: String, created_at: Timestamp) -> Self {
        Self {
            user,
            email,
            name,
            created_at,
            locale: None,
            notifications: Notifications::ALL,
            version: 0,
            undone: Vec::new(),
        }
    }
    pub(crate) fn partition(id: UserId) -> String {
        format!("USER#{id}")
    }
    pub(crate) fn key(id: UserId) -> Key {
        Key::new(Self::partition(id), "PROFILE")
    }
}

/// A user's way to a tenant: which tenants they are in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// Which tenant.
    pub tenant: TenantId,
    /// Its name when the membership began, for choosing.
    pub company: String,
    /// Version of the membership; the same as [`crate::Member::mver`], written with it.
    pub mver: u64,
    /// When it began; 1970 where that was before this was kept.
    #[serde(default)]
    pub since: Timestamp,
}

impl Membership {
    pub(crate) const PREFIX: &'static str = "MEMBERSHIP#";
    /// Puts memberships that come in the order of their tenants' ids in the order they began: of those that began
    /// together the ids decide still.
    pub(crate) fn oldest_first(memberships: &mut [Self]) {
        memberships.sort_by_key(|membership| membership.since);
    }
    pub(crate) fn key(user: UserId, tenant: TenantId) -> Key {
        Key::new(User::partition(user), format!("MEMBERSHIP#{tenant}"))
    }
}

/// Sign-in by address: the unique address and what proves its owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmailLogin {
    /// Whose it is.
    pub user: UserId,
    /// PHC string of the password's hash; `None` for who signs in with Microsoft or a passkey only.
    #[serde(default)]
    pub password_hash: Option<String>,
    /// Counts up with every change of the password, of the address and of `second_factor`: a sign-in that was under way
    /// with what was there before fails.
    #[serde(default)]
    pub epoch: u32,
    /// Whether a second factor is asked for; written with the factors.
    #[serde(default)]
    pub second_factor: bool,
}

impl EmailLogin {
    pub(crate) fn key(email: &str) -> Key {
        Key::new(format!("EMAIL#{email}"), "EMAIL")
    }
}

/// Failed sign-ins of an address, known or not (C3); or failed proofs of who is signed in (C5).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    /// Failures in a row.
    pub failures: u32,
    /// Second before which a further try is refused.
    pub not_before: i64,
}

impl Throttle {
    pub(crate) fn key(email: &str) -> Key {
        // By hash: an address nobody has an account for is not kept in clear.
        Key::new(format!("THROTTLE#{}", TokenHash::of(email).0), "SIGN_IN")
    }
    /// Of a user who is signed in: by its name it is read with what signing in needs of them.
    pub(crate) fn key_of_step_ups(user: UserId) -> Key {
        Key::new(User::partition(user), "GUESSES")
    }
}

/// One sign-in on one device: the family of its refresh tokens (C4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Which.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// For which tenant.
    pub tenant: TenantId,
    /// Hash of the refresh token in force.
    pub current: TokenHash,
    /// Hash of the one before.
    pub previous: Option<TokenHash>,
    /// When it was rotated, in milliseconds since 1970.
    pub rotated_at: i64,
    /// The token in force, sealed, kept for the overlap: a second tab gets the same successor.
    pub successor: Option<Sealed>,
    /// Second after which the family is over without use.
    pub idle_until: i64,
    /// Second after which it is over in any case.
    pub absolute_until: i64,
    /// How the person proved who they are (RFC 8176), such as `pwd`.
    pub amr: Vec<String>,
    /// The directory of the work account that Microsoft signed the person in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<DirectoryId>,
    /// Second of the last such proof: sensitive acts ask for a recent one.
    #[serde(default)]
    pub proven_at: i64,
    /// Address it began from.
    #[serde(default)]
    pub ip: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// User agent it began with, cut.
    pub user_agent: Option<String>,
}

impl Session {
    /// Whether more than a password stands behind it, for a company of `directory`: a code, a passkey, or the word of the
    /// company's own Microsoft 365. Anybody can have a directory that says `mfa`.
    pub fn has_second_factor(&self, directory: Option<DirectoryId>) -> bool {
        self.amr.iter().any(|method| match method.as_str() {
            "otp" | "hwk" => true,
            "mfa" => self.is_of(directory),
            _ => false,
        })
    }
    pub(crate) const PREFIX: &'static str = "SESSION#";
    /// How long one lasts at most, however it is used.
    pub(crate) const ABSOLUTE: SignedDuration = SignedDuration::from_hours(24 * 60);

    /// When its person signed in, to the second. Not when it began: who switches to another company gets a session
    /// there that is over when the first one would be.
    pub(crate) fn signed_in_at(&self) -> Timestamp {
        Timestamp::from_second(self.absolute_until - Self::ABSOLUTE.as_secs()).unwrap_or(self.created_at)
    }
    /// What in [`Session::amr`] says that Microsoft signed the person in.
    pub const MICROSOFT: &'static str = "fed";

    /// Whether Microsoft signed the person in.
    pub fn by_microsoft(&self) -> bool {
        self.amr.iter().any(|method| method == Self::MICROSOFT)
    }

    /// Whether Microsoft signed the person in with an account of `directory`.
    pub fn is_of(&self, directory: Option<DirectoryId>) -> bool {
        self.by_microsoft() && directory.is_some() && self.directory == directory
    }
    pub(crate) fn key(user: UserId, session: SessionId) -> Key {
        Key::new(User::partition(user), format!("{}{session}", Self::PREFIX))
    }
}

/// The public keys tokens are verified with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Jwks {
    /// Two while a rotation is on.
    pub keys: Vec<PublicJwk>,
}

/// One public key (RFC 7517), P-256.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublicJwk {
    /// Key type, `EC`.
    pub kty: String,
    /// Curve, `P-256`.
    pub crv: String,
    /// Which key.
    pub kid: String,
    /// `ES256`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub use_: String,
    /// X coordinate, base64url.
    pub x: String,
    /// Y coordinate, base64url.
    pub y: String,
}

impl Jwks {
    pub(crate) fn key() -> Key {
        Key::new("JWKS", "JWKS")
    }
}

/// Which tenant a directory is linked to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DirectoryLink {
    pub(crate) directory: DirectoryId,
    pub(crate) tenant: TenantId,
}

impl DirectoryLink {
    pub(crate) fn key(directory: DirectoryId) -> Key {
        Key::new(format!("DIRECTORY#{directory}"), "DIRECTORY")
    }
}

/// That a consumer handled an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The function.
    pub consumer: String,
    /// The event.
    pub event: EventId,
    /// When it may be forgotten.
    pub until: Timestamp,
}

impl Done {
    /// How long it is remembered: longer than the bus, or a service of AWS, may bring an event again.
    const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 14);

    /// That `consumer` handled an event just now.
    pub(crate) fn of(consumer: impl Into<String>, event: EventId, now: Timestamp) -> Self {
        Self { consumer: consumer.into(), event, until: now + Self::REMEMBERED }
    }
}

impl Ours for Done {}
impl TenantRecord for Done {
    const KIND: &'static str = "done";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "DONE#";
    type Id = (String, EventId);
    fn id(&self) -> Self::Id {
        (self.consumer.clone(), self.event)
    }
    fn sort_key((consumer, event): &Self::Id) -> String {
        format!("DONE#{consumer}#{event}")
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
