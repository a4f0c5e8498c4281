//! What was found: the first screen, findings, the people in them, licences; what they cost, and what the company
//! wants looked for.

pub mod add_exception;
pub mod amount;
pub mod attest;
pub mod attestation;
pub mod attestation_answer;
pub mod attestation_preview;
pub mod attestations;
pub mod attestations_expire;
pub mod change_exception;
pub mod checks;
pub mod deps;
pub mod dismiss;
pub mod end_exception;
pub mod exception;
pub mod exceptions;
pub mod expire;
pub mod export;
pub mod export_licenses;
pub mod export_people;
pub mod export_prices;
pub mod get;
pub mod import_prices;
pub mod licenses;
pub mod list;
pub mod list_people;
pub mod overview;
pub mod people;
pub mod person;
pub mod price;
pub mod price_file;
pub mod prices;
pub mod remove_price;
pub mod roster;
pub mod set_price;
pub mod set_settings;
pub mod settings;
pub mod settle;
pub mod snooze;
pub mod status;
pub mod view;
pub mod wake;

pub use deps::Asking;
use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    overview::FUNCTION,
    list::FUNCTION,
    get::FUNCTION,
    people::FUNCTION,
    licenses::FUNCTION,
    prices::FUNCTION,
    set_price::FUNCTION,
    remove_price::FUNCTION,
    import_prices::FUNCTION,
    export_prices::FUNCTION,
    checks::FUNCTION,
    settings::FUNCTION,
    set_settings::FUNCTION,
    settle::FUNCTION,
    exceptions::FUNCTION,
    add_exception::FUNCTION,
    change_exception::FUNCTION,
    end_exception::FUNCTION,
    dismiss::FUNCTION,
    snooze::FUNCTION,
    wake::FUNCTION,
    expire::FUNCTION,
    list_people::FUNCTION,
    person::FUNCTION,
    export::FUNCTION,
    export_people::FUNCTION,
    export_licenses::FUNCTION,
    attestations::FUNCTION,
    attestation_preview::FUNCTION,
    attestation_answer::FUNCTION,
    attestations_expire::FUNCTION,
];
/// The function that reads at Microsoft who is whose manager.
pub const MICROSOFT_FUNCTIONS: &[Function<Asking>] = &[attest::FUNCTION];
