//! `POST /v1/roles`: a role of the company's own.

use api::{Json, Result, Tagged};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Person, can};
use model::RoleId;
use runtime::{Function, Kernel};
use utoipa_axum::routes;

use crate::{
    race::settled,
    role::{RoleRequest, etag_of, refused},
    view::RoleView,
};

/// `members-create-role`.
pub const FUNCTION: Function<Kernel> = Function::http("members-create-role", || routes!(create_role));

/// Make a role
///
/// At most 20, each of permissions that you hold yourself.
#[utoipa::path(
    post, path = "/v1/roles", operation_id = "members-create-role", tag = "members", request_body = RoleRequest, security(("bearer" = [])),
    responses(
        (status = 201, description = "The role.", body = RoleView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_role(
    State(kernel): State<Kernel>,
    person: Person<can::ManageRoles>,
    Json(body): Json<RoleRequest>,
) -> Result<Response> {
    let role = body.into_role(RoleId::generate(&kernel.ids), &person)?;
    settled(async |_| {
        let tenant = kernel.store.of(person.scope());
        tenant.put_role(tenant.company().await?, role.clone()).await.map_err(refused)
    })
    .await?;
    Ok((StatusCode::CREATED, Tagged { etag: etag_of(&role), body: RoleView::own(&role) }).into_response())
}
