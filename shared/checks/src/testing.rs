//! Facts for unit tests.

use jiff::{Span, Timestamp, civil::Date};
use model::{Currency, PersonId, SkuId};
use uuid::Uuid;

use crate::{
    CheckId,
    evaluation::{Directory, Evaluation, Sources},
    facts::*,
    footprint::{Apps, Copilot, Desktop, Drive, Footprint, Mailbox, Teams},
    outcome::{Finding, Outcome},
    prices::PriceList,
    settings::Settings,
};

pub const TODAY: Date = jiff::civil::date(2026, 11, 21);
pub const BASIC: &str = "3b555118-da6a-4418-894f-7df1e2096870";
pub const STANDARD: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";
pub const PREMIUM: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
pub const EXCHANGE_1: &str = "4b9405b0-7788-4568-add1-99614e613b69";
pub const EXCHANGE_2: &str = "19ec0d23-8335-4cbd-94ac-6050e30712fa";
pub const POWER_BI: &str = "f8a1db68-be16-40ed-86d5-cb42ce701560";
pub const MAIL_1: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
pub const MAIL_2: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";
pub const OFFICE: &str = "094e7854-93fc-4d55-b2c0-3ab5369ebdc1";
pub const TEAMS: &str = "57ff2da0-773e-42df-b2af-ffb7a2317929";
pub const FILES_1: &str = "c7699d2e-19aa-44de-8edf-1736da088ca1";
pub const BI: &str = "70d33638-9c74-4d01-bfd3-562de28bd4ba";

pub fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().expect("a time")
}

pub fn ago(days: i32) -> Date {
    TODAY.checked_sub(Span::new().days(days)).expect("a date")
}

pub fn prices() -> PriceList {
    PriceList::built_in(Currency::Usd)
}

pub fn sku_id(id: &str) -> SkuId {
    id.parse().expect("a GUID")
}

/// A licence type with the plans these tests need.
pub fn sku(id: &str, enabled: u32, consumed: u32) -> Sku {
    let plans: &[&str] = match id {
        BASIC => &[MAIL_1, TEAMS, FILES_1],
        STANDARD | PREMIUM => &[MAIL_1, TEAMS, FILES_1, OFFICE],
        EXCHANGE_1 => &[MAIL_1],
        EXCHANGE_2 => &[MAIL_2],
        POWER_BI => &[BI],
        _ => &[],
    };
    let plan = |id: &&str| Plan { id: id.parse().expect("a GUID"), name: String::new(), for_users: true };
    Sku {
        id: sku_id(id),
        part_number: format!("PART_{}", &id[..4]),
        for_users: true,
        status: SkuStatus::Enabled,
        seats: Seats { enabled, ..Seats::default() },
        consumed,
        plans: plans.iter().map(plan).collect(),
    }
}

/// A licence type with these plans.
pub fn with_plans(id: &str, plans: &[&str]) -> Sku {
    let plan = |id: &&str| Plan { id: id.parse().expect("a GUID"), name: String::new(), for_users: true };
    Sku { plans: plans.iter().map(plan).collect(), ..sku(id, 10, 10) }
}

pub fn subscription(sku: &str, seats: u32, renews: Option<&str>) -> Subscription {
    Subscription {
        id: format!("sub-{sku}-{seats}"),
        sku: sku_id(sku),
        created: None,
        next_lifecycle: renews.map(|day| format!("{day}T00:00:00Z").parse().expect("a time")),
        trial: false,
        status: SkuStatus::Enabled,
        seats,
        through_partner: false,
    }
}

/// Somebody with an own mailbox, made two years ago, with these licences assigned directly a year ago.
pub fn person(n: u128, skus: &[&str]) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(n)),
        upn: format!("p{n}@contoso.com"),
        name: format!("Person {n}"),
        enabled: Some(true),
        guest: false,
        created: Some(ago(730)),
        department: None,
        synced: false,
        purpose: Some(MailboxPurpose::User),
        licenses: skus.iter().map(|sku| license(sku)).collect(),
        failed: vec![],
        sign_in: signed_in(1),
    }
}

pub fn license(sku: &str) -> License {
    License {
        sku: sku_id(sku),
        disabled_plans: vec![],
        direct: true,
        groups: vec![],
        error: None,
        changed: Some(ago(365)),
    }
}

pub fn signed_in(days: i32) -> SignIn {
    SignIn::Known { successful: Some(ago(days)), interactive: Some(ago(days)), non_interactive: None }
}

pub const fn never_signed_in() -> SignIn {
    SignIn::Known { successful: None, interactive: None, non_interactive: None }
}

pub fn idle_report() -> Usage {
    Usage::Known { last: None, refreshed: ago(2) }
}

pub fn directory(skus: Vec<Sku>) -> Directory {
    Directory { deleted: Ok(vec![]), ..Directory::bought(skus, Ok(vec![])) }
}

/// A directory with ten seats, all taken, of every licence type these tests know.
pub fn full() -> Directory {
    directory([BASIC, STANDARD, PREMIUM, EXCHANGE_1, EXCHANGE_2, POWER_BI].map(|id| sku(id, 10, 10)).to_vec())
}

pub fn evaluate(directory: Directory, people: &[(Person, Usage, Option<Date>)]) -> Outcome {
    evaluate_with(directory, Settings::default(), Sources::both(TODAY), people)
}

/// One person with what the reports say of them, in a directory of their own.
pub fn evaluate_one(directory: Directory, person: &Person, footprint: &Footprint) -> Outcome {
    let mut evaluation = Evaluation::new(directory, Settings::default(), prices(), now());
    evaluation.person_with(person, &Usage::Known { last: Some(ago(3)), refreshed: ago(2) }, footprint, None);
    evaluation.finish(&Sources::both(TODAY))
}

/// Somebody who uses everything.
pub fn busy() -> Footprint {
    let as_of = ago(2);
    let mailbox =
        Mailbox { as_of, used_mib: 900, archive: false, purpose: Some(MailboxPurpose::User), last: Some(ago(3)) };
    Footprint {
        mailbox: Ok(mailbox),
        drive: Ok(Drive { as_of, used_mib: 500, last: Some(ago(3)) }),
        apps: Ok(Apps { as_of, desktop: true, elsewhere: true }),
        desktop: Ok(Desktop { as_of, office: Some(ago(400)), visio: Some(ago(400)), project: Some(ago(400)) }),
        teams: Ok(Teams { as_of, calls: 7, meetings: 4 }),
        copilot: Ok(Copilot { as_of, last: Some(ago(3)) }),
    }
}

pub fn evaluate_with(
    directory: Directory,
    settings: Settings,
    sources: Sources,
    people: &[(Person, Usage, Option<Date>)],
) -> Outcome {
    let mut evaluation = Evaluation::new(directory, settings, prices(), now());
    for (person, usage, disabled_since) in people {
        evaluation.person(person, usage, *disabled_since);
    }
    evaluation.finish(&sources)
}

impl Outcome {
    /// The first finding of a check.
    pub fn of(&self, check: CheckId) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }
}
