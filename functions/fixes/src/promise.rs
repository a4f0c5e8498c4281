//! What the undo of a change needs beyond what is kept of it: a licence that is taken is Microsoft's to give again, and
//! it is not given where none is free, where what it builds on is missing, or to an account without a country (checks.md
//! 1.0.5). Said before anything is approved, by what the directory shows.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, PersonId, SkuId, State};
use store::{UndoCondition, UndoNeed};

use crate::{bought::Bought, live::Live, plan::Planned};

/// Says of every change that is made what its undo needs: of several things, what is hardest to come by.
pub fn promise(items: &mut [Planned], live: &Live, bought: &Bought) {
    let mut owed = freed(items);
    let mut free = live.free.clone();
    for sku in owed.values().flatten() {
        *free.entry(*sku).or_default() += 1;
    }
    for item in items.iter_mut().filter(|item| item.goes()) {
        let back = item.change.as_ref().and_then(|change| change.inverse(&item.before));
        let skus: BTreeSet<SkuId> = match &back {
            Some(Change::Licences { add, .. }) => add.iter().map(|given| given.sku).collect(),
            Some(Change::JoinGroup { group }) => item.before.by_group(*group),
            _ => continue,
        };
        let direct = matches!(back, Some(Change::Licences { .. })) && !skus.is_empty();
        let now = item.person.and_then(|person| live.people.get(&person));
        let mut needs = BTreeSet::new();
        if direct && now.is_some_and(|now| now.usage_location.is_none()) {
            needs.insert(UndoNeed::Country);
        }
        let synced = now.is_some_and(|now| now.synced);
        if direct && skus.iter().any(|sku| bought.lacks_base(*sku, &item.before, synced)) {
            needs.insert(UndoNeed::BaseLicence);
        }
        // Who keeps a licence otherwise needs no seat for it, and who has it from two groups needs one.
        let seats = skus.into_iter().filter(|sku| owed.get_mut(&item.person).is_some_and(|owed| owed.remove(sku)));
        for sku in seats {
            let left = free.entry(sku).or_default();
            needs.insert(if *left > 0 { UndoNeed::FreeLicence } else { UndoNeed::MoreLicences });
            *left -= 1;
        }
        item.undo_need = needs.last().copied();
    }
}

/// Licence types that nobody of theirs has any more once all is done, by person.
fn freed(items: &[Planned]) -> BTreeMap<Option<PersonId>, BTreeSet<SkuId>> {
    let mut changes: BTreeMap<Option<PersonId>, Vec<(&Change, &State)>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.goes()) {
        changes.entry(item.person).or_default().extend(item.change.as_ref().map(|change| (change, &item.before)));
    }
    changes.into_iter().map(|(person, changes)| (person, Change::all_free(changes))).collect()
}

/// How many changes need what.
pub fn conditions<'a>(items: impl Iterator<Item = &'a Planned>) -> Vec<UndoCondition> {
    let mut needs: BTreeMap<UndoNeed, u32> = BTreeMap::new();
    items.filter_map(|item| item.undo_need).for_each(|need| *needs.entry(need).or_default() += 1);
    needs.into_iter().map(|(need, changes)| UndoCondition { need, changes }).collect()
}

/// A condition in plain words, which stay true for as long as the fix can be undone.
pub fn words(condition: UndoCondition) -> String {
    let UndoCondition { need, changes } = condition;
    let they = if changes == 1 { "1 change".into() } else { format!("{changes} changes") };
    match need {
        UndoNeed::FreeLicence => "Microsoft gives a licence back only while one of its type is free.".into(),
        UndoNeed::MoreLicences => format!(
            "{they} can be put back only once more licences are bought or freed: more are in use than there are."
        ),
        UndoNeed::Country => format!(
            "{they} can be put back only once the account has a country: without one Microsoft gives no licence."
        ),
        UndoNeed::BaseLicence => format!(
            "{they} can be put back only once the person has the licence that it builds on: Microsoft gives an add-on to \
             nobody else."
        ),
    }
}

#[cfg(test)]
mod tests {
    use checks::facts::{Plan, Seats, Sku, SkuStatus};
    use graph::now::PersonNow;
    use model::{GroupId, Held, PlanId};

    use super::*;

    const PHONE: SkuId = SkuId::literal("e43b5b99-8dfb-405f-9987-dc307f34bcbd");
    const SUITE: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
    const ARCHIVING: SkuId = SkuId::literal("ee02fd1b-340e-4a4b-b355-4a514e4c8943");
    const PEOPLE: [PersonId; 3] = [
        PersonId::literal("00000000-0000-4000-8000-000000000001"),
        PersonId::literal("00000000-0000-4000-8000-000000000002"),
        PersonId::literal("00000000-0000-4000-8000-000000000003"),
    ];
    const GROUPS: [GroupId; 2] = [
        GroupId::literal("00000000-0000-4000-8000-0000000000a1"),
        GroupId::literal("00000000-0000-4000-8000-0000000000a2"),
    ];
    /// A telephone line, and what it builds on.
    const MCOEV: PlanId = PlanId::literal("4828c8ec-dc2e-4779-b502-87ac9ce28ab7");
    const TEAMS1: PlanId = PlanId::literal("57ff2da0-773e-42df-b2af-ffb7a2317929");
    /// An archive, which needs a mailbox.
    const ARCHIVE: PlanId = PlanId::literal("176a09a6-7ec5-4039-ac02-b2791c6ba793");

