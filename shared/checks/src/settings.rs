//! What a tenant may set about its checks.

use std::{collections::BTreeSet, fmt::Display};

use model::{PersonId, SkuId, event::SettingMove};
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
    /// Free seats a licence type may have, in percent of those that stay bought, rounded up (L1).
    #[schema(maximum = 100)]
    pub seat_slack_percent: u32,
    /// A change to more people than this needs a typed confirmation (guard G6).
    #[schema(minimum = 1, maximum = 1000)]
    pub confirm_above_people: u32,
    /// People no check speaks of.
    pub exclusions: Exclusions,
    /// Licence types no check speaks of.
    #[schema(value_type = Vec<SkuId>, max_items = 200)]
    pub ignored_skus: BTreeSet<SkuId>,
    /// Licence types that cost this company nothing, beside those that are free for everybody.
    #[schema(value_type = Vec<SkuId>, max_items = 200)]
    pub free_skus: BTreeSet<SkuId>,
}

/// People no check speaks of, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Exclusions {
    /// Accounts that programs use.
    #[schema(value_type = Vec<PersonId>, max_items = 500)]
    pub service_accounts: BTreeSet<PersonId>,
    /// Emergency access accounts.
    #[schema(value_type = Vec<PersonId>, max_items = 500)]
    pub break_glass: BTreeSet<PersonId>,
    /// People whose licences are not to be touched.
    #[schema(value_type = Vec<PersonId>, max_items = 500)]
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
            exclusions: Exclusions::default(),
            ignored_skus: BTreeSet::new(),
            free_skus: BTreeSet::new(),
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
    /// A list is longer than it may be.
    #[error("{field} has {count} entries; it may have {most}")]
    TooMany {
        /// The field's name; a slash stands between an object and its field.
        field: &'static str,
        /// Entries given.
        count: usize,
        /// Most there may be.
        most: usize,
    },
}

impl SettingsError {
    /// The field it is about; a slash stands between an object and its field.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Range { field, .. } | Self::TooMany { field, .. } => field,
            Self::Order => "reclaim_after_days",
        }
    }
}

impl Settings {
    /// Most people in one list of exclusions: who leaves out more wants another threshold.
    pub const PEOPLE_MOST: usize = 500;
    /// Most licence types in one list.
    pub const SKUS_MOST: usize = 200;

    /// The settings, if every number is in its range.
    ///
    /// # Errors
    /// Names the first field out of range.
    pub fn validated(self) -> Result<Self, SettingsError> {
        self.problems().into_iter().next().map_or(Ok(self), Err)
    }

    /// Everything that is out of its range. The floors keep people on holiday or new in the house from being called
    /// inactive.
    pub fn problems(&self) -> Vec<SettingsError> {
        let ranges = [
            ("review_after_days", u32::from(self.review_after_days), 30, 730),
            ("reclaim_after_days", u32::from(self.reclaim_after_days), 30, 730),
            ("grace_days", u32::from(self.grace_days), 7, 365),
            ("disabled_grace_days", u32::from(self.disabled_grace_days), 7, 365),
            ("seat_slack_min", self.seat_slack_min, 0, 1000),
            ("seat_slack_percent", self.seat_slack_percent, 0, 100),
            ("confirm_above_people", self.confirm_above_people, 1, 1000),
        ];
        let Exclusions { service_accounts, break_glass, vips } = &self.exclusions;
        let lists = [
            ("exclusions/service_accounts", service_accounts.len(), Self::PEOPLE_MOST),
            ("exclusions/break_glass", break_glass.len(), Self::PEOPLE_MOST),
            ("exclusions/vips", vips.len(), Self::PEOPLE_MOST),
            ("ignored_skus", self.ignored_skus.len(), Self::SKUS_MOST),
            ("free_skus", self.free_skus.len(), Self::SKUS_MOST),
        ];
        let ranges = ranges
            .into_iter()
            .filter(|(_, value, min, max)| !(min..=max).contains(&value))
            .map(|(field, value, min, max)| SettingsError::Range { field, value, min, max });
        let order = (self.reclaim_after_days < self.review_after_days).then_some(SettingsError::Order);
        let lists = lists
            .into_iter()
            .filter(|(_, count, most)| count > most)
            .map(|(field, count, most)| SettingsError::TooMany { field, count, most });
        ranges.chain(order).chain(lists).collect()
    }

    /// Names of the settings that are not as in `before`, in the order they are written in; those of an object are one.
    pub fn changed(&self, before: &Self) -> Vec<String> {
        let name = |change: SettingMove| change.field.split('/').next().map(str::to_owned);
        let mut names: Vec<String> = self.moves(before).into_iter().filter_map(name).collect();
        names.dedup();
        names
    }

