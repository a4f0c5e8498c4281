mod events;
mod events_export;
mod events_seal;
mod events_verify;
mod get;
pub mod policy;
mod set_policy;
