//! Steward's own ids: a prefix that says of what, and 26 Crockford base32 characters (128 bits). Always the same
//! length, so that one id is never the beginning of another (`dynamodb:LeadingKeys` matches by prefix).

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Ids;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of 128 bits in base32.
const LENGTH: usize = 26;

/// Text that is not an id of the wanted sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id that begins with {0}_")]
pub struct BadId(pub &'static str);

fn encode(value: u128) -> String {
    (0..LENGTH).rev().map(|i| ALPHABET[(value >> (i * 5) & 31) as usize] as char).collect()
}

fn decode(text: &str) -> Option<u128> {
    // 26 characters hold 130 bits: the first may only be 0..=7, or two texts would be one id.
    if text.len() != LENGTH || !(b'0'..=b'7').contains(&text.as_bytes()[0]) {
        return None;
    }
    text.bytes().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|&c| c == byte)?;
        Some(value << 5 | digit as u128)
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $make:ident ( $($arg:ident : $ty:ty),* )) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u128);

        impl $name {
            /// What the text of such an id begins with, before the underscore.
            pub const PREFIX: &'static str = $prefix;
            /// A new id.
            pub fn generate(ids: &Ids $(, $arg: $ty)*) -> Self {
                Self(ids.$make($($arg),*))
            }
            /// The id of given bits; for ids derived from something else by a hash.
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }
            /// The bits of this id.
            pub const fn bits(self) -> u128 {
                self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_")).and_then(decode).map(Self).ok_or(BadId($prefix))
            }
        }
        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .description(Some(concat!("Id that begins with `", $prefix, "_`.")))
                    .examples([concat!($prefix, "_0m3x4v7k2qhz8ytr5w1c9dbeg6")])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

id!(
    /// A company that is Steward's customer. Random: it says nothing of when it was made (F17).
    TenantId, "ten", random()
);
id!(
    /// A person with an account.
    UserId, "usr", random()
);
id!(
    /// One sign-in on one device: the family of refresh tokens (C4).
    SessionId, "ses", random()
);
id!(
    /// A sign-up whose address is not verified yet.
    SignupId, "sup", random()
);
id!(
    /// Somebody asked to join a company.
    InvitationId, "inv", random()
);
id!(
    /// A role that a company made itself.
    RoleId, "rol", random()
);
id!(
    /// A request for a new password.
    ResetId, "rst", random()
);
id!(
    /// A request for another address.
    EmailChangeId, "emc", random()
);
id!(
    /// A request to link a work account by mail.
    LinkId, "lnk", random()
);
id!(
    /// A key for programs.
    KeyId, "key", random()
);
id!(
    /// A passkey of a user.
    PasskeyId, "pky", random()
);
id!(
    /// What a company decided to live with: a finding, a person or a licence type it does not want to hear of.
    ExceptionId, "exc", random()
);
id!(
    /// A question to a manager whether a licence is still needed.
    AttestationId, "att", random()
);
id!(
    /// An address under which renewal dates can be subscribed to.
    FeedId, "fed", random()
);
id!(
    /// One change in the customer's Microsoft 365, with its undo. Sorts by time.
    FixId, "fix", ordered(now: Timestamp)
);
id!(
    /// One run of all checks. Sorts by time.
    ScanId, "scn", ordered(now: Timestamp)
);
id!(
    /// One fact in a tenant's log. Sorts by time.
    EventId, "evt", ordered(now: Timestamp)
);
id!(
    /// What a check found in one tenant; derived from tenant, check and subject, so that it stays over scans.
    FindingId, "fnd", random()
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_reads_back_and_has_fixed_length(bits: u128) {
            let id = TenantId(bits);
            let text = id.to_string();
            prop_assert_eq!(text.len(), 30);
            prop_assert_eq!(text.parse(), Ok(id));
            prop_assert!(text.parse::<UserId>().is_err());
        }

        #[test]
        fn any_other_text_is_refused_and_never_panics(text in ".{0,40}") {
            if let Ok(id) = text.parse::<TenantId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn order_of_text_is_order_of_bits(a: u128, b: u128) {
            prop_assert_eq!(EventId(a).cmp(&EventId(b)), EventId(a).to_string().cmp(&EventId(b).to_string()));
        }
    }

    #[test]
    fn a_130_bit_text_is_not_a_second_name_of_an_id() {
        assert!("ten_80000000000000000000000000".parse::<TenantId>().is_err());
    }
}
