//! Lambda's own interface for what an operator invokes: `aws lambda invoke --endpoint-url` works against this machine.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::functions::Invoked;

/// The address Lambda has it at.
pub(crate) fn pages(invoked: Invoked) -> Router {
    Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke)).with_state(Arc::new(invoked))
}

/// Invokes and waits. Asks for the signature's header, which no form of another page can send; who signed is IAM's to
/// say, and there is none here.
async fn invoke(
    State(invoked): State<Arc<Invoked>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let told = |status: StatusCode, message: &str| {
        (status, Json(json!({ "Type": "User", "Message": message }))).into_response()
    };
    if !headers.contains_key(header::AUTHORIZATION) {
        return told(StatusCode::FORBIDDEN, "Missing Authentication Token");
    }
    let Some((_, answer)) = invoked.iter().find(|(known, _)| *known == name) else {
        return told(StatusCode::NOT_FOUND, "Function not found");
    };
    let given: Value = match serde_json::from_slice(&body) {
        Ok(given) => given,
        Err(_) => return told(StatusCode::BAD_REQUEST, "Could not parse request body into json"),
    };
    match answer(given).await {
        Ok(answer) => Json(answer).into_response(),
        // As Lambda: the invocation succeeded, the function did not.
        Err(error) => {
            let failed = json!({ "errorType": "Failure", "errorMessage": error.to_string() });
            ([("x-amz-function-error", "Unhandled")], Json(failed)).into_response()
        }
    }
}
