//! `POST /v1/attestations/preview`: what the page behind the link shows. Answers nothing and uses nothing up.

use api::{Client, Json, Result};
use axum::extract::State;
use identity::visitor;
use runtime::{Function, Kernel};
use store::{Store, TokenHash};
use utoipa_axum::routes;

use crate::attestation::{AttestationLink, Question, counted, not_good};

/// `findings-attestation-preview`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-attestation-preview", || routes!(attestation_preview));

/// Read a question to a manager
#[utoipa::path(
    post, path = "/v1/attestations/preview", operation_id = "findings-attestation-preview", tag = "findings", request_body = AttestationLink, security(()),
    responses(
        (status = 200, description = "The question.", body = Question),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn attestation_preview(
    State(store): State<Store>,
    client: Client,
    Json(body): Json<AttestationLink>,
) -> Result<Json<Question>> {
    let link = TokenHash::of(&body.token);
    counted(&store, &client, &link).await?;
    let opened = store.open_attestation(&link, visitor(client)).await?.ok_or_else(not_good)?;
    Ok(Json(Question::of(opened.company.name, opened.attestation)))
}
