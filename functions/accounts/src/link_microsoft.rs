//! `POST /v1/me/microsoft`: begins to link a work account, from a session whose owner just proved who they are.

use api::{Code, Error, Json, Result};
use axum::extract::State;
use graph::Door;
use identity::{Person, Recent, can};
use runtime::Function;
use store::{Purpose, WorkAccount};
use utoipa_axum::routes;

use crate::{
    AtMicrosoft,
    at_microsoft::{MicrosoftPage, begin},
};

/// `accounts-link-microsoft`.
pub const FUNCTION: Function<AtMicrosoft> = Function::http("accounts-link-microsoft", || routes!(link));

/// Begin to link a work account
///
/// Send the browser to `url`. Microsoft sends it back to our page `/account/microsoft`, which posts what it got to
/// `/v1/me/microsoft/callback` under the same session, within ten minutes. From then on the work account signs you in.
#[utoipa::path(
    post, path = "/v1/me/microsoft", operation_id = "accounts-link-microsoft", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "Begun.", body = MicrosoftPage),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn link(State(deps): State<AtMicrosoft>, person: Recent<can::ChangeOneself>) -> Result<Json<MicrosoftPage>> {
    room_for_one_more(&deps.kernel.store.work_accounts(person.user()).await?)?;
    let (user, session) = (person.user(), person.session().session);
    let purpose = |secrets| Purpose::MicrosoftLink { user, session, secrets };
    Ok(Json(begin(&deps, &Door::default(), &deps.link_page, &whose(&person), purpose).await?))
}

/// Whether somebody may link another work account.
///
/// # Errors
/// [`Code::InUse`].
pub(crate) fn room_for_one_more(accounts: &[WorkAccount]) -> Result<()> {
    if accounts.len() < WorkAccount::MOST {
        return Ok(());
    }
    let told = format!("You have linked {} work accounts. Unlink one first.", WorkAccount::MOST);
    Err(Error::new(Code::InUse, told))
}

/// As whose the ceremony is sealed: this session's and no other's.
pub(crate) fn whose(person: &Person<can::ChangeOneself>) -> String {
    format!("session:{}", person.session().session)
}
