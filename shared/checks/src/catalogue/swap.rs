//! What every exchange of one suite for another has to look at: whether there are seats of the other.

use model::SkuId;

use crate::{
    containment::{fits_limit, free_of},
    evaluation::Context,
    licence::LicenceType,
    outcome::Evidence,
    products::product_name,
};

/// Free seats of `to`, told; `None` where it could not hold everybody who has `from`.
pub(super) fn room(context: &Context, from: SkuId, to: SkuId) -> Option<Evidence> {
    if !fits_limit(context, from, to) {
        return None;
    }
    let name = context.licences.get(&to).map(LicenceType::name);
    let name = name.unwrap_or_else(|| product_name(to).unwrap_or_default().to_owned());
    let free = free_of(context, to);
    let value = match free {
        0 => "none; they have to be bought first, and the larger ones are given back at their renewal".to_owned(),
        _ => format!("{free}; the larger ones are given back at their renewal"),
    };
    Some(Evidence::new(&format!("Free licences of {name}"), value, "Microsoft licence inventory", Some(context.today)))
}
