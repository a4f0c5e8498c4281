//! L17: a guest with a licence of yours.
//!
//! Rule: the account is a guest and holds paid licences. Guests normally work with the rights of their own company or of
//! the team that invited them. It is *likely*: somebody should be asked.
//!
//! Traps: guests who make reports or plans with you may need Power BI, Project, Visio or Power Apps, so those alone are
//! left alone; people of another directory of the same group are members, not guests; a blocked guest is L3's as well,
//! and counts there.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences};
use crate::{
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::Feature,
};

/// What guests are given on purpose.
const TOOLS: &[Feature] = &[Feature::PowerBi, Feature::Project, Feature::Visio, Feature::PowerPlatform];

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L17,
    severity: Severity::Medium,
    stake: Stake::Saving,
    text: Text {
        title: "Guests with a paid licence",
        why_it_matters: "Guests can read shared files and join your teams without a licence of yours. A guest with a \
                         mailbox here also looks like one of you to the people they write to.",
        what_changes: "You ask whoever invited them. Then the licence is taken back; the guest stays a guest.",
        what_people_notice: "The guest keeps access to what was shared. A mailbox or Office apps from you are gone.",
        undo: "You can give the licences back within 25 days with everything as it was. After about 30 days Microsoft \
               deletes the mailbox for good.",
        technical_detail: "userType is Guest and assignedLicenses holds a paid licence type that gives more than Power \
                           BI, Project, Visio or Power Apps.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Guests with Power BI, Project, Visio or Power Apps only, left alone",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

fn headline(count: u32, seats: u32) -> String {
    if count == 1 { format!("1 guest has {}", licences(seats)) } else { format!("{count} guests have {}", licences(seats)) }
}

fn judge(_: &Context, candidate: &Candidate<'_>) -> Verdict {
    if !candidate.person.guest || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    let tool = |features: &std::collections::BTreeSet<Feature>| {
        !features.is_empty() && features.iter().all(|feature| TOOLS.contains(feature))
    };
    let other = candidate.paid().filter(|(_, licence)| !tool(licence.content.features()));
    let licences: Vec<Claim> = other.map(|(license, _)| license.sku.into()).collect();
    if licences.is_empty() {
        return Verdict::HeldBack;
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences,
        evidence: vec![Evidence::new("Kind of account", "guest", "Microsoft directory", None)],
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, facts::Person, testing::*};

    fn run(skus: &[&str], enabled: bool) -> Outcome {
        let guest = Person { guest: true, enabled: Some(enabled), ..person(1, skus) };
        evaluate(full(), &[(guest, idle_report(), Some(ago(90)))])
    }

    #[test]
    fn a_guest_with_a_suite_is_likely_waste_to_be_reviewed() {
        let outcome = run(&[BASIC], true);
        let finding = outcome.of(CheckId::L17).expect("a finding");
        assert_eq!((finding.certainty, finding.affected[0].advice), (Certainty::Likely, Advice::Review));
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 700);
    }

    #[test]
    fn tools_are_left_alone_and_said_beside_a_suite_only_the_suite_is_listed() {
        assert!(run(&[POWER_BI], true).of(CheckId::L17).is_none());
        let outcome = run(&[POWER_BI, BASIC], true);
        let skus = &outcome.of(CheckId::L17).expect("a finding").affected[0].skus;
        assert_eq!((skus.len(), skus[0].sku), (1, sku_id(BASIC)));
    }

    #[test]
    fn a_blocked_guest_counts_once_in_the_check_of_blocked_accounts() {
        let outcome = run(&[BASIC], false);
        let guest = outcome.of(CheckId::L17).expect("a finding");
        assert_eq!(guest.affected[0].skus[0].counted_in, Some(CheckId::L3));
        assert_eq!(outcome.totals.monthly.amount_minor, 700);
    }

    #[test]
    fn members_and_guests_without_a_licence_are_nothing() {
        assert!(evaluate(full(), &[(person(1, &[BASIC]), idle_report(), None)]).of(CheckId::L17).is_none());
        assert!(run(&[], true).findings.is_empty());
    }
}
