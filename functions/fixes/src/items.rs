//! `GET /v1/fixes/{fix}/items`: every change of a fix and how it ended.

use api::{Error, Page, PageQuery, Path, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::FixId;
use runtime::{Function, Kernel};
use store::{Fix, FixPart, PageRequest, Store};
use utoipa_axum::routes;

use crate::{bought::Bought, change::Names, view::ItemView};

/// `fixes-items`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-items", || routes!(items));

/// List the items of a fix
///
/// Pages have 20 items whatever `limit` says. Names come from your directory: show them as text only.
#[utoipa::path(
    get, path = "/v1/fixes/{fix}/items", operation_id = "fixes-items", tag = "fixes", security(("bearer" = []), ("key" = [])),
    params(("fix" = FixId, Path, description = "Which fix."), PageQuery),
    responses(
        (status = 200, description = "A page of items.", body = Page<ItemView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn items(
    State(store): State<Store>,
    caller: Caller<can::ReadFixes>,
    Path(fix): Path<FixId>,
    Query(page): Query<PageQuery>,
) -> Result<Page<ItemView>> {
    let tenant = store.of(caller.scope());
    let one_part = PageRequest { limit: Some(1), cursor: page.cursor };
    let parts = tenant.list_under::<FixPart>(&format!("{fix}#"), &one_part, false).await?;
    tenant.get::<Fix>(&fix).await?.ok_or_else(Error::not_found)?;
    let mut names = Names { skus: Bought::of(tenant).await?.names(), ..Names::default() };
    let mut items = Vec::new();
    for part in parts.items {
        names.groups = part.value.groups;
        items.extend(part.value.items.into_iter().map(|item| ItemView::of(item, &names)));
    }
    Ok(Page { items, next_cursor: parts.next_cursor })
}
