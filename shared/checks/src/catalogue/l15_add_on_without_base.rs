//! L15: an add-on on somebody who lacks the licence it builds on.
//!
//! Rule: all a paid add-on gives needs a service, by a short table, and no other licence of the person gives it:
//! telephone, dial-in numbers and Teams Premium need Teams; an archive needs a mailbox; Copilot needs mail, Office apps
//! or Teams.
//!
//! Traps: a service turned off counts as missing; a base in error may come back, so nothing is said; a trial or a free
//! licence is a base; an archive of somebody synchronised may belong to a mailbox on your own server; somebody blocked
//! is L3's.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    containment::names,
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::{Content, Feature},
};

/// What an add-on gives, and what gives it something to build on.
const NEEDS: &[(Feature, &[Feature])] = &[
    (Feature::Phone, &[Feature::Teams]),
    (Feature::AudioMeetings, &[Feature::Teams]),
    (Feature::TeamsPremium, &[Feature::Teams]),
    (Feature::Archive, &[Feature::Mail]),
    (Feature::Copilot, &[Feature::Mail, Feature::Office, Feature::Teams]),
];

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L15,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Add-ons without the licence they need",
        why_it_matters: "An add-on such as a telephone line in Teams does nothing for somebody who has no Teams. You pay \
                         for it all the same.",
        what_changes: "The add-on is taken back, or the person gets the licence it needs.",
        what_people_notice: "Nothing. They cannot use the add-on today.",
        undo: "Microsoft gives the add-on back only to somebody who has the licence it needs, and only while one of its \
               type is free. Give them that licence first.",
        technical_detail: "Every value-bearing plan of the add-on that is on for the person needs a service (MCOEV, \
                           MCOMEETADV and Teams Premium need Teams or Skype; the archive plan an EXCHANGE_S plan; Copilot any \
                           of mail, Office or Teams) that no licence of the person gives.",
    },
    steps: &[],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::RemoveLicences, activity: false },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} {} without the licence that makes it work", people(count), licences(seats))
}

/// Whether all that a licence gives needs a service that somebody lacks. Of somebody synchronised the mailbox may be on
/// the company's own server, where nobody sees whether an archive lacks it.
pub fn lacks_base(content: &Content, has: impl Fn(Feature) -> bool, synced: bool) -> bool {
    if synced && content.has(Feature::Archive) {
        return false;
    }
    let needs = |feature: &Feature| NEEDS.iter().find(|(of, _)| of == feature).map(|(_, needs)| *needs);
    let Some(needs) = content.features().iter().map(needs).collect::<Option<Vec<_>>>() else { return false };
    !needs.is_empty() && !needs.iter().any(|needs| needs.iter().any(|feature| has(*feature)))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let person = candidate.person;
    let settled = candidate.in_error.is_empty() && person.failed.is_empty() && person.enabled == Some(true);
    let add_ons = || candidate.paid().filter(|(_, licence)| !licence.is_suite());
    if !settled || add_ons().next().is_none() {
        return Verdict::Clear;
    }
    let has = |feature| candidate.held.iter().any(|(license, licence)| licence.rights_of(license).has(feature));
    let mut unproven = false;
    let mut claims: Vec<Claim> = Vec::new();
    for (license, licence) in add_ons() {
        let content = licence.content_of(license);
        if lacks_base(&content, has, person.synced) {
            unproven |= content.has(Feature::Archive) || content.has(Feature::Copilot);
            claims.push(license.sku.into());
        }
    }
    if claims.is_empty() {
        return Verdict::Clear;
    }
    let skus: Vec<_> = claims.iter().map(|claim| claim.sku).collect();
    Verdict::Found(Conclusion {
        certainty: if unproven { Certainty::Likely } else { Certainty::Certain },
        confidence: if unproven { Confidence::Medium } else { Confidence::High },
        advice: Advice::Remove,
        licences: claims,
        evidence: vec![Evidence::new(
            "Nothing to build on for",
            names(context, &skus),
            "Microsoft licence inventory",
            Some(context.today),
        )],
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{AssignmentError, FailedLicense, Person},
        testing::*,
    };

    const PHONE: &str = "e43b5b99-8dfb-405f-9987-dc307f34bcbd";
    const ARCHIVING: &str = "ee02fd1b-340e-4a4b-b355-4a514e4c8943";
    const LINE: &str = "4828c8ec-dc2e-4779-b502-87ac9ce28ab7";
    const ARCHIVE: &str = "176a09a6-7ec5-4039-ac02-b2791c6ba793";

    fn run(person: Person) -> Outcome {
        let mut directory = full();
        directory.skus.extend([with_plans(PHONE, &[LINE]), with_plans(ARCHIVING, &[ARCHIVE])]);
        evaluate(directory, &[(person, idle_report(), None)])
    }

    #[test]
    fn a_line_without_teams_is_certain_waste_and_with_teams_it_is_none() {
        let outcome = run(person(1, &[EXCHANGE_1, PHONE]));
        let finding = outcome.of(CheckId::L15).expect("a finding");
        assert_eq!(finding.affected[0].skus[0].sku, sku_id(PHONE));
        assert_eq!((finding.certainty, outcome.totals.certain_monthly.amount_minor), (Certainty::Certain, 1000));
        assert!(run(person(1, &[BASIC, PHONE])).of(CheckId::L15).is_none());
    }

    #[test]
    fn teams_turned_off_is_no_base() {
        let mut one = person(1, &[BASIC, PHONE]);
        one.licenses[0].disabled_plans = vec![TEAMS.parse().expect("a GUID")];
        assert!(run(one).of(CheckId::L15).is_some());
    }

    #[test]
    fn nothing_is_said_while_an_assignment_is_in_error_or_of_the_blocked() {
        let mut one = person(1, &[BASIC, PHONE]);
        one.licenses[0].error = Some(AssignmentError::CountViolation);
        assert!(run(one).of(CheckId::L15).is_none());
        let failed = FailedLicense { sku: sku_id(BASIC), group: None, error: AssignmentError::CountViolation };
        assert!(run(Person { failed: vec![failed], ..person(1, &[PHONE]) }).of(CheckId::L15).is_none());
        assert!(run(Person { enabled: Some(false), ..person(1, &[PHONE]) }).of(CheckId::L15).is_none());
    }

    #[test]
    fn an_archive_without_a_mailbox_is_likely_unless_the_mailbox_may_be_on_the_companys_server() {
        let outcome = run(person(1, &[ARCHIVING]));
        assert_eq!(outcome.of(CheckId::L15).map(|f| f.certainty), Some(Certainty::Likely));
        assert!(run(Person { synced: true, ..person(1, &[ARCHIVING]) }).of(CheckId::L15).is_none());
        assert!(run(person(1, &[ARCHIVING, EXCHANGE_1])).of(CheckId::L15).is_none());
    }

    #[test]
    fn an_add_on_that_stands_alone_needs_nothing() {
        assert!(run(person(1, &[POWER_BI])).of(CheckId::L15).is_none());
        assert!(run(person(1, &[EXCHANGE_1])).of(CheckId::L15).is_none());
    }
}
