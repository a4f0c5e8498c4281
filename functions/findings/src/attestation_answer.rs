//! `POST /v1/attestations/answer`: a manager's answer. It can be changed until the deadline. Opening the link (GET, HEAD)
//! answers nothing, so that a scanner of mails cannot.

use api::{Client, Json, Result};
use axum::extract::State;
use identity::visitor;
use model::event::Answer;
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Store, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::attestation::{Question, counted, not_good};

/// `findings-attestation-answer`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-attestation-answer", || routes!(attestation_answer));

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// From the link.
    #[schema(example = "sat_Vw4…", max_length = 128)]
    token: String,
    /// What the manager says.
    answer: Answer,
}

/// Answer a question about a licence
///
/// The same answer again changes nothing; another one, until the deadline, takes its place.
#[utoipa::path(
    post, path = "/v1/attestations/answer", operation_id = "findings-attestation-answer", tag = "findings", request_body = NewAnswer, security(()),
    responses(
        (status = 200, description = "The question with its answer.", body = Question),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn attestation_answer(
    State(store): State<Store>,
    client: Client,
    Json(body): Json<NewAnswer>,
) -> Result<Json<Question>> {
    let link = TokenHash::of(&body.token);
    counted(&store, &client, &link).await?;
    let opened = store.open_attestation(&link, visitor(client)).await?.ok_or_else(not_good)?;
    let (finding, id) = (opened.attestation.finding, opened.attestation.attestation);
    let answered = store.of(&opened.scope).answer(finding, id, body.answer).await?.ok_or_else(not_good)?;
    Ok(Json(Question::of(opened.company.name, answered)))
}
