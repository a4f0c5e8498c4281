//! What was found: the first screen, findings, the people in them, licences.

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
];
