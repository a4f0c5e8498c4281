//! L8: a suite larger than what its person uses of it.
//!
//! Rule: three exchanges, from the surest to the least sure.
//! 1. Business Standard for Basic, Office 365 E3 for E1: no Office program was ever installed, and none was used on a
//!    computer for half a year.
//! 2. Microsoft 365 E3 for F3: the same, and mailbox and OneDrive are below 2 GB and there is no archive. F3 is for
//!    frontline work by its terms, so somebody has to say whether this is.
//! 3. E5 for E3: no calls and no meetings in Teams for 90 days. Most of what E5 has more is protection, which no report
//!    shows: somebody has to say whether it is used.
//!
//! Business Premium is never offered for less: its people would lose Entra ID P1, Intune and Defender.
//!
//! Traps: a licence of less than 90 days has had no time; administrators use what no report shows; the smaller licence
//! has to be bought first where none is free, and what is freed saves at the renewal; a business suite has at most 300
//! seats; a person whose Office plan is off was given the rest on purpose.

use model::SkuId;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, swap};
use crate::{
    evaluation::Context,
    facts::{License, Missing},
    footprint::Footprint,
    licence::LicenceType,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::Feature,
    products::named::{
        BUSINESS_BASIC, BUSINESS_STANDARD, MICROSOFT_E3, MICROSOFT_E5, MICROSOFT_F3, OFFICE_E1, OFFICE_E3, OFFICE_E5,
    },
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L8,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Suites larger than what their people use",
        why_it_matters: "Some people work in the browser and on their phone alone. The programs for a computer are most \
                         of what their licence costs.",
        what_changes: "They get a smaller licence in one step, so their mailbox and files stay. The smaller licence has \
                       to be bought first if none is free.",
        what_people_notice: "Word, Excel and Outlook on a computer can no longer be installed. In the browser and on a \
                             phone they work as before.",
        undo: "You can exchange the licences back as long as one is free.",
        technical_detail: "No row in getOffice365ActivationsUserDetail, and Windows and Mac are No in \
                           getM365AppUserDetail(D180); licence older than 90 days. Business Standard to Basic, Office \
                           365 E3 to E1. Microsoft 365 E3 to F3 also with mailbox and OneDrive below 2 GB and no \
                           archive. E5 to E3: Call Count and Meeting Count 0 in getTeamsUserActivityUserDetail(D90), \
                           no privileged role. Business Premium is not offered for less.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People licensed for less than 90 days, left alone for now",
        remedy: Remedy::SwapLicences,
        activity: false,
    },
};

/// A licence is left alone for so long.
const HELD_DAYS: i64 = 90;
/// What Microsoft 365 F3 holds of mail, and of files.
const FRONTLINE_MIB: u32 = 2 * 1024;

const ACTIVATIONS: &str = "Microsoft report of installed programs";
const APPS: &str = "Microsoft report of app use";
const TEAMS: &str = "Microsoft report of Teams use";

/// What has to hold for an exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Nothing is used on a computer.
    NoPrograms,
    /// That, and little is kept.
    Frontline,
    /// Nobody is called and nobody met.
    NoCalls,
}

const EXCHANGES: &[(SkuId, SkuId, When)] = &[
    (BUSINESS_STANDARD, BUSINESS_BASIC, When::NoPrograms),
    (OFFICE_E3, OFFICE_E1, When::NoPrograms),
    (MICROSOFT_E3, MICROSOFT_F3, When::Frontline),
    (MICROSOFT_E5, MICROSOFT_E3, When::NoCalls),
    (OFFICE_E5, OFFICE_E3, When::NoCalls),
];

fn headline(people: u32, _: u32) -> String {
    match people {
        1 => "1 person has a larger suite than they use".into(),
        _ => format!("{people} people have larger suites than they use"),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    if !candidate.is_at_work() {
        return Verdict::Clear;
    }
    let offered = candidate.paid().find_map(|(license, licence)| {
        let (_, to, when) = EXCHANGES.iter().find(|(from, ..)| *from == license.sku)?;
        Some((license, licence, *to, *when))
    });
    let Some((license, licence, to, when)) = offered else { return Verdict::Clear };
    let evidence = match seen(context, candidate, (license, licence), when) {
        Ok(Some(evidence)) => evidence,
        Ok(None) => return Verdict::Clear,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    if !candidate.held_for(HELD_DAYS, context.today).any(|(held, _)| held.sku == license.sku) {
        return Verdict::HeldBack;
    }
    let Some(room) = swap::room(context, license.sku, to) else { return Verdict::Clear };
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: if when == When::NoPrograms { Confidence::High } else { Confidence::Low },
        advice: if when == When::NoPrograms { Advice::Keep } else { Advice::Review },
        licences: vec![Claim { to: Some(to), ..Claim::from(license.sku) }],
        evidence: evidence.into_iter().chain([room]).collect(),
        from_activity: true,
    })
}

