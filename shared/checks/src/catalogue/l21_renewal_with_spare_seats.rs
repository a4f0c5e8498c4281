//! L21: a subscription renews soon, and some of its seats are nobody's.
//!
//! Rule: a paid subscription renews within 30 days and its licence type has more free seats than the slack of L1. It
//! says to what number to set the subscription, and by when. The money is L1's: the same seats, told with a day.
//!
//! Traps: one licence type may have several subscriptions, each with its day: no more than what renews can be given
//! back then; after a renewal seven days are left to reduce, which a day in the next term does not show.

use jiff::{Span, civil::Date};

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, l1_unassigned_seats, licences};
use crate::{
    evaluation::Context,
    licence::{LicenceType, days},
    outcome::{Evidence, Remedy},
};

/// Days before a renewal in which it is told of.
const SOON: i64 = 30;
/// Days before the renewal by which to be done: a reseller needs them too.
const MARGIN: i64 = 7;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L21,
    severity: Severity::Medium,
    stake: Stake::CountedBy { check: CheckId::L1 },
    text: Text {
        title: "Renewals coming up with licences to spare",
        why_it_matters: "Licences can only be given back when a subscription renews. If you miss the day, you pay for \
                         them for another term.",
        what_changes: "You set the number of licences before the renewal. The new number counts from the day it renews.",
        what_people_notice: "Nothing. Nobody has these licences.",
        undo: "You can buy licences again at any time, at the price of that day.",
        technical_detail: "nextLifecycleDateTime of an enabled subscription that is no trial is at most 30 days away, and \
                           prepaidUnits.enabled less consumedUnits is above the slack of the settings. Microsoft allows \
                           a reduction until 7 days after the renewal.",
    },
    steps: &[
        "Open the Microsoft 365 admin centre, choose Billing, then Your products, and open the subscription.",
        "Set the number of licences to the one written here, before the day. If you buy from a reseller, send them the \
         number and the day.",
        "Check again here after the renewal.",
    ],
    rule: Rule::Licence(judge),
};

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let spare = l1_unassigned_seats::spare(context, licence)?;
    let today = context.today;
    let soon = |on: Option<Date>| on.filter(|on| (0..=SOON).contains(&days(today, *on)));
    let renewing: Vec<(Date, u32)> =
        licence.renewals.iter().filter_map(|renewal| Some((soon(renewal.on)?, renewal.seats))).collect();
    let (first, _) = *renewing.first()?;
    let mut left = spare;
    let mut evidence = Vec::new();
    for (on, seats) in renewing {
        let given = left.min(seats);
        left -= given;
        if given > 0 {
            let value = format!("set {} to {} before {on}", licences(seats), seats - given);
            evidence.push(Evidence::new("Renewal", value, "Microsoft subscriptions", Some(today)));
        }
    }
    let given = spare - left;
    if given == 0 {
        return None;
    }
    let by = first.saturating_sub(Span::new().days(MARGIN)).max(today);
    evidence.push(Evidence::new("Better done by", by, "Steward", Some(today)));
    let (day, name) = (first.strftime("%-d %B %Y"), licence.name());
    Some(LicenceVerdict {
        headline: format!("{} of {name} to give back before it renews on {day}", licences(given)),
        seats: given,
        lists_holders: false,
        evidence,
        remedy: if licence.through_partner { Remedy::ReduceAtReseller } else { Remedy::ReduceAtMicrosoft },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Directory, Outcome,
        facts::{SkuStatus, Subscription},
        testing::*,
    };

    fn run(subscriptions: Vec<Subscription>, bought: u32, used: u32) -> Outcome {
        evaluate(Directory::bought(vec![sku(BASIC, bought, used)], Ok(subscriptions)), &[])
    }

    fn renews(day: &str) -> Vec<Subscription> {
        vec![subscription(BASIC, 20, Some(day))]
    }

    #[test]
    fn it_tells_the_day_and_the_number_and_leaves_the_money_to_l1() {
        let outcome = run(renews("2026-12-21"), 20, 10);
        let finding = outcome.of(CheckId::L21).expect("a finding");
        assert_eq!((finding.seats, finding.saving.clone()), (8, None));
        assert_eq!(finding.listed_monthly.map(|worth| worth.amount_minor), Some(8 * 700));
        assert_eq!(outcome.totals.monthly.amount_minor, 8 * 700, "once");
        assert!(finding.evidence.iter().any(|e| e.value == "set 20 licences to 12 before 2026-12-21"));
        assert!(finding.evidence.iter().any(|e| e.value == "2026-12-14"));
    }

    #[test]
    fn thirty_days_are_soon_thirty_one_are_not_and_a_past_day_is_not() {
        assert!(run(renews("2026-12-22"), 20, 10).of(CheckId::L21).is_none());
        assert!(run(renews("2026-11-20"), 20, 10).of(CheckId::L21).is_none());
        let today = run(renews("2026-11-21"), 20, 10);
        assert!(today.of(CheckId::L21).expect("a finding").evidence.iter().any(|e| e.value == "2026-11-21"));
    }

    #[test]
    fn within_the_slack_on_trial_or_in_grace_there_is_nothing_to_give_back() {
        assert!(run(renews("2026-12-01"), 20, 18).of(CheckId::L21).is_none());
        let trial = Subscription { trial: true, ..subscription(BASIC, 20, Some("2026-12-01")) };
        assert!(run(vec![trial], 20, 1).of(CheckId::L21).is_none());
        let grace = Subscription { status: SkuStatus::Warning, ..subscription(BASIC, 20, Some("2026-12-01")) };
        assert!(run(vec![grace], 20, 1).of(CheckId::L21).is_none());
    }

    #[test]
    fn no_more_is_given_back_than_renews() {
        let two = vec![subscription(BASIC, 4, Some("2026-12-01")), subscription(BASIC, 16, Some("2027-06-01"))];
        let outcome = run(two, 20, 10);
        assert_eq!(outcome.of(CheckId::L21).map(|f| f.seats), Some(4));
        let both = vec![subscription(BASIC, 4, Some("2026-12-01")), subscription(BASIC, 16, Some("2026-12-15"))];
        let outcome = run(both, 20, 10);
        let finding = outcome.of(CheckId::L21).expect("a finding");
        assert_eq!(finding.seats, 8);
        assert!(finding.evidence.iter().any(|e| e.value == "set 16 licences to 12 before 2026-12-15"));
    }
}