    /// What is not as in `before`, each before and after; of a list what left it and what came.
    pub fn moves(&self, before: &Self) -> Vec<SettingMove> {
        // Each by name, so that a new one is not forgotten.
        let Self {
            review_after_days,
            reclaim_after_days,
            grace_days,
            disabled_grace_days,
            seat_slack_min,
            seat_slack_percent,
            confirm_above_people,
            exclusions: Exclusions { service_accounts, break_glass, vips },
            ignored_skus,
            free_skus,
        } = self;
        let number = |field: &str, was: u32, is: u32| {
            let side = |number: u32| vec![number.to_string()];
            (was != is).then(|| SettingMove { field: field.into(), before: side(was), after: side(is) })
        };
        let excluded = &before.exclusions;
        let moves = [
            number("review_after_days", before.review_after_days.into(), (*review_after_days).into()),
            number("reclaim_after_days", before.reclaim_after_days.into(), (*reclaim_after_days).into()),
            number("grace_days", before.grace_days.into(), (*grace_days).into()),
            number("disabled_grace_days", before.disabled_grace_days.into(), (*disabled_grace_days).into()),
            number("seat_slack_min", before.seat_slack_min, *seat_slack_min),
            number("seat_slack_percent", before.seat_slack_percent, *seat_slack_percent),
            number("confirm_above_people", before.confirm_above_people, *confirm_above_people),
            differing("exclusions/service_accounts", &excluded.service_accounts, service_accounts),
            differing("exclusions/break_glass", &excluded.break_glass, break_glass),
            differing("exclusions/vips", &excluded.vips, vips),
            differing("ignored_skus", &before.ignored_skus, ignored_skus),
            differing("free_skus", &before.free_skus, free_skus),
        ];
        moves.into_iter().flatten().collect()
    }
}

/// What left a list, and what came.
fn differing<T: Ord + Display>(field: &str, was: &BTreeSet<T>, is: &BTreeSet<T>) -> Option<SettingMove> {
    let side = |of: &BTreeSet<T>, less: &BTreeSet<T>| of.difference(less).map(T::to_string).collect();
    (was != is).then(|| SettingMove { field: field.into(), before: side(was, is), after: side(is, was) })
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
    fn every_field_out_of_range_is_named() {
        let many = (0..501).map(|n| PersonId(uuid::Uuid::from_u128(n))).collect();
        let bad = Settings {
            grace_days: 6,
            seat_slack_percent: 101,
            review_after_days: 200,
            exclusions: Exclusions { vips: many, ..Exclusions::default() },
            ..Settings::default()
        };
        let fields: Vec<_> = bad.problems().iter().map(SettingsError::field).collect();
        assert_eq!(fields, ["grace_days", "seat_slack_percent", "reclaim_after_days", "exclusions/vips"]);
    }

    #[test]
    fn what_changed_is_named() {
        let before = Settings::default();
        assert!(before.changed(&before).is_empty());
        let after = Settings { grace_days: 45, seat_slack_min: 0, ..before.clone() };
        assert_eq!(after.changed(&before), ["grace_days", "seat_slack_min"]);
    }

    #[test]
    fn every_setting_that_changed_is_told_before_and_after() {
        let person = |number| PersonId(uuid::Uuid::from_u128(number));
        let vips =
            |all: &[u128]| Exclusions { vips: all.iter().map(|n| person(*n)).collect(), ..Exclusions::default() };
        let before = Settings { exclusions: vips(&[1, 2]), ..Settings::default() };
        let after = Settings { grace_days: 45, exclusions: vips(&[2, 3]), ..Settings::default() };
        assert!(before.moves(&before).is_empty());
        let moved = |field: &str, before: String, after: String| SettingMove {
            field: field.into(),
            before: vec![before],
            after: vec![after],
        };
        let vips = moved("exclusions/vips", person(1).to_string(), person(3).to_string());
        assert_eq!(after.moves(&before), [moved("grace_days", "30".into(), "45".into()), vips]);
        assert_eq!(after.changed(&before), ["grace_days", "exclusions"]);
    }

    #[test]
    fn a_missing_field_takes_its_default_and_a_mistyped_one_is_refused() {
        let partial: Settings = serde_json::from_str(r#"{"grace_days": 45}"#).expect("partial settings");
        assert_eq!(partial, Settings { grace_days: 45, ..Settings::default() });
        assert!(serde_json::from_str::<Settings>(r#"{"grace_day": 45}"#).is_err());
    }
}
