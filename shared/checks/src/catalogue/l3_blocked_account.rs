//! L3: a licence on an account that is blocked from signing in.
//!
//! Rule: the account is blocked and has paid licences. It is *certain* once Steward's own scans have seen it blocked
//! for longer than the grace. Before that it is *likely* when the last activity is known and older than the grace, or
//! when there never was any and the account is older than the grace of new accounts. Otherwise it is held back: the
//! person may have left yesterday.
//!
//! Traps: shared mailboxes, rooms and equipment are blocked by design; leavers are kept for a handover; attempts to
//! sign in to a blocked account fail and still move two of the three sign-in dates.

use jiff::civil::Date;

use super::{Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict};
use crate::{
    activity::Last,
    evaluation::Context,
    licence::days,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L3,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Licences of blocked accounts",
        why_it_matters: "Somebody who cannot sign in cannot use a licence, and you still pay for it. Most of these \
                         people have left.",
        what_changes: "The licences are taken back. If the mailbox is still needed, turn it into a shared mailbox \
                       first: that is free up to 50 GB.",
        what_people_notice: "The people concerned cannot sign in today, so they notice nothing. Mail to them is \
                             refused once the mailbox is gone.",
        undo: "You can give the licences back within 25 days. After about 30 days Microsoft deletes the mailbox for \
               good.",
        technical_detail: "accountEnabled is false, the account holds paid licences, and userPurpose is not shared, \
                           room, equipment or another. Certain: seen blocked by our own scans for longer than \
                           disabled_grace_days. Likely: idle for longer than that, or never active and older than \
                           grace_days.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Recently blocked accounts, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: true,
    },
};

const CHECKS: &str = "Checks of Steward";

fn headline(people: u32, seats: u32) -> String {
    match people {
        1 => format!("1 blocked account still has {}", super::licences(seats)),
        _ => format!("{people} blocked accounts still have {}", super::licences(seats)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let (person, today) = (candidate.person, context.today);
    if person.enabled != Some(false) || candidate.is_no_person() || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    let licences: Vec<_> = candidate.paid().map(|(license, _)| license.sku.into()).collect();
    let grace = i64::from(context.settings.disabled_grace_days);
    let blocked = Evidence::new("Sign-in", "blocked", "Microsoft directory", Some(today));
    let seen = seen(candidate.disabled_since);
    if candidate.disabled_since.is_some_and(|since| days(since, today) > grace) {
        return Verdict::Found(Conclusion {
            certainty: Certainty::Certain,
            // A mailbox of unknown purpose may be a shared one, which is blocked by design.
            confidence: if candidate.has_unknown_mailbox() { Confidence::Medium } else { Confidence::High },
            advice: Advice::Remove,
            licences,
            evidence: vec![blocked, seen],
            from_activity: false,
        });
    }
    let is_new = candidate.age_days(today).is_some_and(|age| age <= i64::from(context.settings.grace_days));
    let idle = match candidate.activity.last {
        Last::Unknown(missing) => return Verdict::CannotTell(missing),
        Last::Never => candidate.person.created.is_some() && !is_new,
        Last::On(_) => candidate.activity.idle_days(today) > Some(grace),
        Last::NotSince(_) => !is_new && candidate.activity.idle_days(today) > Some(grace),
    };
    if !idle {
        return Verdict::HeldBack;
    }
    let mut evidence = vec![blocked, seen];
    evidence.extend(candidate.activity_evidence());
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: candidate.activity.confidence.min(Confidence::Medium),
        advice: Advice::Remove,
        licences,
        evidence,
        from_activity: true,
    })
}

