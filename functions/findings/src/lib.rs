//! What was found: the first screen, findings, the people in them, licences; what they cost, and what the company
//! wants looked for.

pub mod amount;
pub mod bought;
pub mod checks;
pub mod export_prices;
pub mod get;
pub mod import_prices;
pub mod licenses;
pub mod list;
pub mod overview;
pub mod people;
pub mod price;
pub mod price_file;
pub mod prices;
pub mod remove_price;
pub mod set_price;
pub mod set_settings;
pub mod settings;
pub mod view;

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
];
