//! L27: what each department's licences cost.
//!
//! Rule: people with a paid licence are in two departments at least, or in one while others are in none. For information:
//! the licences of everybody, counted by department, with no saving in it. The hundred dearest by licences are told one
//! by one, the rest together.
//!
//! Traps: departments are what somebody typed into the directory: they are told as they stand there; people left out of
//! other checks cost money too, and are counted.

use std::collections::BTreeMap;

use super::{Check, CheckId, DirectoryVerdict, Rule, Severity, Stake, Text, people};
use crate::{
    evaluation::{Context, Department, Tally},
    outcome::{Cost, Evidence, SkuSeats},
};

/// Departments told one by one.
const TOLD: usize = 100;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L27,
    severity: Severity::Info,
    stake: Stake::Nothing,
    text: Text {
        title: "What licences cost by department",
        why_it_matters: "It shows who the money is spent for, and lets each department answer for its own licences.",
        what_changes: "Nothing. Set the department of people who have none, and they are counted where they belong.",
        what_people_notice: "Nothing. Their licences stay as they are.",
        undo: "There is nothing to undo: this only counts.",
        technical_detail: "Assigned paid licence types by the department attribute of the people who hold them, times the \
                           price of a licence. Seats nobody has are in no department.",
    },
    steps: &[
        "Give people without a department one: in the Microsoft 365 admin centre choose Users, the person, then Manage \
         contact information.",
        "Check again here: they are counted where they belong.",
    ],
    rule: Rule::Directory(judge),
};

fn judge(context: &Context, tally: &Tally) -> Option<DirectoryVerdict> {
    let departments = tally.departments.keys().flatten().count();
    if tally.departments.len() < 2 {
        return None;
    }
    let mut all: Vec<(&Option<String>, &Department)> = tally.departments.iter().collect();
    all.sort_by_key(|(name, department)| (std::cmp::Reverse(department.seats.values().sum::<u32>()), *name));
    let (told, rest) = all.split_at(all.len().min(TOLD));
    let mut costs: Vec<Cost> =
        told.iter().map(|(name, department)| cost((*name).clone(), department.people, &department.seats)).collect();
    if !rest.is_empty() {
        let mut seats: BTreeMap<_, u32> = BTreeMap::new();
        for (sku, count) in rest.iter().flat_map(|(_, department)| &department.seats) {
            *seats.entry(*sku).or_default() += count;
        }
        let people = rest.iter().map(|(_, department)| department.people).sum();
        costs.push(cost(Some(format!("{} smaller departments", rest.len())), people, &seats));
    }
    let without = tally.departments.get(&None).map_or(0, |none| none.people);
    let none = match without {
        0 => String::new(),
        _ => format!(", and {} in none", people(without)),
    };
    let noun = if departments == 1 { "department has" } else { "departments have" };
    Some(DirectoryVerdict {
        headline: format!("{departments} {noun} licences{none}"),
        seats: costs.iter().flat_map(|cost| &cost.seats).map(|seats| seats.seats).sum(),
        costs,
        evidence: vec![Evidence::new("Departments", departments, "Microsoft directory", Some(context.today))],
        ..DirectoryVerdict::default()
    })
}

fn cost(name: Option<String>, people: u32, seats: &BTreeMap<model::SkuId, u32>) -> Cost {
    let seats = seats.iter().map(|(sku, seats)| SkuSeats { sku: *sku, seats: *seats }).collect();
    Cost { name, people, seats, monthly: None, price_missing: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, facts::Person, testing::*};

    fn run(departments: &[(Option<&str>, &[&str])]) -> Outcome {
        let people: Vec<_> = departments
            .iter()
            .zip(1..)
            .map(|((department, skus), n)| {
                let one = Person { department: department.map(str::to_owned), ..person(n, skus) };
                (one, idle_report(), None)
            })
            .collect();
        let mut directory = full();
        directory.skus.push(sku("00000000-0000-0000-0000-00000000000a", 5, 5));
        evaluate(directory, &people)
    }

    #[test]
    fn licences_are_counted_and_priced_by_department_without_a_saving() {
        let outcome = run(&[
            (Some("Sales"), &[STANDARD, POWER_BI]),
            (Some("Sales"), &[STANDARD]),
            (Some("Finance"), &[BASIC, "00000000-0000-0000-0000-00000000000a"]),
            (None, &[BASIC]),
            (Some("Nobody"), &[]),
        ]);
        let finding = outcome.of(CheckId::L27).expect("a finding");
        let told: Vec<_> = finding
            .costs
            .iter()
            .map(|cost| (cost.name.as_deref(), cost.people, cost.monthly.map(|m| m.amount_minor), cost.price_missing))
            .collect();
        assert_eq!(
            told,
            [
                (Some("Sales"), 2, Some(4200), false),
                (Some("Finance"), 1, Some(700), true),
                (None, 1, Some(700), false)
            ]
        );
        assert_eq!(finding.headline, "2 departments have licences, and 1 person in none");
        assert_eq!((finding.saving.clone(), finding.price_missing.len()), (None, 0));
    }

    #[test]
    fn one_department_alone_or_none_at_all_says_nothing() {
        assert!(run(&[(Some("Sales"), &[BASIC]), (Some("Sales"), &[BASIC])]).of(CheckId::L27).is_none());
        assert!(run(&[(None, &[BASIC])]).of(CheckId::L27).is_none());
    }

    #[test]
    fn beyond_a_hundred_departments_the_smallest_are_told_together() {
        let names: Vec<String> = (0..103).map(|n| format!("Department {n}")).collect();
        let all: Vec<(Option<&str>, &[&str])> =
            names.iter().map(|name| (Some(name.as_str()), &[BASIC][..])).collect();
        let outcome = run(&all);
        let costs = &outcome.of(CheckId::L27).expect("a finding").costs;
        assert_eq!((costs.len(), costs[100].people), (101, 3));
        assert_eq!(costs.iter().map(|cost| cost.people).sum::<u32>(), 103);
    }
}
