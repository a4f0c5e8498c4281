//! The catalogue of checks: pure rules over facts about a directory. No I/O and no clock: the time is passed in.
//!
//! [`Evaluation`] takes the directory, then one person at a time, and gives an [`Outcome`] as often as it is asked.
//! [`catalogue::CATALOGUE`] has one file a check: its text for an owner, its rule and its thresholds.

mod activity;
pub mod catalogue;
mod containment;
mod evaluation;
pub mod exceptions;
pub mod facts;
pub mod footprint;
mod found;
mod guards;
mod licence;
mod licensing;
mod mended;
mod notes;
pub mod outcome;
pub mod people;
pub mod plans;
pub mod prices;
pub mod products;
pub mod settings;
mod settle;
pub mod targets;
#[cfg(test)]
mod testing;

pub use catalogue::{CATALOGUE, Check, CheckId, Stake, Text};
pub use evaluation::{Directory, Evaluation, Sources};
pub use exceptions::{Exception, Exceptions};
pub use footprint::{Footprint, Wanted, asks_purpose};
pub use licensing::{Licensing, SeatCost, is_term, reduce_by, reduce_until};
pub use mended::Mended;
pub use outcome::{Finding, Outcome, Totals};
pub use prices::{OwnPrice, Price, PriceBasis, PriceConfidence, PriceList, PricesUsed, Term, WhosePrices};
pub use products::product_name;
pub use settings::{Settings, SettingsError};
pub use settle::{Basis, settle};
