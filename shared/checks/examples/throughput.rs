//! How many people a second one evaluation of the whole catalogue takes, with every usage report at hand:
//! `cargo run --release -p checks --example throughput [people]`; and, on Linux, how much memory it held at the most.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use checks::{
    CATALOGUE, Directory, Evaluation, PriceList, Settings, Sources,
    facts::{License, MailboxPurpose, Person, Plan, Seats, SignIn, Sku, SkuStatus, Usage},
    footprint::{Apps, Copilot, Desktop, Drive, Footprint, Mailbox, Teams},
    plans::named_plans,
    products::PRODUCTS,
};
use jiff::civil::{Date, date};
use model::{Currency, PersonId, SkuId};
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 21);

/// Twenty licence types of sixty plans each; the first has the plan the eleventh has alone.
fn directory(people: u32) -> Directory {
    let plans: Vec<Plan> = named_plans().map(|(id, name)| Plan { id, name: name.into(), for_users: true }).collect();
    let sku = |(n, product): (usize, &checks::products::Product)| Sku {
        id: product.id,
        part_number: product.part_number.into(),
        for_users: true,
        status: SkuStatus::Enabled,
        seats: Seats { enabled: people, ..Seats::default() },
        consumed: people,
        plans: if n < 10 { plans[..60].to_vec() } else { vec![plans[n % 3].clone()] },
    };
    let chosen = PRODUCTS[..10].iter().chain(&PRODUCTS[18..28]);
    Directory::bought(chosen.enumerate().map(sku).collect(), Ok(vec![]))
}

fn license(sku: SkuId) -> License {
    let changed = Some(date(2024, 1, 1));
    License { sku, disabled_plans: vec![], direct: true, groups: vec![], error: None, changed }
}

/// One in ten inactive, one in twenty blocked, one in five with a redundant add-on.
fn person(n: u32, skus: &[SkuId]) -> Person {
    let last = if n.is_multiple_of(10) { date(2026, 3, 1) } else { date(2026, 11, 20) };
    let mut licenses = vec![license(skus[n as usize % 10])];
    if n.is_multiple_of(5) {
        licenses.push(license(skus[10 + n as usize % 10]));
    }
    Person {
        id: PersonId(Uuid::from_u128(u128::from(n) + 1)),
        upn: format!("person{n}@contoso.com"),
        name: format!("Person {n}"),
        enabled: Some(!n.is_multiple_of(20)),
        guest: false,
        created: Some(date(2022, 1, 1)),
        department: Some(format!("Department {}", n % 12)),
        synced: false,
        purpose: Some(MailboxPurpose::User),
        licenses,
        failed: vec![],
        sign_in: SignIn::Known { successful: Some(last), interactive: Some(last), non_interactive: None },
    }
}

/// What the reports say of somebody at work, and of the others that they are away.
fn footprint(n: u32) -> Footprint {
    let as_of = TODAY;
    let works = !n.is_multiple_of(10);
    let last = works.then_some(date(2026, 11, 19));
    Footprint {
        mailbox: Ok(Mailbox { as_of, used_mib: 100 * (n % 600), archive: n.is_multiple_of(7), purpose: None, last }),
        drive: Ok(Drive { as_of, used_mib: n % 5_000, last }),
        apps: Ok(Apps { as_of, desktop: works && n.is_multiple_of(2), elsewhere: works }),
        desktop: Ok(Desktop { as_of, office: last, visio: None, project: last.filter(|_| n.is_multiple_of(30)) }),
        teams: Ok(Teams { as_of, calls: n % 3, meetings: n % 9 }),
        copilot: Ok(Copilot { as_of, last }),
    }
}

/// A line of what Linux tells of this process, KiB: `VmRSS`, `VmHWM`.
fn kib(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let told = status.lines().find_map(|told| told.strip_prefix(line)?.strip_prefix(':'))?;
    told.trim().trim_end_matches("kB").trim().parse().ok()
}

fn main() {
    let people: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let directory = directory(people);
    let skus: Vec<SkuId> = directory.skus.iter().map(|sku| sku.id).collect();
    let now = "2026-11-21T08:00:00Z".parse().expect("a time");
    let crowd: Vec<(Person, Footprint)> = (0..people).map(|n| (person(n, &skus), footprint(n))).collect();
    let usage = Usage::Known { last: None, refreshed: TODAY };
    let prices = PriceList::built_in(Currency::Usd);
    let before = kib("VmRSS");
    let start = Instant::now();
    let mut evaluation = Evaluation::new(directory, Settings::default(), prices, now);
    for (person, footprint) in &crowd {
        evaluation.person_with(person, &usage, footprint, None);
    }
    let folded = start.elapsed();
    let outcome = evaluation.finish(&Sources::both(TODAY));
    let finished = start.elapsed() - folded;
    let held = kib("VmHWM").zip(before).map(|(most, before)| most.saturating_sub(before));
    let rate = f64::from(people) / folded.as_secs_f64();
    let (checks, found) = (CATALOGUE.len(), outcome.findings.len());
    println!(
        "{people} people in {folded:.2?} ({rate:.0} a second on one core) through {checks} checks, outcome of {found} \
         findings in {finished:.2?}, {} KiB held at the most",
        held.map_or_else(|| "unknown".into(), |held| held.to_string())
    );
    for finding in &outcome.findings {
        println!("{} {}: {} people", finding.check, finding.headline, finding.affected.len());
    }
}
