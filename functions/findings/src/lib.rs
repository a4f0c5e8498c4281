//! What was found: the first screen, findings, the people in them, licences.

pub mod attest;
pub mod attestation;
pub mod attestation_answer;
pub mod attestation_preview;
pub mod attestations;
pub mod attestations_expire;
pub mod deps;
pub mod export;
pub mod export_licenses;
pub mod export_people;
pub mod get;
pub mod licenses;
pub mod list;
pub mod list_people;
pub mod overview;
pub mod people;
pub mod person;
pub mod roster;
pub mod status;
pub mod view;

pub use deps::Asking;
use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    overview::FUNCTION,
    list::FUNCTION,
    get::FUNCTION,
    people::FUNCTION,
    licenses::FUNCTION,
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
