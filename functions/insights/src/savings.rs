//! `GET /v1/savings`: the ledger: what was found, approved and really saved, by month or by department.

use std::collections::HashMap;

use api::{Error, Json, Query, Result};
use axum::extract::State;
use checks::{WhosePrices, people::unpack};
use identity::{Caller, can};
use jiff::civil::Date;
use model::{Money, PersonId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{AffectedPart, Bucket, Company, Tenant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::{
    book::{Book, Days, Month},
    department::Sums,
};

/// `insights-savings`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-savings", || routes!(savings));

/// Days asked about where nothing is said: a year.
pub(crate) const USUAL: i32 = 365;
/// Most days of one question: three years.
pub(crate) const DAYS_MOST: i32 = 1100;

/// Which days, and by what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SavingsQuery {
    /// The first day; a year before the last one when absent.
    #[param(format = "date", example = "2026-01-01")]
    from: Option<String>,
    /// The last day; today when absent.
    #[param(format = "date", example = "2026-12-31")]
    to: Option<String>,
    /// `month` (as when absent) or `department`.
    #[serde(default)]
    #[param(inline)]
    by: By,
}

/// By what savings are grouped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By month.
    #[default]
    Month,
    /// By department, as of the last scan.
    Department,
}

/// The ledger.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SavingsView {
    /// The first day.
    #[schema(value_type = String, format = "date")]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = "date")]
    pub to: Date,
    /// What fixes that first ended in these days save a month once seats are given back; undone ones left out.
    pub approved: Money,
    /// What seats given back in these days save a month, at the prices of the day they were seen to be gone, less what
    /// came instead of them.
    pub realised: Money,
    /// Seats given back.
    #[schema(example = 4)]
    pub seats_realised: u32,
    /// Of these, seats whose price was missing: `realised` is without them.
    #[schema(example = 0)]
    pub seats_without_price: u32,
    /// Whose prices `realised` rests on; absent where nothing was realised at a known price.
    pub whose_prices: Option<WhosePrices>,
    /// Month by month, oldest first; months in which nothing is known are left out. Empty by department.
    #[schema(max_items = 40)]
    pub months: Vec<Month>,
    /// By department, the dearest first. Empty by month.
    #[schema(max_items = 1000)]
    pub departments: Vec<Department>,
}

/// What a department could save now, and what fixes have freed of its people. Seats given back are nobody's, so nothing
/// is realised by department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// As your directory has it: show it as text only. Absent for people without one.
    #[schema(example = "Sales")]
    pub department: Option<String>,
    /// People in it.
    #[schema(example = 12)]
    pub people: u32,
    /// What their licences cost a month, as far as prices are known.
    pub monthly: Money,
    /// Licences whose price is missing: the amounts are without them.
    #[schema(example = 0)]
    pub price_missing: u32,
    /// What acting on findings about its people saves a month: its part of the savings of those findings. What is
    /// accepted, fixed or saves nothing is not in it.
    pub found: Money,
    /// What fixes that ended in these days took from its people, a month; undone ones left out. People who are not in
    /// your directory any more count where they were when it ended.
    pub approved: Money,
}

/// Read savings
///
/// *Found* is what could be saved, *approved* what fixes have freed, *realised* what is really no longer paid for: seats
/// that were gone after their renewal or after a fix. A seat counts once: bought again and given back again it is no new
/// saving. Seats that others came instead of save what those cost less: as the fix exchanged them, or as other licence
/// types were bought around the renewal. What is not renewed counts from the day it ended on: seats nobody has at once,
/// others when Microsoft's days of grace are over.
#[utoipa::path(
    get, path = "/v1/savings", operation_id = "insights-savings", tag = "insights", params(SavingsQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The ledger.", body = SavingsView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn savings(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadFindings>,
    Query(query): Query<SavingsQuery>,
) -> Result<Json<SavingsView>> {
    let days = Days::read(query.from.as_deref(), query.to.as_deref(), deps.clock.today(), USUAL, DAYS_MOST)?;
    let tenant = deps.store.of(caller.scope());
    let currency = tenant.get::<Company>(&()).await?.ok_or_else(Error::not_found)?.value.currency;
    let book = Book::read(&tenant, days, currency).await?;
    let months = book.months();
    let sum = |pick: fn(&Month) -> i64| months.iter().map(pick).fold(0, i64::saturating_add);
    let count = |pick: fn(&Month) -> u32| months.iter().map(pick).fold(0, u32::saturating_add);
    Ok(Json(SavingsView {
        from: days.from,
        to: days.to,
        approved: Money::new(sum(|month| month.approved.amount_minor), currency),
        realised: Money::new(sum(|month| month.realised.amount_minor), currency),
        seats_realised: count(|month| month.seats_realised),
        seats_without_price: count(|month| month.seats_without_price),
        whose_prices: book.whose_prices(),
        departments: if query.by == By::Department { departments(&tenant, &book).await? } else { Vec::new() },
        months: if query.by == By::Month { months } else { Vec::new() },
    }))
}

/// What each department costs and could save: one pass over everybody.
pub(crate) async fn departments(tenant: &Tenant<'_>, book: &Book) -> Result<Vec<Department>> {
    let Some(licensing) = &book.licensing else { return Ok(Vec::new()) };
    let mut found: HashMap<PersonId, i64> = HashMap::new();
    for part in tenant.all::<AffectedPart>().await? {
        for affected in part.value.open()? {
            let counted = affected.skus.iter().filter(|sku| sku.counts);
            let minor =
                counted.filter_map(|sku| sku.monthly).fold(0, |sum: i64, money| sum.saturating_add(money.amount_minor));
            let sum = found.entry(affected.person).or_default();
            *sum = sum.saturating_add(minor);
        }
    }
    let mut sums: Sums<Sum> = Sums::default();
    for bucket in tenant.all::<Bucket>().await? {
        unpack(&bucket.value.rows, |row| {
            let person = row.person;
            let sum = sums.of(person.department.as_deref());
            sum.people += 1;
            for license in &person.licenses {
                match licensing.holding_cost(license.sku).monthly(&licensing.prices) {
                    Some(money) => sum.monthly = sum.monthly.saturating_add(money.amount_minor),
                    None => sum.price_missing += 1,
                }
            }
            sum.found = sum.found.saturating_add(found.get(&person.id).copied().unwrap_or(0));
        })
        .map_err(Error::internal)?;
    }
    for (name, minor) in book.approvals.iter().flat_map(|approval| &approval.departments) {
        let approved = &mut sums.of(name.as_deref()).approved;
        *approved = approved.saturating_add(*minor);
    }
    let money = |minor| Money::new(minor, book.currency);
    let department = |(department, sum): (Option<String>, Sum)| Department {
        department,
        people: sum.people,
        monthly: money(sum.monthly),
        price_missing: sum.price_missing,
        found: money(sum.found),
        approved: money(sum.approved),
    };
    let mut departments: Vec<Department> = sums.named().map(department).collect();
    departments.sort_by_key(|one| std::cmp::Reverse((one.found.amount_minor, one.monthly.amount_minor)));
    departments.truncate(1000);
    Ok(departments)
}

/// Sums of one department, amounts in minor units.
#[derive(Default)]
struct Sum {
    people: u32,
    monthly: i64,
    price_missing: u32,
    found: i64,
    approved: i64,
}
