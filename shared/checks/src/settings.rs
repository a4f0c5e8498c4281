//! What a tenant may set about its checks.

use std::collections::BTreeSet;

use model::{Currency, PersonId, SkuId};
use serde::{Deserialize, Serialize};

/// A tenant's settings for the checks. Unknown fields are refused, so that a mistyped threshold does not pass
/// unnoticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days without activity after which a licence is worth a look (L6).
    #[schema(minimum = 30, maximum = 730)]
    pub review_after_days: u16,
    /// Days without activity after which a licence is to be taken back (L6).
    #[schema(minimum = 30, maximum = 730)]
    pub reclaim_after_days: u16,
    /// Days an account or a licence is left alone after it was made or assigned (L6, L7).
    #[schema(minimum = 7, maximum = 365)]
    pub grace_days: u16,
    /// Days a blocked account may keep its licences (L3).
    #[schema(minimum = 7, maximum = 365)]
    pub disabled_grace_days: u16,
    /// Free seats a licence type may have whatever its size (L1).
    #[schema(maximum = 1000)]
    pub seat_slack_min: u32,
    /// Free seats a licence type may have, in percent of those bought, rounded up (L1).
    #[schema(maximum = 100)]
    pub seat_slack_percent: u32,
    /// A change to more people than this needs a typed confirmation (guard G6).
    #[schema(minimum = 1, maximum = 1000)]
    pub confirm_above_people: u32,
    /// The currency savings are given in.
    pub currency: Currency,
    /// People no check speaks of.
    pub exclusions: Exclusions,
    /// Licence types no check speaks of.
    #[schema(value_type = Vec<SkuId>)]
    pub ignored_skus: BTreeSet<SkuId>,
}

/// People no check speaks of, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Exclusions {
    /// Accounts that programs use.
    #[schema(value_type = Vec<PersonId>)]
    pub service_accounts: BTreeSet<PersonId>,
    /// Emergency access accounts.
    #[schema(value_type = Vec<PersonId>)]
    pub break_glass: BTreeSet<PersonId>,
    /// People whose licences are not to be touched.
    #[schema(value_type = Vec<PersonId>)]
    pub vips: BTreeSet<PersonId>,
}

impl Exclusions {
    /// Whether a person is excluded for any reason.
    pub fn contains(&self, person: PersonId) -> bool {
        [&self.service_accounts, &self.break_glass, &self.vips].iter().any(|set| set.contains(&person))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            review_after_days: 90,
            reclaim_after_days: 180,
            grace_days: 30,
            disabled_grace_days: 30,
            seat_slack_min: 2,
            seat_slack_percent: 5,
            confirm_above_people: 20,
            currency: Currency::Usd,
            exclusions: Exclusions::default(),
            ignored_skus: BTreeSet::new(),
        }
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A number is too low or too high.
    #[error("{field} is {value}; it must be {min} to {max}")]
    Range {
        /// The field's name.
        field: &'static str,
        /// What was given.
        value: u32,
        /// Lowest value.
        min: u32,
        /// Highest value.
        max: u32,
    },
    /// `reclaim_after_days` is below `review_after_days`.
    #[error("reclaim_after_days is below review_after_days")]
    Order,
}

impl Settings {
    /// The settings, if every number is in its range. The floors keep people on holiday or new in the house from being
    /// called inactive.
    ///
    /// # Errors
    /// Names the first field out of range.
    pub fn validated(self) -> Result<Self, SettingsError> {
        let ranges = [
            ("review_after_days", u32::from(self.review_after_days), 30, 730),
            ("reclaim_after_days", u32::from(self.reclaim_after_days), 30, 730),
            ("grace_days", u32::from(self.grace_days), 7, 365),
            ("disabled_grace_days", u32::from(self.disabled_grace_days), 7, 365),
            ("seat_slack_min", self.seat_slack_min, 0, 1000),
            ("seat_slack_percent", self.seat_slack_percent, 0, 100),
            ("confirm_above_people", self.confirm_above_people, 1, 1000),
        ];
        for (field, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                return Err(SettingsError::Range { field, value, min, max });
            }
        }
        if self.reclaim_after_days < self.review_after_days {
            return Err(SettingsError::Order);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_floors_hold() {
        assert!(Settings::default().validated().is_ok());
        let low = Settings { review_after_days: 29, ..Settings::default() };
        assert!(matches!(low.validated(), Err(SettingsError::Range { field: "review_after_days", .. })));
        let crossed = Settings { review_after_days: 200, ..Settings::default() };
        assert_eq!(crossed.validated(), Err(SettingsError::Order));
    }

    #[test]
    fn a_missing_field_takes_its_default_and_a_mistyped_one_is_refused() {
        let partial: Settings = serde_json::from_str(r#"{"grace_days": 45}"#).expect("partial settings");
        assert_eq!(partial, Settings { grace_days: 45, ..Settings::default() });
        assert!(serde_json::from_str::<Settings>(r#"{"grace_day": 45}"#).is_err());
    }
}
