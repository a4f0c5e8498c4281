//! What a company is called: its name, and the short name that is made of it.

use std::future::Future;

use api::FieldProblem;
use model::{
    Ids,
    tenant::{RESERVED_SLUGS, slug_of},
};
use store::{Conflict, StoreError};

/// Tries for a short name: names repeat, and the second Northwind gets a number.
const TRIES: u8 = 8;

/// A company's name as it is kept, or what is wrong with it.
pub(crate) fn company_name(typed: &str) -> Result<String, FieldProblem> {
    model::text::name(typed).ok_or_else(|| {
        FieldProblem::new("/company", "not_a_name", "Enter the company's name, at most 100 characters on one line.")
    })
}

/// Has a company made under a short name of its own: from its name, with a number where that is taken or ours (F16).
///
/// # Errors
/// Those of `make`; [`StoreError::Unavailable`] when every number that was tried is taken too.
pub(crate) async fn with_free_slug<T, F>(ids: &Ids, company: &str, make: impl Fn(String) -> F) -> store::Result<T>
where
    F: Future<Output = store::Result<T>>,
{
    let base = slug_of(company);
    for attempt in 0..TRIES {
        let slug = if attempt == 0 && !RESERVED_SLUGS.contains(&base.as_str()) {
            base.clone()
        } else {
            format!("{base}-{:04}", ids.random() % 10_000)
        };
        match make(slug).await {
            Err(StoreError::Conflict(Conflict::Taken("slug"))) => {}
            made => return made,
        }
    }
    Err(StoreError::Unavailable("no free short name was found".into()))
}
