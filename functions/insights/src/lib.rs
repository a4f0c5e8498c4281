//! What came of it over time: savings found, approved and realised, trends, renewals, calendars.

pub mod approve;
pub mod book;
pub mod calendar;
pub mod create_feed;
pub mod department;
pub mod exchange;
pub mod export_savings;
pub mod export_trends;
pub mod feed;
pub mod feeds;
pub mod ledger;
pub mod list_renewals;
pub mod realise;
pub mod renewal;
pub mod renewals_feed;
pub mod renewals_near;
pub mod revoke_feed;
pub mod savings;
pub mod trends;
pub mod watch_renewals;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    savings::FUNCTION,
    export_savings::FUNCTION,
    trends::FUNCTION,
    export_trends::FUNCTION,
    list_renewals::FUNCTION,
    create_feed::FUNCTION,
    feeds::FUNCTION,
    revoke_feed::FUNCTION,
    renewals_feed::FUNCTION,
    realise::FUNCTION,
    approve::FUNCTION,
    watch_renewals::FUNCTION,
    renewals_near::FUNCTION,
];
