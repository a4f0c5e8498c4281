//! The ledger as people read it: month by month, what was found, approved and realised.

use std::collections::BTreeMap;

use api::{Code, Error, FieldProblem, Result};
use checks::{Licensing, PriceBasis, WhosePrices};
use jiff::{Span, civil::Date};
use model::{Currency, Money};
use serde::{Deserialize, Serialize};
use store::{Approval, SeatChange, Snapshot, Tenant};
use utoipa::ToSchema;

/// Most days of one question: ten years.
const DAYS_MOST: i32 = 3660;

/// The days asked about, both among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

impl Days {
    /// As asked for; without a beginning the `usual` days up to the end, without an end up to today.
    ///
    /// # Errors
    /// When they are no days, the wrong way round, or more than `most`.
    pub fn read(from: Option<&str>, to: Option<&str>, today: Date, usual: i32, most: i32) -> Result<Self> {
        let mut errors = Vec::new();
        let mut day = |name: &str, text: Option<&str>| -> Option<Date> {
            let read = text?.parse().ok();
            if read.is_none() {
                errors.push(FieldProblem::new(name, "not_a_day", "Write a day such as 2026-11-21."));
            }
            read
        };
        let (from, to) = (day("from", from), day("to", to));
        let to = to.unwrap_or(today);
        let from = from.unwrap_or_else(|| to.saturating_sub(Span::new().days(usual - 1)));
        if errors.is_empty() && from > to {
            errors.push(FieldProblem::new("from", "out_of_range", "It is after `to`."));
        } else if errors.is_empty() && (to - from).get_days() >= most.min(DAYS_MOST) {
            errors.push(FieldProblem::new("from", "out_of_range", format!("Ask for at most {most} days.")));
        }
        if errors.is_empty() {
            return Ok(Self { from, to });
        }
        let mut error = Error::new(Code::BadQuery, "Check the days named in `errors`.");
        error.problem.errors = errors;
        Err(error)
    }