/// What speaks for an exchange; `None` where something speaks against it.
fn seen(
    context: &Context,
    candidate: &Candidate<'_>,
    (license, licence): (&License, &LicenceType),
    when: When,
) -> Result<Option<Vec<Evidence>>, Missing> {
    let footprint = &candidate.footprint;
    match when {
        When::NoCalls => {
            if context.directory.administrators.as_ref().map_err(|missing| *missing)?.contains(&candidate.person.id) {
                return Ok(None);
            }
            let teams = footprint.teams?;
            let none = Evidence::new("Calls and meetings in 90 days", "none", TEAMS, Some(teams.as_of));
            Ok((teams.calls == 0 && teams.meetings == 0).then(|| vec![none]))
        }
        When::NoPrograms | When::Frontline => {
            // Somebody whose programs were turned off is not a person who does not use them.
            if !licence.content_of(license).has(Feature::Office) {
                return Ok(None);
            }
            let Some(mut evidence) = no_programs(footprint)? else { return Ok(None) };
            if when == When::Frontline {
                let Some(little) = keeps_little(footprint)? else { return Ok(None) };
                evidence.extend(little);
            }
            Ok(Some(evidence))
        }
    }
}

fn no_programs(footprint: &Footprint) -> Result<Option<Vec<Evidence>>, Missing> {
    let (desktop, apps) = (footprint.desktop?, footprint.apps?);
    if desktop.office.is_some() || apps.desktop {
        return Ok(None);
    }
    let used = if apps.elsewhere { "in the browser or on a phone" } else { "not at all" };
    Ok(Some(vec![
        Evidence::new("Office programs installed", "none", ACTIVATIONS, Some(desktop.as_of)),
        Evidence::new("Office apps used in 180 days", used, APPS, Some(apps.as_of)),
    ]))
}

