//! L24: an enterprise suite where Business Premium does.
//!
//! Rule: Microsoft 365 E3 or Office 365 E3 in a company that has at most 300 suites of all kinds in use, for a person
//! whose mailbox is below 45 GB and has no archive. Neither suite contains the other: Business Premium has
//! better protection of devices and less mailbox, so somebody looks first.
//!
//! Traps: a mailbox above 50 GB does not fit; a legal hold cannot be seen; Office for business cannot be installed on
//! shared computers; Windows Enterprise rights go; at most 300 seats of a business suite.
//!
//! Source: Microsoft, "Compare Microsoft 365 for business plans"; plans by Microsoft's table of 29 July 2026.

use model::SkuId;

use super::{
    Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, l4_shared_mailbox, people, swap,
};
use crate::{
    containment::BUSINESS_LIMIT,
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Remedy},
    products::named::{BUSINESS_PREMIUM, MICROSOFT_E3, OFFICE_E3},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L24,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Enterprise suites in a company of this size",
        why_it_matters: "Up to 300 people may use Business Premium. It costs little more than half of an enterprise \
                         suite and protects devices better.",
        what_changes: "These people get Business Premium instead, in one step, so their mailbox and files stay. It has \
                       to be bought first if no licence is free.",
        what_people_notice: "Their mailbox may hold 50 GB instead of 100. Office is the version for business, which \
                             cannot be installed on computers many people share.",
        undo: "You can exchange the licences back as long as one is free.",
        technical_detail: "SPE_E3 or ENTERPRISEPACK; consumedUnits of all paid suites together at most 300; Storage \
                           Used below 45 GB and Has Archive false in the mailbox report. Lost: Exchange Online Plan 2, \
                           SharePoint Plan 2, Windows Enterprise, Office apps for enterprise. Holds cannot be read \
                           through Microsoft Graph.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People left alone for now",
        remedy: Remedy::SwapLicences,
        activity: false,
    },
};

/// A mailbox has to be smaller than this: Business Premium ends at 50 GB.
const FITS_MIB: u32 = 45 * 1024;

const ENTERPRISE: [SkuId; 2] = [MICROSOFT_E3, OFFICE_E3];

fn headline(count: u32, _: u32) -> String {
    match count {
        1 => "1 person has an enterprise suite where Business Premium would do".into(),
        _ => format!("{} have enterprise suites where Business Premium would do", people(count)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let suite = candidate.paid().find(|(license, _)| ENTERPRISE.contains(&license.sku));
    let Some((license, _)) = suite.filter(|_| candidate.is_at_work()) else { return Verdict::Clear };
    let suites = context.licences.values().filter(|licence| licence.is_paid() && licence.is_suite());
    let suites = suites.map(|licence| licence.sku.consumed).fold(0, u32::saturating_add);
    // Who has Business Premium already has nothing to exchange.
    let has_it = candidate.held.iter().any(|(held, _)| held.sku == BUSINESS_PREMIUM);
    if suites > BUSINESS_LIMIT || has_it {
        return Verdict::Clear;
    }
    let mailbox = match candidate.footprint.mailbox {
        Ok(mailbox) if mailbox.used_mib >= FITS_MIB || mailbox.archive => return Verdict::Clear,
        Ok(mailbox) => mailbox,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    let Some(room) = swap::room(context, license.sku, BUSINESS_PREMIUM) else { return Verdict::Clear };
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![Claim { to: Some(BUSINESS_PREMIUM), ..Claim::from(license.sku) }],
        evidence: l4_shared_mailbox::evidence(&mailbox).into_iter().chain([room]).collect(),
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{Missing, Person, Sku},
        footprint::{Footprint, Mailbox},
        testing::*,
    };

    const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

    fn run(person: &Person, enterprise: u32, footprint: &Footprint) -> Outcome {
        let mut directory = full();
        let plans = sku(STANDARD, 0, 0).plans;
        directory.skus.push(Sku { plans, ..sku(E3, enterprise, enterprise) });
        evaluate_one(directory, person, footprint)
    }

    fn mailbox(used_mib: u32, archive: bool) -> Footprint {
        Footprint { mailbox: Ok(Mailbox { used_mib, archive, ..busy().mailbox.unwrap() }), ..busy() }
    }

    #[test]
    fn up_to_300_suites_it_is_offered() {
        // Ten each hold Business Basic, Standard and Premium already.
        let outcome = run(&person(1, &[E3]), 270, &mailbox(900, false));
        let finding = outcome.of(CheckId::L24).expect("a finding");
        assert_eq!(finding.affected[0].skus[0].to, Some(BUSINESS_PREMIUM));
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 3900 - 2200);
        assert!(run(&person(1, &[E3]), 271, &mailbox(900, false)).of(CheckId::L24).is_none());
    }

    #[test]
    fn a_mailbox_that_would_not_fit_is_left_alone() {
        assert!(run(&person(1, &[E3]), 10, &mailbox(45 * 1024 - 1, false)).of(CheckId::L24).is_some());
        assert!(run(&person(1, &[E3]), 10, &mailbox(45 * 1024, false)).of(CheckId::L24).is_none());
        assert!(run(&person(1, &[E3]), 10, &mailbox(900, true)).of(CheckId::L24).is_none());
    }

    #[test]
    fn who_has_both_and_who_is_not_at_work_is_left_alone() {
        let both = person(1, &[E3, PREMIUM]);
        assert!(run(&both, 10, &mailbox(900, false)).of(CheckId::L24).is_none());
        let blocked = Person { enabled: Some(false), ..person(1, &[E3]) };
        assert!(run(&blocked, 10, &mailbox(900, false)).of(CheckId::L24).is_none());
    }

    #[test]
    fn without_the_report_nothing_is_said() {
        let outcome = run(&person(1, &[E3]), 10, &Footprint::unavailable(Missing::NamesConcealed));
        assert!(outcome.of(CheckId::L24).is_none());
        let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L24).expect("a note");
        assert_eq!(note.extent, crate::outcome::Extent::Whole);
    }
}