    fn held(sku: SkuId, group: Option<GroupId>) -> Held {
        Held { sku, group, disabled_plans: Vec::new(), error: None, updated: None }
    }
    fn item(person: PersonId, change: Change, licences: Vec<Held>) -> Planned {
        Planned {
            person: Some(person),
            name: "Anna".into(),
            upn: "anna@contoso.com".into(),
            change: Some(change),
            before: State { licences, ..State::default() },
            blocked: None,
            doubts: BTreeSet::new(),
            lost: BTreeSet::new(),
            monthly: None,
            undo_need: None,
        }
    }
    fn remove(sku: SkuId) -> Change {
        Change::Licences { remove: vec![sku], add: Vec::new() }
    }
    fn live(free: i64) -> Live {
        let now = |id| PersonNow {
            id,
            upn: String::new(),
            name: String::new(),
            enabled: Some(true),
            guest: false,
            synced: false,
            usage_location: Some("DE".into()),
            assignments: Vec::new(),
        };
        let people = PEOPLE.into_iter().map(|person| (person, now(person))).collect();
        Live { people, free: [(PHONE, free), (SUITE, free)].into(), ..Live::default() }
    }
    fn bought() -> Bought {
        let sku = |id, plan: PlanId| Sku {
            id,
            part_number: String::new(),
            for_users: true,
            status: SkuStatus::Enabled,
            consumed: 0,
            seats: Seats::default(),
            plans: vec![Plan { id: plan, name: String::new(), for_users: true }],
        };
        Bought::with(vec![sku(PHONE, MCOEV), sku(SUITE, TEAMS1), sku(ARCHIVING, ARCHIVE)])
    }
    fn three() -> Vec<Planned> {
        PEOPLE.into_iter().map(|person| item(person, remove(SUITE), vec![held(SUITE, None)])).collect()
    }
    fn needs(mut items: Vec<Planned>, live: &Live) -> Vec<Option<UndoNeed>> {
        promise(&mut items, live, &bought());
        items.iter().map(|item| item.undo_need).collect()
    }

    #[test]
    fn of_more_than_were_bought_so_many_come_back_as_seats_are_free_then() {
        let (free, more) = (Some(UndoNeed::FreeLicence), Some(UndoNeed::MoreLicences));
        assert_eq!(needs(three(), &live(0)), [free, free, free]);
        assert_eq!(needs(three(), &live(-1)), [free, free, more]);
        assert_eq!(needs(three(), &live(-3)), [more, more, more]);
        let mut alone = three();
        alone[0].change = None;
        assert_eq!(needs(alone, &live(-1)), [None, free, more], "who is left alone gives no seat");
    }

    #[test]
    fn an_add_on_comes_back_only_to_who_has_its_base() {
        let line = |licences| needs(vec![item(PEOPLE[0], remove(PHONE), licences)], &live(0));
        assert_eq!(line(vec![held(PHONE, None)]), [Some(UndoNeed::BaseLicence)]);
        assert_eq!(line(vec![held(PHONE, None), held(SUITE, None)]), [Some(UndoNeed::FreeLicence)]);
        let off = Held { disabled_plans: vec![TEAMS1], ..held(SUITE, None) };
        assert_eq!(line(vec![held(PHONE, None), off]), [Some(UndoNeed::BaseLicence)]);
    }

    #[test]
    fn an_archive_of_somebody_synchronised_may_have_its_mailbox_on_the_companys_server() {
        let mut live = live(0);
        let archive = || vec![item(PEOPLE[0], remove(ARCHIVING), vec![held(ARCHIVING, None)])];
        assert_eq!(needs(archive(), &live), [Some(UndoNeed::BaseLicence)]);
        live.people.values_mut().for_each(|now| now.synced = true);
        assert_eq!(needs(archive(), &live), [Some(UndoNeed::FreeLicence)]);
    }

    #[test]
    fn an_account_without_a_country_gets_no_licence_again() {
        let mut live = live(0);
        live.people.values_mut().for_each(|now| now.usage_location = None);
        assert_eq!(needs(three(), &live), [Some(UndoNeed::Country); 3]);
    }

    #[test]
    fn what_frees_no_seat_needs_none_and_two_groups_free_one() {
        let anna = PEOPLE[0];
        let kept = item(anna, remove(SUITE), vec![held(SUITE, None), held(SUITE, Some(GROUPS[0]))]);
        assert_eq!(needs(vec![kept], &live(-1)), [None]);
        let by_both = || GROUPS.into_iter().map(|group| held(SUITE, Some(group))).collect();
        let leave = GROUPS.into_iter().map(|group| item(anna, Change::LeaveGroup { group }, by_both())).collect();
        assert_eq!(needs(leave, &live(0)), [Some(UndoNeed::FreeLicence), None]);
        let block = item(anna, Change::SignIn { allowed: false }, vec![held(SUITE, None)]);
        assert_eq!(needs(vec![block], &live(-1)), [None]);
    }

    #[test]
    fn what_microsoft_would_refuse_is_counted_and_said() {
        let mut items = three();
        promise(&mut items, &live(-2), &bought());
        let told = conditions(items.iter());
        let condition = |need, changes| UndoCondition { need, changes };
        assert_eq!(told, [condition(UndoNeed::FreeLicence, 1), condition(UndoNeed::MoreLicences, 2)]);
        assert!(words(told[1]).starts_with("2 changes can be put back only once more licences"));
        assert!(
            words(condition(UndoNeed::BaseLicence, 1)).starts_with("1 change can be put back only once the person")
        );
    }
}
