//! `GET /v1/trends`: what each day looked like. A day without a scan is a gap, and stays one.

use api::{Json, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::civil::Date;
use model::Money;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Snapshot, Tenant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::book::Days;

/// `insights-trends`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-trends", || routes!(trends));

/// Days asked about where nothing is said: a quarter.
pub(crate) const USUAL: i32 = 90;
/// Most days of one answer: a year and a month.
pub(crate) const DAYS_MOST: i32 = 400;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrendsQuery {
    /// The first day; 90 days up to the last one when absent.
    #[param(format = "date", example = "2026-09-01")]
    pub(crate) from: Option<String>,
    /// The last day; today when absent.
    #[param(format = "date", example = "2026-11-21")]
    pub(crate) to: Option<String>,
}

/// Day by day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Trends {
    /// Every day asked about, oldest first.
    #[schema(max_items = 400)]
    pub days: Vec<TrendDay>,
    /// Days with a scan: a line takes two.
    #[schema(example = 81)]
    pub measured: u32,
}

/// One day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrendDay {
    /// The day, in UTC.
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    /// What it looked like; absent where there was no scan: draw a gap, not a line.
    pub measured: Option<Measured>,
}

/// What a day looked like, at its last scan.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// What the bought seats cost a month, as far as prices are known.
    pub spend: Money,
    /// What could be saved a month, for certain.
    pub certain: Money,
    /// What could be saved a month, likely, on top.
    pub likely: Money,
    /// What seats given back up to this day save a month, at the prices of the days they were seen to be gone.
    pub saved: Money,
    /// Findings open.
    #[schema(example = 5)]
    pub findings: u32,
    /// People seen.
    #[schema(example = 42)]
    pub people: u32,
    /// Usable seats bought, of all licence types.
    #[schema(example = 60)]
    pub seats_bought: u32,
    /// Seats somebody has.
    #[schema(example = 51)]
    pub seats_assigned: u32,
}

impl Measured {
    fn of(day: &Snapshot, saved_minor: i64) -> Self {
        let sum = |pick: fn(&store::SeatsOfDay) -> u32| day.seats.iter().map(pick).fold(0, u32::saturating_add);
        Self {
            spend: day.spend_monthly,
            certain: day.certain_monthly,
            likely: day.likely_monthly,
            saved: Money::new(saved_minor, day.spend_monthly.currency),
            findings: day.findings,
            people: day.people,
            seats_bought: sum(|seats| seats.enabled),
            seats_assigned: sum(|seats| seats.consumed),
        }
    }
}

/// Read trends
#[utoipa::path(
    get, path = "/v1/trends", operation_id = "insights-trends", tag = "insights", params(TrendsQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "Day by day.", body = Trends),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn trends(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadFindings>,
    Query(query): Query<TrendsQuery>,
) -> Result<Json<Trends>> {
    let days = Days::read(query.from.as_deref(), query.to.as_deref(), deps.clock.today(), USUAL, DAYS_MOST)?;
    let days = by_day(&deps.store.of(caller.scope()), days).await?;
    let measured = days.iter().filter(|day| day.measured.is_some()).count();
    Ok(Json(Trends { days, measured: u32::try_from(measured).unwrap_or(u32::MAX) }))
}

/// Every day, with what was saved by then.
pub(crate) async fn by_day(tenant: &Tenant<'_>, days: Days) -> Result<Vec<TrendDay>> {
    let (known, mut changes) = tenant.trend(days.from).await?;
    let mut known = known.into_iter().peekable();
    changes.sort_by_key(|change| change.day);
    let mut changes = changes.iter().peekable();
    let mut saved: i64 = 0;
    let mut all = Vec::new();
    for day in days.each() {
        while let Some(change) = changes.next_if(|change| change.day <= day) {
            saved = saved.saturating_add(change.monthly_minor().unwrap_or(0));
        }
        let found = known.next_if(|snapshot| snapshot.day == day);
        all.push(TrendDay { day, measured: found.map(|snapshot| Measured::of(&snapshot, saved)) });
    }
    Ok(all)
}
