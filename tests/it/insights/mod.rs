//! Savings over time.

mod approve;
mod create_feed;
mod export_savings;
mod export_trends;
mod feeds;
mod list_renewals;
pub mod realise;
mod renewals_feed;
pub mod renewals_near;
mod revoke_feed;
mod savings;
mod trends;
mod watch_renewals;