/// Since when it is known to be blocked. Microsoft's own log of it is not read (docs/adr/0025): it is kept for as long
/// as the grace, so it could never say more than that it was blocked of late. The first check that sees it names its
/// own day, so that the next one says the same.
fn seen(since: Option<Date>) -> Evidence {
    match since {
        Some(since) => Evidence::new("Seen blocked at least since", since, CHECKS, None),
        None => Evidence::new("Blocked since", "not known: no earlier check saw it blocked", CHECKS, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Evaluation, Outcome, Settings, Sources,
        facts::{MailboxPurpose, Missing, Person, SignIn, Usage},
        footprint::{Footprint, Mailbox},
        outcome::{Extent, GuardId, UndoClass},
        settings::Exclusions,
        testing::*,
    };

    fn blocked(sign_in: SignIn) -> Person {
        Person { enabled: Some(false), sign_in, ..person(1, &[BASIC]) }
    }

    fn run(person: Person, usage: Usage, since: Option<Date>) -> Outcome {
        evaluate(full(), &[(person, usage, since)])
    }

    #[test]
    fn seen_blocked_for_longer_than_the_grace_is_certain() {
        let outcome = run(blocked(signed_in(31)), idle_report(), Some(ago(31)));
        let finding = outcome.of(CheckId::L3).expect("a finding");
        assert_eq!((finding.certainty, finding.confidence), (Certainty::Certain, Confidence::High));
        assert_eq!(outcome.totals.certain_monthly.amount_minor, 700);
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 0);
        assert_eq!(finding.undo, UndoClass::Until { days: 25 });
    }

    #[test]
    fn thirty_days_are_not_longer_than_thirty_days() {
        let outcome = run(blocked(signed_in(20)), idle_report(), Some(ago(30)));
        assert!(outcome.of(CheckId::L3).is_none(), "last activity 20 days ago, blocked 30 days: held back");
    }

    #[test]
    fn at_first_sight_idleness_makes_it_likely() {
        for since in [None, Some(TODAY), Some(ago(10))] {
            let outcome = run(blocked(signed_in(31)), Usage::Unavailable(Missing::Error), since);
            let finding = outcome.of(CheckId::L3).expect("a finding");
            assert_eq!((finding.certainty, finding.confidence), (Certainty::Likely, Confidence::Medium));
        }
    }

    #[test]
    fn the_evidence_says_since_when_it_is_known_to_be_blocked() {
        let told = |since| {
            let outcome = run(blocked(signed_in(90)), idle_report(), since);
            let evidence = outcome.of(CheckId::L3).expect("a finding").affected[0].evidence.clone();
            evidence.into_iter().find(|one| one.source == CHECKS).map(|one| (one.what, one.value))
        };
        let since = |day: Date| Some(("Seen blocked at least since".to_owned(), day.to_string()));
        assert_eq!(told(Some(ago(60))), since(ago(60)));
        assert_eq!(told(Some(ago(3))), since(ago(3)));
        // The first check says what all after it will.
        assert_eq!(told(Some(TODAY)), since(TODAY));
        let unknown = ("Blocked since".to_owned(), "not known: no earlier check saw it blocked".to_owned());
        assert_eq!(told(None), Some(unknown));
    }

    #[test]
    fn never_active_and_not_new_is_likely() {
        assert!(run(blocked(never_signed_in()), idle_report(), None).of(CheckId::L3).is_some());
        let new = Person { created: Some(ago(30)), ..blocked(never_signed_in()) };
        assert!(run(new, idle_report(), None).of(CheckId::L3).is_none());
        let unknown = Person { created: None, ..blocked(never_signed_in()) };
        assert!(run(unknown, idle_report(), None).of(CheckId::L3).is_none());
    }

    #[test]
    fn the_recently_blocked_are_counted_but_no_waste() {
        let leaver = Person { id: person(2, &[]).id, ..blocked(signed_in(5)) };
        let people = [(blocked(signed_in(90)), idle_report(), Some(ago(60))), (leaver, idle_report(), Some(ago(3)))];
        let outcome = evaluate(full(), &people);
        let finding = outcome.of(CheckId::L3).expect("a finding");
        assert_eq!(finding.affected.len(), 1);
        let held = finding.evidence.iter().find(|e| e.what.starts_with("Recently blocked")).expect("evidence");
        assert_eq!(held.value, "1");
    }

    #[test]
    fn failed_attempts_on_a_blocked_account_are_not_activity() {
        let guessed = SignIn::Known { successful: Some(ago(60)), interactive: Some(ago(1)), non_interactive: None };
        assert!(run(blocked(guessed), idle_report(), None).of(CheckId::L3).is_some());
        let unproven = SignIn::Known { successful: None, interactive: Some(ago(1)), non_interactive: None };
        assert!(run(blocked(unproven), idle_report(), None).of(CheckId::L3).is_none(), "the attempt may be theirs");
    }

    #[test]
    fn without_any_source_it_waits_for_our_own_scans_and_says_so() {
        let outcome = run(blocked(SignIn::Unavailable), Usage::Unavailable(Missing::Licence), Some(ago(5)));
        assert!(outcome.of(CheckId::L3).is_none());
        let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L3).expect("a note");
        assert_eq!((note.extent, note.people), (Extent::Part, 1));
        let later = run(blocked(SignIn::Unavailable), Usage::Unavailable(Missing::Licence), Some(ago(31)));
        assert!(later.of(CheckId::L3).is_some());
    }

    #[test]
    fn likely_waste_waits_for_the_usage_reports() {
        let mut evaluation = crate::Evaluation::new(full(), Settings::default(), prices(), now());
        evaluation.person(&blocked(signed_in(90)), &Usage::Unavailable(Missing::NotCovered), None);
        let pending = evaluation.finish(&Sources::pending());
        assert_eq!((pending.findings.len(), pending.totals.monthly.amount_minor), (0, 0));
        assert!(evaluation.finish(&Sources::both(TODAY)).of(CheckId::L3).is_some());
    }

    #[test]
    fn shared_mailboxes_rooms_excluded_and_unknown_states_are_left_alone() {
        let shared = Person { purpose: Some(MailboxPurpose::Shared), ..blocked(signed_in(90)) };
        assert!(run(shared, idle_report(), Some(ago(90))).findings.is_empty());
        let unknown = Person { enabled: None, ..blocked(signed_in(1)) };
        assert!(run(unknown, idle_report(), Some(ago(90))).findings.is_empty());
        let room = Person {
            licenses: vec![license(BASIC), license("6070a4c8-34c6-4937-8dfb-39bbc6397a60")],
            ..blocked(signed_in(90))
        };
        let mut skus = full();
        skus.skus.push(sku("6070a4c8-34c6-4937-8dfb-39bbc6397a60", 1, 1));
        let outcome = evaluate(skus, &[(room, idle_report(), Some(ago(90)))]);
        assert_eq!((outcome.findings.len(), outcome.totals.excluded_people), (0, 1));
        let vip = blocked(signed_in(90));
        let exclusions = Exclusions { vips: [vip.id].into(), ..Exclusions::default() };
        let settings = Settings { exclusions, ..Settings::default() };
        let outcome = evaluate_with(full(), settings, Sources::both(TODAY), &[(vip, idle_report(), Some(ago(90)))]);
        assert!(outcome.findings.is_empty());
        let sync = Person { upn: "sync_dc01_0a1b@contoso.onmicrosoft.com".into(), ..blocked(signed_in(90)) };
        assert!(run(sync, idle_report(), Some(ago(90))).findings.is_empty());
    }

    #[test]
    fn a_mailbox_of_unknown_purpose_lowers_confidence_and_is_said() {
        let unknown = Person { purpose: None, ..blocked(signed_in(90)) };
        let outcome = run(unknown, idle_report(), Some(ago(90)));
        let finding = outcome.of(CheckId::L3).expect("a finding");
        assert_eq!(finding.confidence, Confidence::Medium);
        for guard in [GuardId::G2, GuardId::G3] {
            assert!(finding.guards.iter().any(|g| g.id == guard && g.people == 1), "{guard:?}");
            assert!(finding.affected[0].guards.contains(&guard));
        }
        let large = Mailbox { used_mib: 80 * 1024, ..busy().mailbox.expect("a mailbox") };
        let known = Person { purpose: Some(MailboxPurpose::User), ..blocked(signed_in(90)) };
        let guarded = |mailbox| {
            let footprint = Footprint { mailbox: Ok(mailbox), ..busy() };
            let mut evaluation = Evaluation::new(full(), Settings::default(), prices(), now());
            evaluation.person_with(&known, &idle_report(), &footprint, Some(ago(90)));
            let outcome = evaluation.finish(&Sources::both(TODAY));
            outcome.of(CheckId::L3).expect("a finding").affected[0].guards.contains(&GuardId::G2)
        };
        assert!(guarded(large) && guarded(Mailbox { archive: true, used_mib: 1, ..large }));
        assert!(!guarded(Mailbox { used_mib: 1, ..large }));
        let no_mail = Person { purpose: None, licenses: vec![license(POWER_BI)], ..blocked(signed_in(90)) };
        let outcome = run(no_mail, idle_report(), Some(ago(90)));
        let finding = outcome.of(CheckId::L3).expect("a finding");
        assert!(!finding.guards.iter().any(|g| matches!(g.id, GuardId::G2 | GuardId::G3)));
        assert_eq!(finding.undo, UndoClass::Reversible);
    }
}
