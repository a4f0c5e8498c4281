//! What every exchange of one suite for another has to look at: whether there are seats of the other.

use model::SkuId;

use crate::{
    evaluation::Context,
    outcome::Evidence,
    products::{
        named::{BUSINESS_BASIC, BUSINESS_PREMIUM, BUSINESS_STANDARD},
        product_name,
    },
};

/// Seats a business suite may have in one directory.
///
/// Source: Microsoft, "Microsoft 365 for business FAQ". That each business suite has a limit of its own is commonly
/// said and not verified; it is the reading that proposes less.
pub(super) const BUSINESS_SEATS_MAX: u32 = 300;

/// Free seats of `to`, told; `None` where it could not hold everybody who has `from`.
pub(super) fn room(context: &Context, from: SkuId, to: SkuId) -> Option<Evidence> {
    let licence = |sku: SkuId| context.licences.get(&sku);
    let consumed = |sku: SkuId| licence(sku).map_or(0, |licence| licence.sku.consumed);
    let business = [BUSINESS_BASIC, BUSINESS_STANDARD, BUSINESS_PREMIUM].contains(&to);
    if business && consumed(to).saturating_add(consumed(from)) > BUSINESS_SEATS_MAX {
        return None;
    }
    let free = licence(to).map_or(0, |licence| licence.sku.seats.enabled.saturating_sub(licence.sku.consumed));
    let name = licence(to).map_or_else(|| product_name(to).unwrap_or_default().to_owned(), |licence| licence.name());
    let value = match free {
        0 => "none; they have to be bought first, and the larger ones are given back at their renewal".to_owned(),
        _ => format!("{free}; the larger ones are given back at their renewal"),
    };
    Some(Evidence::new(&format!("Free licences of {name}"), value, "Microsoft licence inventory", Some(context.today)))
}
