//! A licence type as the checks see it: what is in it, whether it is paid for, and when its seats can be given back.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::civil::Date;
use model::SkuId;

use crate::{
    evaluation::Directory,
    facts::{License, Sku, SkuStatus, Subscription},
    plans::{Content, reads_as_suite},
    products::{Kind, Product, product},
    settings::Settings,
};

/// Numbers of seats Microsoft uses for "as many as you like".
pub(crate) const SYNTHETIC_SEATS: [u32; 2] = [10_000, 1_000_000];

/// Seats that can be given back on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renewal {
    /// The day; `None`: not known.
    pub on: Option<Date>,
    /// How many.
    pub seats: u32,
}

/// A licence type of the directory.
#[derive(Debug, Clone)]
pub(crate) struct LicenceType {
    /// As Graph has it.
    pub sku: Sku,
    /// The product, where known.
    pub product: Option<&'static Product>,
    /// Whether it costs money, at a known price or not.
    pub paid: bool,
    /// When seats can be given back: the earliest first, unknown days last.
    pub renewals: Vec<Renewal>,
    /// Every subscription of it is a trial.
    pub trial: bool,
    /// Usable seats that are a trial.
    pub trial_seats: u32,
    /// Bought through a partner, wholly or partly.
    pub through_partner: bool,
    /// What is in it.
    pub content: Content,
    /// The same, without the plans it lists but gives no right to.
    pub rights: Content,
}

impl LicenceType {
    fn new(sku: &Sku, subscriptions: &[Subscription], settings: &Settings, today: Date) -> Self {
        let own: Vec<&Subscription> = subscriptions.iter().filter(|sub| sub.sku == sku.id).collect();
        let product = product(sku.id);
        // An expired subscription has no renewal: its next change is its end, and its seats are not usable ones.
        let enabled = |sub: &&&Subscription| sub.status == SkuStatus::Enabled;
        let mut renewals: Vec<Renewal> = own
            .iter()
            .filter(|sub| !sub.trial)
            .filter(enabled)
            .map(|sub| Renewal {
                on: sub.next_lifecycle.map(model::utc_date).filter(|on| *on >= today),
                seats: sub.seats,
            })
            .collect();
        renewals.sort_by_key(|renewal| (renewal.on.is_none(), renewal.on));
        let trial_seats = own.iter().filter(|sub| sub.trial).filter(enabled).map(|sub| sub.seats);
        let trial = !own.is_empty() && own.iter().all(|sub| sub.trial);
        let content = Content::new(&sku.plans, &[]);
        Self {
            sku: sku.clone(),
            product,
            paid: is_paid(sku, product, trial, settings),
            trial,
            renewals,
            trial_seats: trial_seats.fold(0, u32::saturating_add),
            through_partner: own.iter().any(|sub| sub.through_partner),
            rights: content.clone().without_empty_rights(sku.id),
            content,
        }
    }
    /// Whether it costs money, at a known price or not.
    pub const fn is_paid(&self) -> bool {
        self.paid
    }
    /// Usable seats that are paid for.
    pub fn bought(&self) -> u32 {
        self.sku.seats.enabled.saturating_sub(self.trial_seats)
    }
    /// What to call it: the product, or the raw part number where the product is unknown.
    pub fn name(&self) -> String {
        match self.product {
            Some(product) => product.name.into(),
            None => format!("{} (unknown product)", self.sku.part_number),
        }
    }
    /// Whether it is a suite: by the table, or by what is in it where the product is unknown.
    pub fn is_suite(&self) -> bool {
        self.product.map_or_else(|| reads_as_suite(&self.content), |product| product.kind == Kind::Suite)
    }
    /// Whether the account that holds it is a room or a shared phone.
    pub fn is_device(&self) -> bool {
        self.product.is_some_and(|product| product.kind == Kind::Device)
    }
    /// What a person has of it: without the plans turned off.
    pub fn content_of(&self, license: &License) -> Cow<'_, Content> {
        if license.disabled_plans.is_empty() {
            return Cow::Borrowed(&self.content);
        }
        Cow::Owned(Content::new(&self.sku.plans, &license.disabled_plans))
    }
    /// The same, without the plans it lists but gives no right to.
    pub fn rights_of(&self, license: &License) -> Cow<'_, Content> {
        if license.disabled_plans.is_empty() {
            return Cow::Borrowed(&self.rights);
        }
        Cow::Owned(Content::new(&self.sku.plans, &license.disabled_plans).without_empty_rights(self.sku.id))
    }
}

