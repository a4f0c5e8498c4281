//! What events tell of beside ids: sorts, and values before and after.

use serde::{Deserialize, Serialize};

use crate::SkuId;

/// At what somebody failed to prove who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInStage {
    /// The password; or it was right, and no company let them in with it.
    #[default]
    Password,
    /// The second factor, after a right first step.
    SecondFactor,
    /// What somebody who is signed in was to confirm an act with (ASVS 7.5).
    StepUp,
}

/// What somebody says of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OwnProfile {
    /// Display name, as members see it.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Language and region (BCP 47); the browser's when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "en-GB")]
    pub locale: Option<String>,
}

/// What whoever runs this installation says of what they did to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorAct {
    /// Who.
    #[schema(example = "j.weber")]
    pub operator: String,
    /// Why.
    #[schema(example = "The account is in wrong hands.")]
    pub reason: String,
    /// Whether password, passkeys and linked work accounts were taken with it: they set a new password by mail.
    #[serde(default, alias = "took_password")]
    pub took_ways_in: bool,
}

/// A company's own price of a licence type, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PriceMove {
    /// Which licence type.
    #[schema(value_type = String)]
    pub sku: SkuId,
    /// For a seat a month, and how it is bought: `12.30 EUR monthly`; without a number it is the list price. `None`:
    /// there was no price of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "12.30 EUR annual_paid_yearly")]
    pub before: Option<String>,
    /// The same, now. `None`: it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "11.90 EUR monthly")]
    pub after: Option<String>,
}

/// A setting of the checks, before and after. Of a list only what differs: what left it, and what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SettingMove {
    /// Its name; a slash stands between an object and its field.
    #[schema(example = "review_after_days")]
    pub field: String,
    /// The number it was; or the entries that left the list.
    #[schema(max_items = 500)]
    pub before: Vec<String>,
    /// The number it is; or the entries that came.
    #[schema(max_items = 500)]
    pub after: Vec<String>,
}

/// An address as a log may show it: its first letter and its domain. Enough to see what moved where, and no address to
/// write to in a log that nobody can take anything out of.
pub fn masked(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// A manager's answer to whether a licence is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Leave it.
    StillNeeded,
    /// Take it back.
    NotNeeded,
    /// Ask again later.
    AskLater,
}

/// What can be taken away as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// Findings.
    Findings,
    /// People with licences and costs.
    People,
    /// Licence types, seats and prices.
    Licences,
    /// Savings found, approved and realised.
    Savings,
    /// What each day looked like.
    Trends,
    /// Fixes and their items.
    Fixes,
}

/// A sort of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Codes of an app (RFC 6238).
    Totp,
    /// A passkey (WebAuthn).
    Passkey,
    /// Codes on paper.
    RecoveryCodes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_keeps_its_first_letter_and_its_domain() {
        assert_eq!(masked("anna@northwind.example"), "a…@northwind.example");
        assert_eq!(masked("ö@x.example"), "ö…@x.example");
        assert_eq!(masked("\"a@b\"@x.example"), "\"…@x.example");
    }
}
