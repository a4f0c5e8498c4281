//! L6: a licence of somebody who was active once, and not for long.
//!
//! Rule: the account may sign in, holds paid licences assigned longer ago than the grace, and the last activity any
//! source knows is at least `review_after_days` ago. From `reclaim_after_days` on the advice is to take the licence
//! back, before that to ask. Somebody never active is L7, not this.
//!
//! Traps: long leave; accounts programs use; failed sign-ins, which look like activity; reports that hide names; a
//! directory without Entra ID P1, where there are only the reports, and those look back 90 days. Nobody is called
//! inactive because no source speaks of them.

use super::{Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict, people};
use crate::{
    activity::Last,
    evaluation::Context,
    facts::Missing,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L6,
    severity: Severity::Medium,
    stake: Stake::Saving,
    text: Text {
        title: "Licences not used for a long time",
        why_it_matters: "A licence that nobody has used for months is paid for every month. An account nobody watches \
                         is also one nobody notices when it is broken into.",
        what_changes: "You ask the person or their manager first. Then the licence is taken back; files and mail can \
                       be handed over before.",
        what_people_notice: "They can no longer use Office, mail or Teams with this account until they get a licence \
                             again.",
        undo: "You can give the licences back within 25 days with everything as it was. After about 30 days Microsoft \
               deletes the mailbox for good.",
        technical_detail: "The latest of lastSuccessfulSignInDateTime (or, without one, the two sign-in dates that \
                           count failed attempts) and every activity date in the usage reports is at least \
                           review_after_days ago. High confidence: both sources agree. Medium: one source, or failed \
                           attempts since. Low: only dates that count failed attempts, or a name programs use.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People with new licences only, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: true,
    },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} not used {} for a long time", people(count), super::licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let (person, today, settings) = (candidate.person, context.today, &context.settings);
    if candidate.is_no_person() || person.enabled == Some(false) || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    if person.enabled.is_none() {
        return Verdict::CannotTell(Missing::NotCovered);
    }
    let activity = candidate.activity;
    let review = i64::from(settings.review_after_days);
    match (activity.last, person.created) {
        (Last::Unknown(missing), _) => return Verdict::CannotTell(missing),
        (Last::Never, _) => return Verdict::Clear,
        (Last::NotSince(_), None) => return Verdict::CannotTell(Missing::NotCovered),
        // Never active since it was made: L7.
        (Last::NotSince(since), Some(created)) if created >= since => return Verdict::Clear,
        // The reports look back less far than the tenant wants to.
        (Last::NotSince(_), _) if activity.idle_days(today) < Some(review) => {
            return Verdict::CannotTell(Missing::NotCovered);
        }
        (Last::On(_), _) if activity.idle_days(today) < Some(review) => return Verdict::Clear,
        (Last::On(_) | Last::NotSince(_), _) => {}
    }
    let licences: Vec<_> = candidate.aged(context).map(|(license, _)| license.sku.into()).collect();
    if licences.is_empty() {
        return Verdict::HeldBack;
    }
    let reclaim = activity.idle_days(today) >= Some(i64::from(settings.reclaim_after_days));
    let (confidence, evidence) = confidence(candidate);
    let advice = if reclaim { Advice::Remove } else { Advice::Review };
    Verdict::Found(Conclusion { certainty: Certainty::Likely, confidence, advice, licences, evidence, from_activity: true })
}

