//! What becomes of a subscription: it is renewed for more or fewer seats, lapses, or is cancelled.

use jiff::civil::Date;
use model::SkuId;
use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    directory::{Directory, Refused},
};

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its seats can be given.
    Enabled,
    /// It ended and can still be renewed: its seats can be given.
    Warning,
    /// Its days of grace are over: nobody is given a seat of it.
    Suspended,
    /// The company cancelled it.
    LockedOut,
}

impl Standing {
    /// All there are, in the order in which one decides how its licence type stands.
    const ALL: [Self; 4] = [Self::Enabled, Self::Warning, Self::Suspended, Self::LockedOut];

    /// Graph's `status`.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Warning => "Warning",
            Self::Suspended => "Suspended",
            Self::LockedOut => "LockedOut",
        }
    }
}

/// All that changes of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// Graph's `totalLicenses`.
    pub seats: u32,
    /// Graph's `status`.
    pub standing: Standing,
    /// The day of Graph's `nextLifecycleDateTime`.
    pub next: Option<Date>,
}

impl Directory {
    /// The subscriptions of a licence type, by their ids, in Graph's order; deleted ones left out.
    pub fn bought(&self, sku: SkuId) -> Vec<(String, Bought)> {
        let own = self.subscriptions.iter().filter(|one| self.skus[usize::from(one.sku)].id == sku);
        let known = own.filter_map(|one| {
            let standing = Standing::ALL.into_iter().find(|standing| standing.as_str() == one.status)?;
            let next = one.next_lifecycle.map(Day::date);
            Some((one.id.clone(), Bought { seats: one.seats, standing, next }))
        });
        known.collect()
    }

    /// Changes a subscription; the seats of its licence type follow.
    pub(crate) fn set_bought(&mut self, id: &str, to: Bought) -> Result<(), Refused> {
        let found = self.subscriptions.iter_mut().find(|one| one.id == id).ok_or_else(|| Refused::missing(id))?;
        if found.raw.is_some() {
            return Err(Refused::bad("What was saved is served as it was saved."));
        }
        let day = |date| Day::of(date).ok_or_else(|| Refused::bad("No such day."));
        (found.next_lifecycle, found.seats) = (to.next.map(day).transpose()?, to.seats);
        found.status = to.standing.as_str();
        let at = found.sku;
        let own = self.subscriptions.iter().filter(|one| one.sku == at);
        let seats = Standing::ALL.map(|standing| {
            let alike = own.clone().filter(|one| one.status == standing.as_str());
            alike.fold(0u32, |sum, one| sum.saturating_add(one.seats))
        });
        let sku = &mut self.skus[usize::from(at)];
        [sku.enabled, sku.warning, sku.suspended, sku.locked_out] = seats;
        let first = Standing::ALL.into_iter().zip(seats).find(|(_, seats)| *seats > 0);
        sku.status = first.map_or(to.standing, |(standing, _)| standing).as_str();
        Ok(())
    }
}
