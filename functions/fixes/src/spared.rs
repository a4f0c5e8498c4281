//! Whom and what a company wants left alone: its settings, what it accepted as it is, and what is found no longer.

use std::collections::{BTreeMap, BTreeSet};

use checks::{
    CheckId, Settings,
    exceptions::About,
    outcome::{Affected, GuardId},
};
use jiff::civil::Date;
use model::{Change, FindingId, PersonId, SkuId};
use store::{Accepted, FixItem, Terms};

use crate::guard::Blocked;

/// The company is not to have this person touched.
pub const EXCLUDED: &str = "excluded";
/// The company is not to have this licence type touched.
pub const IGNORED: &str = "ignored_licence";
/// The company accepted what was found as it is.
pub const ACCEPTED: &str = "accepted";
/// The last scan does not find it any more.
pub const NOT_FOUND: &str = "no_longer_found";

/// What is left alone of one finding, as of a day.
pub struct Spared {
    /// What the company's checks look for.
    pub settings: Settings,
    accepted: Vec<Accepted>,
    /// The licences the finding names by now, of each person; not looked at when `None`.
    found: Option<BTreeMap<PersonId, BTreeSet<SkuId>>>,
}

/// Why something is left alone.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// The person is among those the settings leave out.
    Excluded,
    /// The licence type is among those the settings leave out.
    Ignored,
    /// Somebody accepted it, for a reason and perhaps for a time.
    Accepted(&'a Accepted),
    /// The finding does not name it any more: somebody came back, or it was mended otherwise.
    NotFound,
}

impl Why<'_> {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Excluded => EXCLUDED,
            Self::Ignored => IGNORED,
            Self::Accepted(_) => ACCEPTED,
            Self::NotFound => NOT_FOUND,
        }
    }

    /// The same for a preview.
    pub fn blocked(self) -> Blocked {
        let told = match self {
            Self::Excluded => "Your settings say that this account is not to be touched.".into(),
            Self::Ignored => "Your settings say that this licence is not to be touched.".into(),
            Self::Accepted(accepted) => {
                let exception = &accepted.exception;
                let end = exception.expires_at.map(model::utc_date);
                let until = end.map(|end| format!(" until {end}")).unwrap_or_default();
                format!("Accepted as it is{until}: {}", exception.reason)
            }
            Self::NotFound => "The last check does not find this any more.".into(),
        };
        Blocked::by(GuardId::G4, self.code(), told)
    }
}

impl Spared {
    /// What `terms` leave alone of a finding on `today`.
    pub fn of(terms: Terms, finding: Option<FindingId>, check: Option<CheckId>, today: Date) -> Self {
        let about = |accepted: &Accepted| match &accepted.exception.about {
            About::Check { check: of } => check == Some(*of),
            About::Finding { .. } => finding.is_some() && accepted.finding == finding,
        };
        let mut accepted = terms.accepted;
        accepted.retain(|one| about(one) && one.exception.in_force(today));
        Self { settings: terms.settings.value.settings, accepted, found: None }
    }

    /// The same, and whatever is taken from others than those the finding names by now.
    #[must_use]
    pub fn but_for(self, affected: &[Affected]) -> Self {
        let mut found: BTreeMap<PersonId, BTreeSet<SkuId>> = BTreeMap::new();
        for one in affected {
            found.entry(one.person).or_default().extend(one.skus.iter().map(|known| known.sku));
        }
        Self { found: Some(found), ..self }
    }

    /// Whether the finding still names what a change takes from somebody.
    fn is_found(&self, person: PersonId, change: &Change) -> bool {
        let Some(found) = &self.found else { return true };
        let named = found.get(&person);
        match change {
            Change::Licences { remove, .. } => named.is_some_and(|skus| remove.iter().all(|sku| skus.contains(sku))),
            Change::LeaveGroup { .. } | Change::SignIn { allowed: false } => named.is_some(),
            Change::JoinGroup { .. }
            | Change::SignIn { allowed: true }
            | Change::Reprocess
            | Change::ReportNames { .. } => true,
        }
    }

    /// Why somebody is left alone, whatever was to be done.
    pub fn person(&self, person: PersonId) -> Option<Why<'_>> {
        self.settings.exclusions.contains(person).then_some(Why::Excluded)
    }

    /// Why a licence of somebody is left alone; without a licence, what was found of them at all.
    pub fn licence(&self, person: PersonId, sku: Option<SkuId>) -> Option<Why<'_>> {
        if sku.is_some_and(|sku| self.settings.ignored_skus.contains(&sku)) {
            return Some(Why::Ignored);
        }
        let covers = |accepted: &&Accepted| {
            let exception = &accepted.exception;
            exception.person.is_none_or(|only| only == person) && exception.sku.is_none_or(|only| sku == Some(only))
        };
        self.accepted.iter().find(covers).map(Why::Accepted)
    }

    /// Why a change that was approved is left alone now.
    pub fn item(&self, item: &FixItem) -> Option<Why<'_>> {
        let person = item.person?;
        let skus: BTreeSet<SkuId> = match &item.change {
            Change::Licences { remove, .. } => remove.iter().copied().collect(),
            Change::LeaveGroup { group } | Change::JoinGroup { group } => item.before.by_group(*group),
            Change::Reprocess => item.before.failed().collect(),
            // A setting of the account is about all that was found of them.
            Change::SignIn { .. } | Change::ReportNames { .. } => item.before.skus(),
        };
        let of_licences = || skus.iter().find_map(|sku| self.licence(person, Some(*sku)));
        let gone = || (!self.is_found(person, &item.change)).then_some(Why::NotFound);
        self.person(person).or_else(|| self.licence(person, None)).or_else(of_licences).or_else(gone)
    }
}