    /// Whether a day is among them.
    pub fn hold(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// One by one.
    pub fn each(&self) -> impl Iterator<Item = Date> {
        let to = self.to;
        std::iter::successors(Some(self.from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
    }
}

/// What happened to savings in some days.
#[derive(Debug)]
pub struct Book {
    /// What prices are in.
    pub currency: Currency,
    /// What days with a scan looked like, oldest first.
    pub days: Vec<Snapshot>,
    /// Fixes that ended, oldest first.
    pub approvals: Vec<Approval>,
    /// Seats that became fewer or more, oldest first.
    pub changes: Vec<SeatChange>,
    /// Names of licence types; `None` before the first scan.
    pub licensing: Option<Licensing>,
}

impl Book {
    /// What is kept of these days. Three bounded lists: a day, a fix, a change of seats each.
    pub async fn read(tenant: &Tenant<'_>, days: Days, currency: Currency) -> Result<Self> {
        let within = |at| days.hold(model::utc_date(at));
        let approvals = tenant.all::<Approval>().await?.into_iter().map(|one| one.value);
        let (mut measured, mut changes) = tenant.trend(days.from).await?;
        measured.retain(|one| days.hold(one.day));
        changes.retain(|one| days.hold(one.day));
        // They are kept in the order they were seen in, and some count from an earlier day.
        changes.sort_by_key(|change| change.day);
        Ok(Self {
            currency,
            days: measured,
            approvals: approvals.filter(|one| within(one.at)).collect(),
            changes,
            licensing: tenant.licensing().await?,
        })
    }

    /// Whose prices what was realised rests on; `None` where nothing was at a price.
    pub fn whose_prices(&self) -> Option<WhosePrices> {
        let mut bases = self.changes.iter().filter(|change| change.realised > 0).filter_map(|change| change.basis);
        let whose = |basis| if basis == PriceBasis::Own { WhosePrices::Own } else { WhosePrices::List };
        let first = whose(bases.next()?);
        Some(if bases.all(|basis| whose(basis) == first) { first } else { WhosePrices::Mixed })
    }

    /// Month by month, oldest first; months in which nothing is known are left out.
    pub fn months(&self) -> Vec<Month> {
        let mut months: BTreeMap<String, Month> = BTreeMap::new();
        let zero = Money::zero(self.currency);
        let mut month = |day: Date, note: &dyn Fn(&mut Month)| {
            let name = day.strftime("%Y-%m").to_string();
            let blank = || Month {
                month: name.clone(),
                found: None,
                approved: zero,
                realised: zero,
                seats_realised: 0,
                seats_without_price: 0,
                seats_added: 0,
                seats_gone_otherwise: 0,
            };
            note(months.entry(name.clone()).or_insert_with(blank));
        };
        for day in &self.days {
            // The last of the month stays.
            let found = Found { certain: day.certain_monthly, likely: day.likely_monthly, as_of: day.day };
            month(day.day, &|month| month.found = Some(found.clone()));
        }
        for approval in &self.approvals {
            let day = model::utc_date(approval.at);
            month(day, &|month| add(&mut month.approved, approval.monthly_minor));
        }
        for change in &self.changes {
            month(change.day, &|month| {
                let more = |sum: &mut u32, seats: u32| *sum = sum.saturating_add(seats);
                add(&mut month.realised, change.monthly_minor().unwrap_or(0));
                more(&mut month.seats_realised, change.realised);
                if change.seat_minor.is_none() {
                    more(&mut month.seats_without_price, change.realised);
                }
                more(&mut month.seats_added, change.after.saturating_sub(change.before));
                let gone = change.before.saturating_sub(change.after).saturating_sub(change.realised);
                more(&mut month.seats_gone_otherwise, gone);
            });
        }
        months.into_values().collect()
    }
}

fn add(sum: &mut Money, minor: i64) {
    sum.amount_minor = sum.amount_minor.saturating_add(minor);
}

/// One month of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Month {
    /// Which.
    #[schema(example = "2026-11", pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub month: String,
    /// What could be saved a month, at its last scan; absent where there was none.
    pub found: Option<Found>,
    /// What fixes that first ended in it save a month once seats are given back, with what retries did later; undone
    /// ones left out.
    pub approved: Money,
    /// What seats given back in it save a month, at the prices of the day they were seen to be gone, less what came
    /// instead of them. Seats of a subscription that was not renewed count from the day it ended on.
    pub realised: Money,
    /// Seats given back.
    #[schema(example = 4)]
    pub seats_realised: u32,
    /// Of these, seats whose price was missing: `realised` is without them.
    #[schema(example = 0)]
    pub seats_without_price: u32,
    /// Seats bought. They do not take back what was saved before, and they cost.
    #[schema(example = 0)]
    pub seats_added: u32,
    /// Seats that are gone and count as no saving: after no renewal and no fix, given back a second time, or exchanged
    /// for what costs as much.
    #[schema(example = 0)]
    pub seats_gone_otherwise: u32,
}

/// What could be saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// For certain.
    pub certain: Money,
    /// Likely, on top.
    pub likely: Money,
    /// The day of the scan.
    #[schema(value_type = String, format = "date")]
    pub as_of: Date,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::{FixId, ScanId, SkuId};

    use super::*;

    fn approval(monthly_minor: i64) -> Approval {
        let at = "2026-11-20T10:00:00Z".parse().unwrap();
        let (fix, departments) = (FixId::from_bits(1), Vec::new());
        let (freed, seats, given) = (Vec::new(), Vec::new(), Vec::new());
        let (retried_at, items, undone) = (None, 4, 1);
        Approval { fix, at, retried_at, items, undone, monthly_minor, departments, freed, seats, given }
    }

    fn change(day: Date, before: u32, after: u32, realised: u32, seat_minor: Option<i64>) -> SeatChange {
        let sku = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
        let (scan, cause, basis) = (ScanId::from_bits(1), None, seat_minor.map(|_| PriceBasis::List));
        let (freed_by, bought_instead, net_minor) = (Vec::new(), Vec::new(), None);
        SeatChange {
            scan,
            sku,
            day,
            before,
            after,
            realised,
            cause,
            seat_minor,
            basis,
            freed_by,
            bought_instead,
            net_minor,
        }
    }

    #[test]
    fn a_month_adds_up_and_says_what_it_leaves_out() {
        let book = Book {
            currency: Currency::Usd,
            days: Vec::new(),
            approvals: vec![approval(6600)],
            changes: vec![
                change(date(2026, 11, 2), 40, 36, 4, Some(2200)),
                change(date(2026, 11, 3), 5, 2, 3, None),
                change(date(2026, 11, 4), 36, 40, 0, Some(2200)),
                change(date(2026, 12, 4), 40, 36, 0, Some(2200)),
            ],
            licensing: None,
        };
        let months = book.months();
        assert_eq!(months.len(), 2);
        let november = &months[0];
        assert_eq!((november.month.as_str(), november.approved.amount_minor), ("2026-11", 6600));
        assert_eq!((november.realised.amount_minor, november.seats_realised), (8800, 7));
        assert_eq!((november.seats_without_price, november.seats_added, november.seats_gone_otherwise), (3, 4, 0));
        assert_eq!((months[1].realised.amount_minor, months[1].seats_gone_otherwise), (0, 4));
        assert_eq!(book.whose_prices(), Some(WhosePrices::List), "what has no price rests on none");
        let own = SeatChange { basis: Some(PriceBasis::Own), ..book.changes[0].clone() };
        let mut other = book;
        other.changes.push(own.clone());
        assert_eq!(other.whose_prices(), Some(WhosePrices::Mixed));
        other.changes = vec![own];
        assert_eq!(other.whose_prices(), Some(WhosePrices::Own));
    }

    #[test]
    fn days_are_asked_for_in_order_and_not_without_end() {
        let today = date(2026, 11, 21);
        let read = |from, to| Days::read(from, to, today, 90, 400);
        assert_eq!(read(None, None).unwrap(), Days { from: date(2026, 8, 24), to: today });
        assert_eq!(read(Some("2026-11-20"), None).unwrap().each().count(), 2);
        for (from, to) in [("2026-11-22", "2026-11-21"), ("x", "2026-11-21"), ("2020-01-01", "2026-11-21")] {
            assert!(read(Some(from), Some(to)).is_err(), "{from} {to}");
        }
        assert!(read(Some("-009999-01-01"), Some("9999-12-31")).is_err());
    }
}
