//! How many people a second one evaluation takes: `cargo run -p checks --example throughput [people]`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use checks::{
    Directory, Evaluation, PriceList, Settings, Sources,
    facts::{License, MailboxPurpose, Person, Plan, Seats, SignIn, Sku, SkuStatus, Usage},
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
        department: None,
        synced: false,
        purpose: Some(MailboxPurpose::User),
        licenses,
        failed: vec![],
        sign_in: SignIn::Known { successful: Some(last), interactive: Some(last), non_interactive: None },
    }
}

fn main() {
    let people: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let directory = directory(people);
    let skus: Vec<SkuId> = directory.skus.iter().map(|sku| sku.id).collect();
    let now = "2026-11-21T08:00:00Z".parse().expect("a time");
    let crowd: Vec<Person> = (0..people).map(|n| person(n, &skus)).collect();
    let usage = Usage::Known { last: None, refreshed: TODAY };
    let prices = PriceList::built_in(Currency::Usd);
    let start = Instant::now();
    let mut evaluation = Evaluation::new(directory, Settings::default(), prices, now);
    for person in &crowd {
        evaluation.person(person, &usage, None);
    }
    let folded = start.elapsed();
    let outcome = evaluation.finish(&Sources::both(TODAY));
    let finished = start.elapsed() - folded;
    let rate = f64::from(people) / folded.as_secs_f64();
    println!("{people} people in {folded:.2?} ({rate:.0} a second), outcome in {finished:.2?}");
    for finding in &outcome.findings {
        println!("{} {}: {} people", finding.check, finding.headline, finding.affected.len());
    }
}