#[cfg(test)]
mod tests {
    use checks::Exception;
    use model::{ExceptionId, Held, State, UserId, event::Actor};
    use store::{Attempt, CheckSettings, Prices, Versioned};

    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 21);
    const ANNA: PersonId = PersonId::literal("00000000-0000-4000-8000-000000000001");
    const BEN: PersonId = PersonId::literal("00000000-0000-4000-8000-000000000002");
    const SUITE: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
    const VISIO: SkuId = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");

    fn accepted(change: impl FnOnce(&mut Accepted)) -> Accepted {
        let mut accepted = Accepted {
            exception: Exception {
                id: ExceptionId::from_bits(1),
                about: About::Check { check: CheckId::L6 },
                person: Some(ANNA),
                sku: None,
                reason: "On parental leave".into(),
                owner: UserId::from_bits(1),
                expires_at: None,
            },
            finding: None,
            created_at: "2026-11-01T00:00:00Z".parse().unwrap(),
            created_by: Actor::System,
        };
        change(&mut accepted);
        accepted
    }

    fn spared(settings: Settings, accepted: Vec<Accepted>) -> Spared {
        let terms = Terms {
            prices: Versioned { value: Prices::default(), version: 0 },
            settings: Versioned { value: CheckSettings { settings }, version: 1 },
            accepted,
            snoozes: Vec::new(),
            mendings: Vec::new(),
        };
        Spared::of(terms, Some(FindingId::from_bits(5)), Some(CheckId::L6), TODAY)
    }

    fn code(spared: &Spared, person: PersonId, sku: SkuId) -> Option<&'static str> {
        spared.licence(person, Some(sku)).map(Why::code)
    }

    #[test]
    fn an_exception_spares_whom_and_what_it_names_in_its_finding_and_its_time() {
        let all = |change: fn(&mut Accepted)| spared(Settings::default(), vec![accepted(change)]);
        let anna = all(|_| {});
        assert_eq!((code(&anna, ANNA, SUITE), code(&anna, BEN, SUITE)), (Some(ACCEPTED), None));
        let visio = all(|one| (one.exception.person, one.exception.sku) = (None, Some(VISIO)));
        assert_eq!((code(&visio, BEN, VISIO), code(&visio, BEN, SUITE)), (Some(ACCEPTED), None));
        let other = all(|one| one.exception.about = About::Check { check: CheckId::L7 });
        assert_eq!(code(&other, ANNA, SUITE), None);
        let finding = |one: &mut Accepted, id| {
            one.exception.about = About::Finding { check: CheckId::L6, subject: "directory".into() };
            one.finding = Some(FindingId::from_bits(id));
        };
        let of = |id| spared(Settings::default(), vec![accepted(|one| finding(one, id))]);
        assert_eq!((code(&of(5), ANNA, SUITE), code(&of(6), ANNA, SUITE)), (Some(ACCEPTED), None));
        let over = all(|one| one.exception.expires_at = "2026-11-21T00:00:00Z".parse().ok());
        assert_eq!(code(&over, ANNA, SUITE), None);
        let until = accepted(|one| one.exception.expires_at = "2027-03-01T00:00:00Z".parse().ok());
        let told = Why::Accepted(&until).blocked();
        assert_eq!(told.text, "Accepted as it is until 2027-03-01: On parental leave");
        assert_eq!((told.guard, told.reason.as_str()), (GuardId::G4, ACCEPTED));
    }

    #[test]
    fn settings_spare_people_and_licence_types() {
        let mut settings = Settings { ignored_skus: [VISIO].into(), ..Settings::default() };
        settings.exclusions.vips.insert(BEN);
        let spared = spared(settings, Vec::new());
        assert!(spared.person(BEN).is_some() && spared.person(ANNA).is_none());
        assert_eq!((code(&spared, ANNA, VISIO), code(&spared, ANNA, SUITE)), (Some(IGNORED), None));
        let row = |sku| Held { sku, group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let item = |person, remove: Vec<SkuId>| FixItem {
            number: 1,
            person: Some(person),
            name: "Anna".into(),
            change: Change::Licences { remove, add: Vec::new() },
            before: State { licences: vec![row(SUITE), row(VISIO)], ..State::default() },
            doubts: None,
            monthly: None,
            attempt: Attempt::WAITING,
            undo: None,
        };
        let why = |person, remove| spared.item(&item(person, remove)).map(Why::code);
        assert_eq!((why(ANNA, vec![SUITE]), why(ANNA, vec![VISIO])), (None, Some(IGNORED)));
        assert_eq!(why(BEN, vec![SUITE]), Some(EXCLUDED));
    }
}