fn keeps_little(footprint: &Footprint) -> Result<Option<Vec<Evidence>>, Missing> {
    let mailbox = footprint.mailbox?;
    // A OneDrive never opened is not in the report.
    let drive = match footprint.drive {
        Ok(drive) => drive.used_mib,
        Err(Missing::NotCovered) => 0,
        Err(missing) => return Err(missing),
    };
    let little = mailbox.used_mib < FRONTLINE_MIB && drive < FRONTLINE_MIB && !mailbox.archive;
    Ok(little.then(|| super::l4_shared_mailbox::evidence(&mailbox)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{License, Person, Sku},
        footprint::{Apps, Desktop, Drive, Teams},
        testing::*,
    };

    const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    const E5: &str = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";
    const F3: &str = "66b55226-6b4f-492c-910c-a3b7a3c9d993";

    fn suite(id: &str, seats: u32) -> Sku {
        Sku { id: sku_id(id), ..sku(STANDARD, seats, 10) }
    }

    fn run(person: &Person, footprint: &Footprint) -> Outcome {
        let mut directory = full();
        directory.skus.extend([suite(E3, 10), suite(E5, 10), suite(F3, 12)]);
        directory.administrators = Ok([crate::testing::person(9, &[]).id].into());
        evaluate_one(directory, person, footprint)
    }

    fn browser() -> Footprint {
        Footprint {
            apps: Ok(Apps { as_of: ago(2), desktop: false, elsewhere: true }),
            desktop: Ok(Desktop { as_of: ago(2), office: None, visio: None, project: None }),
            ..busy()
        }
    }

    fn to(outcome: &Outcome) -> Option<SkuId> {
        outcome.of(CheckId::L8)?.affected[0].skus[0].to
    }

    #[test]
    fn standard_becomes_basic_for_somebody_who_never_installed_a_program() {
        let outcome = run(&person(1, &[STANDARD]), &browser());
        let finding = outcome.of(CheckId::L8).expect("a finding");
        assert_eq!((to(&outcome), finding.confidence), (Some(BUSINESS_BASIC), Confidence::High));
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 1400 - 700);
        assert_eq!((finding.remedy, finding.certainty), (Remedy::SwapLicences, Certainty::Likely));
        let room = finding.affected[0].evidence.last().expect("evidence");
        assert!(room.value.contains("bought first"), "no seat of Basic is free: {room:?}");
    }

    #[test]
    fn a_program_installed_once_or_used_speaks_against_it() {
        let installed =
            Footprint { desktop: Ok(Desktop { office: Some(ago(900)), ..browser().desktop.unwrap() }), ..browser() };
        assert_eq!(to(&run(&person(1, &[STANDARD]), &installed)), None);
        let used = Footprint { apps: Ok(Apps { desktop: true, ..browser().apps.unwrap() }), ..browser() };
        assert_eq!(to(&run(&person(1, &[STANDARD]), &used)), None);
    }

    #[test]
    fn ninety_days_are_not_longer_than_ninety_days() {
        let since = |days| Person {
            licenses: vec![License { changed: Some(ago(days)), ..license(STANDARD) }],
            ..person(1, &[])
        };
        assert_eq!(to(&run(&since(90), &browser())), None);
        assert_eq!(to(&run(&since(91), &browser())), Some(BUSINESS_BASIC));
    }

    #[test]
    fn premium_blocked_people_guests_and_programs_turned_off_are_left_alone() {
        assert_eq!(to(&run(&person(1, &[PREMIUM]), &browser())), None);
        assert_eq!(to(&run(&Person { enabled: Some(false), ..person(1, &[STANDARD]) }, &browser())), None);
        assert_eq!(to(&run(&Person { guest: true, ..person(1, &[STANDARD]) }, &browser())), None);
        let off = License { disabled_plans: vec![OFFICE.parse().expect("a GUID")], ..license(STANDARD) };
        assert_eq!(to(&run(&Person { licenses: vec![off], ..person(1, &[]) }, &browser())), None);
    }

    #[test]
    fn e3_becomes_f3_only_for_somebody_who_keeps_little() {
        let outcome = run(&person(1, &[E3]), &browser());
        assert_eq!(to(&outcome), Some(MICROSOFT_F3));
        let finding = outcome.of(CheckId::L8).expect("a finding");
        assert_eq!((finding.confidence, finding.affected[0].advice), (Confidence::Low, Advice::Review));
        let mailbox = browser().mailbox.unwrap();
        let drive = Drive { as_of: ago(2), used_mib: 2048, last: None };
        for much in [
            Footprint { mailbox: Ok(crate::footprint::Mailbox { used_mib: 2048, ..mailbox }), ..browser() },
            Footprint { mailbox: Ok(crate::footprint::Mailbox { archive: true, ..mailbox }), ..browser() },
            Footprint { drive: Ok(drive), ..browser() },
        ] {
            assert_eq!(to(&run(&person(1, &[E3]), &much)), None, "{much:?}");
        }
        let no_drive = Footprint { drive: Err(Missing::NotCovered), ..browser() };
        assert_eq!(to(&run(&person(1, &[E3]), &no_drive)), Some(MICROSOFT_F3));
    }

    #[test]
    fn e5_becomes_e3_to_be_looked_at_where_nobody_calls_or_meets_and_no_administrator_is_asked() {
        let silent = |calls, meetings| Footprint { teams: Ok(Teams { as_of: ago(2), calls, meetings }), ..busy() };
        assert_eq!(to(&run(&person(1, &[E5]), &silent(0, 0))), Some(MICROSOFT_E3));
        assert_eq!(to(&run(&person(1, &[E5]), &silent(1, 0))), None);
        assert_eq!(to(&run(&person(1, &[E5]), &silent(0, 1))), None);
        assert_eq!(to(&run(&person(9, &[E5]), &silent(0, 0))), None, "an administrator");
    }

    #[test]
    fn a_report_that_is_missing_says_nothing() {
        for missing in [Missing::NamesConcealed, Missing::Permission, Missing::Error] {
            let outcome = run(&person(1, &[STANDARD]), &Footprint::unavailable(missing));
            assert_eq!(to(&outcome), None);
            let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L8).expect("a note");
            assert_eq!(note.reason, missing);
        }
    }

    #[test]
    fn a_business_suite_is_not_filled_beyond_300() {
        let mut directory = full();
        directory.skus.iter_mut().find(|sku| sku.id == BUSINESS_BASIC).expect("Basic").consumed = 291;
        let outcome = evaluate_one(directory, &person(1, &[STANDARD]), &browser());
        assert_eq!(to(&outcome), None);
    }

    #[test]
    fn the_300_are_of_a_plan_with_its_variants_and_free_seats_are_none_to_buy() {
        const BASIC_NO_TEAMS: &str = "21502a13-c8dc-4744-be9c-177fd9d2eafc";
        // Ten people have Standard; Basic has ten licences more.
        let offered = |variant: u32, free: u32| {
            let mut directory = full();
            directory.skus.iter_mut().find(|sku| sku.id == BUSINESS_BASIC).expect("Basic").consumed = 10 - free;
            directory.skus.push(sku(BASIC_NO_TEAMS, variant, variant));
            to(&evaluate_one(directory, &person(1, &[STANDARD]), &browser())).is_some()
        };
        for (variant, free, fits) in
            [(200, 0, true), (280, 0, true), (281, 0, false), (281, 1, true), (290, 9, false), (290, 10, true)]
        {
            assert_eq!(offered(variant, free), fits, "{variant} of the variant and {free} free");
        }
    }
}