/// All licence types of a directory, by id.
pub(crate) fn licence_types(directory: &Directory, settings: &Settings, today: Date) -> BTreeMap<SkuId, LicenceType> {
    let subscriptions = directory.subscriptions.as_deref().unwrap_or_default();
    let made = |sku: &Sku| (sku.id, LicenceType::new(sku, subscriptions, settings, today));
    directory.skus.iter().map(made).collect()
}

/// Whether a licence type costs money. It follows from what it is and never from a price: so a price that changes
/// changes money, and not what is found. Free, viral, a trial, without limit, for the whole directory, no longer active
/// and ignored or called free by the tenant are not paid.
fn is_paid(sku: &Sku, product: Option<&Product>, trial: bool, settings: &Settings) -> bool {
    let ended = !sku.status.is_in_force();
    let left_out = settings.ignored_skus.contains(&sku.id) || settings.free_skus.contains(&sku.id);
    if !sku.for_users || ended || trial || left_out {
        return false;
    }
    match product {
        // A known product outranks a round number: a customer may well have bought 10,000 seats.
        Some(product) => product.kind != Kind::Free,
        None => !SYNTHETIC_SEATS.contains(&sku.seats.enabled),
    }
}

/// Whole days from `earlier` to `later`; negative when it is the other way round.
pub(crate) fn days(earlier: Date, later: Date) -> i64 {
    // Dates lie within 9999 years, so the duration is in range.
    earlier.duration_until(later).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BASIC, TODAY, directory, sku, subscription};

    fn paid(sku: Sku, subscriptions: Vec<Subscription>) -> bool {
        let directory = Directory { subscriptions: Ok(subscriptions), ..directory(vec![sku.clone()]) };
        licence_types(&directory, &Settings::default(), TODAY)[&sku.id].is_paid()
    }

    #[test]
    fn free_trial_synthetic_and_company_licence_types_are_not_paid() {
        assert!(!paid(sku("f30db892-07e9-47e9-837c-80727f46fd3d", 50, 1), vec![]));
        assert!(!paid(sku("00000000-0000-0000-0000-000000000001", 10_000, 1), vec![]));
        assert!(!paid(sku("00000000-0000-0000-0000-000000000001", 1_000_000, 1), vec![]));
        assert!(!paid(Sku { for_users: false, ..sku(BASIC, 10, 1) }, vec![]));
        let trial = Subscription { trial: true, ..subscription(BASIC, 10, None) };
        assert!(!paid(sku(BASIC, 10, 1), vec![trial]));
    }

    #[test]
    fn an_unknown_product_is_paid_and_a_known_one_outranks_a_round_number() {
        assert!(paid(sku("00000000-0000-0000-0000-000000000001", 25, 1), vec![]));
        assert!(paid(sku(BASIC, 10_000, 9_000), vec![]));
    }

    #[test]
    fn a_licence_type_half_on_trial_is_paid_without_its_trial_seats() {
        let trial = Subscription { trial: true, ..subscription(BASIC, 25, None) };
        let directory = Directory {
            subscriptions: Ok(vec![trial, subscription(BASIC, 10, Some("2027-01-01"))]),
            ..directory(vec![sku(BASIC, 35, 10)])
        };
        let types = licence_types(&directory, &Settings::default(), TODAY);
        let basic = &types[&SkuId::literal(BASIC)];
        assert!(basic.is_paid());
        assert_eq!(basic.bought(), 10);
        assert_eq!(basic.renewals.len(), 1);
    }

    #[test]
    fn an_expired_subscription_has_no_renewal() {
        let expired = Subscription { status: SkuStatus::Warning, ..subscription(BASIC, 5, Some("2026-12-01")) };
        let directory = Directory { subscriptions: Ok(vec![expired]), ..directory(vec![sku(BASIC, 10, 10)]) };
        let types = licence_types(&directory, &Settings::default(), TODAY);
        assert!(types[&SkuId::literal(BASIC)].renewals.is_empty());
    }

    #[test]
    fn days_are_counted_over_months_and_backwards() {
        use jiff::civil::date;
        assert_eq!(days(date(2024, 2, 28), date(2024, 3, 1)), 2);
        assert_eq!(days(date(2026, 1, 1), date(2025, 12, 31)), -1);
    }
}