/// Confidence and evidence of inactivity; a name that programs use lowers it to the lowest.
pub(super) fn confidence(candidate: &Candidate<'_>) -> (Confidence, Vec<Evidence>) {
    let mut evidence = candidate.activity_evidence();
    if !candidate.reads_as_service() {
        return (candidate.activity.confidence, evidence);
    }
    evidence.push(Evidence::new("Sign-in name", "reads like one a program uses", "Microsoft directory", None));
    (Confidence::Low, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome, Settings, Sources,
        facts::{MailboxPurpose, Person, SignIn, Usage},
        outcome::Extent,
        testing::*,
    };

    fn idle(sign_in: SignIn) -> Person {
        Person { sign_in, ..person(1, &[STANDARD]) }
    }

    fn run(person: Person, usage: Usage) -> Outcome {
        evaluate(full(), &[(person, usage, None)])
    }

    #[test]
    fn ninety_days_are_reviewed_and_a_hundred_and_eighty_taken_back() {
        assert!(run(idle(signed_in(89)), idle_report()).findings.is_empty());
        for (days, advice) in [(90, Advice::Review), (179, Advice::Review), (180, Advice::Remove)] {
            let outcome = run(idle(signed_in(days)), idle_report());
            let finding = outcome.of(CheckId::L6).expect("a finding");
            assert_eq!((finding.affected[0].advice, finding.confidence), (advice, Confidence::High), "{days}");
            assert_eq!(finding.certainty, Certainty::Likely);
            assert_eq!(outcome.totals.likely_monthly.amount_minor, 1400);
            assert_eq!(outcome.totals.certain_monthly.amount_minor, 0);
        }
    }

    #[test]
    fn activity_in_either_source_is_activity() {
        let active = Usage::Known { last: Some(ago(10)), refreshed: ago(2) };
        assert!(run(idle(signed_in(200)), active).findings.is_empty());
    }

    #[test]
    fn one_source_is_medium_and_a_date_that_counts_failures_is_low() {
        let concealed = Usage::Unavailable(Missing::NamesConcealed);
        let outcome = run(idle(signed_in(200)), concealed);
        assert_eq!(outcome.of(CheckId::L6).map(|f| f.confidence), Some(Confidence::Medium));
        let unproven = SignIn::Known { successful: None, interactive: Some(ago(200)), non_interactive: None };
        let outcome = run(idle(unproven), concealed);
        assert_eq!(outcome.of(CheckId::L6).map(|f| f.confidence), Some(Confidence::Low));
    }

    #[test]
    fn a_guessed_at_dormant_account_is_found_with_less_confidence() {
        let guessed = SignIn::Known { successful: Some(ago(200)), interactive: Some(ago(1)), non_interactive: None };
        let outcome = run(idle(guessed), idle_report());
        let finding = outcome.of(CheckId::L6).expect("a finding");
        assert_eq!(finding.confidence, Confidence::Medium);
        assert!(finding.affected[0].evidence.iter().any(|e| e.what.contains("Failed")));
    }

    #[test]
    fn concealed_names_fall_back_to_sign_ins_and_say_so() {
        let person = (idle(signed_in(200)), Usage::Unavailable(Missing::NamesConcealed), None);
        let sources = Sources { reports: Some(Err(Missing::NamesConcealed)), sign_ins: Ok(()) };
        let outcome = evaluate_with(full(), Settings::default(), sources, &[person]);
        assert!(outcome.of(CheckId::L6).is_some());
        let note = outcome.not_evaluated.iter().find(|n| n.check == CheckId::L6).expect("a note");
        assert_eq!((note.reason, note.extent), (Missing::NamesConcealed, Extent::Weaker));
    }

    #[test]
    fn with_neither_source_nobody_is_called_inactive() {
        let person = (idle(SignIn::Unavailable), Usage::Unavailable(Missing::NamesConcealed), None);
        let sources = Sources { reports: Some(Err(Missing::NamesConcealed)), sign_ins: Err(Missing::Licence) };
        let outcome = evaluate_with(full(), Settings::default(), sources, &[person]);
        assert!(outcome.findings.is_empty());
        assert_eq!(outcome.totals.monthly.amount_minor, 0);
        for check in [CheckId::L6, CheckId::L7] {
            let note = outcome.not_evaluated.iter().find(|n| n.check == check).expect("a note");
            assert_eq!((note.reason, note.extent, note.people), (Missing::NamesConcealed, Extent::Whole, 1));
        }
    }

    #[test]
    fn without_sign_in_dates_the_reports_are_enough_for_their_own_period_only() {
        let outcome = run(idle(SignIn::Unavailable), idle_report());
        let finding = outcome.of(CheckId::L6).expect("a finding");
        assert_eq!((finding.confidence, finding.affected[0].advice), (Confidence::Medium, Advice::Review));
        let settings = Settings { review_after_days: 120, ..Settings::default() };
        let people = [(idle(SignIn::Unavailable), idle_report(), None)];
        let sources = Sources { reports: Some(Ok(ago(2))), sign_ins: Err(Missing::Licence) };
        let outcome = evaluate_with(full(), settings, sources, &people);
        assert!(outcome.findings.is_empty());
        let note = outcome.not_evaluated.iter().find(|n| n.check == CheckId::L6).expect("a note");
        assert_eq!((note.extent, note.people), (Extent::Part, 1));
    }

    #[test]
    fn it_is_not_evaluated_while_reports_are_pending() {
        let people = [(idle(signed_in(200)), Usage::Unavailable(Missing::NotCovered), None)];
        let outcome = evaluate_with(full(), Settings::default(), Sources::pending(), &people);
        assert!(outcome.findings.is_empty() && outcome.not_evaluated.is_empty());
    }

    #[test]
    fn new_licences_shared_mailboxes_and_blocked_accounts_are_left_alone() {
        let mut fresh = idle(signed_in(200));
        fresh.licenses[0].changed = Some(ago(30));
        assert!(run(fresh.clone(), idle_report()).findings.is_empty());
        fresh.licenses.push(license(POWER_BI));
        let outcome = run(fresh, idle_report());
        let finding = outcome.of(CheckId::L6).expect("a finding");
        assert_eq!(finding.affected[0].skus.len(), 1, "only the older licence");
        let shared = Person { purpose: Some(MailboxPurpose::Shared), ..idle(signed_in(200)) };
        assert!(run(shared, idle_report()).findings.is_empty());
        let blocked = Person { enabled: Some(false), ..idle(signed_in(200)) };
        assert!(run(blocked, idle_report()).of(CheckId::L6).is_none());
    }

    #[test]
    fn an_account_of_unknown_state_is_not_judged() {
        let unknown = Person { enabled: None, ..idle(signed_in(200)) };
        let outcome = run(unknown, idle_report());
        assert!(outcome.findings.is_empty());
        assert!(outcome.not_evaluated.iter().any(|n| n.check == CheckId::L6 && n.people == 1));
    }

    #[test]
    fn a_name_that_programs_use_is_low_confidence() {
        let service = Person { upn: "svc-scanner@contoso.com".into(), ..idle(signed_in(200)) };
        let outcome = run(service, idle_report());
        assert_eq!(outcome.of(CheckId::L6).map(|f| f.confidence), Some(Confidence::Low));
        let service = Person { upn: "robotham@contoso.com".into(), ..idle(signed_in(200)) };
        let outcome = run(service, idle_report());
        assert_eq!(outcome.of(CheckId::L6).map(|f| f.confidence), Some(Confidence::High), "a name with bot in it");
    }
}
