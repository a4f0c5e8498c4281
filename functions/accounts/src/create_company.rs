//! `POST /v1/me/tenants`: a further company, with you as its owner (F19).

use api::{Error, IdempotencyKey, Json, Result, within};
use axum::{extract::State, http::StatusCode, response::Response};
use identity::{Person, can};
use model::{Currency, Ids, TenantId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Claim, Founding, KeptAnswer, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts, limits,
    naming::{company_name, with_free_slug},
};

/// `accounts-create-company`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-create-company", || routes!(create_company));

/// A further company.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCompany {
    /// The company's name.
    #[schema(example = "Northwind Ltd", max_length = 100)]
    company: String,
    /// What prices are shown in; US dollars otherwise.
    #[serde(default)]
    currency: Option<Currency>,
}

/// What was created.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CompanyCreated {
    /// The company. Switch to it with `POST /v1/me/tenants/{tenant}/switch`.
    pub tenant: TenantId,
    /// What it is called.
    #[schema(example = "Northwind Ltd")]
    pub name: String,
}

/// Make a further company
///
/// You own it; nobody else is in it, and nothing is connected. Your session stays in the company it is for. Three can be
/// made at once, then one in eight hours; who is in 50 companies gets 409 `too_many_companies`. Send an
/// `Idempotency-Key`: the same key with the same body is one company, however often it is sent within a day.
#[utoipa::path(
    post, path = "/v1/me/tenants", operation_id = "accounts-create-company", tag = "accounts", request_body = CreateCompany,
    params(("Idempotency-Key" = String, Header, description = "A text of yours, new for each new intention.", max_length = 200)),
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The company exists.", body = CompanyCreated),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_company(
    State(deps): State<Accounts>,
    person: Person<can::ChangeOneself>,
    key: IdempotencyKey,
    Json(body): Json<CreateCompany>,
) -> Result<Response> {
    let name = company_name(&body.company).map_err(|problem| Error::invalid(vec![problem]))?;
    let (here, user) = (deps.kernel.store.of(person.scope()), person.user());
    let currency = body.currency.unwrap_or(Currency::Usd);
    api::once(here, "accounts-create-company", &key, &body, async |claim| {
        within(&deps.kernel.store, limits::NEW_COMPANY_OF, &user.to_string()).await?;
        make(&deps.kernel.ids, here, user, (&name, currency), claim).await
    })
    .await
}

/// Makes the company and keeps the answer: one transaction.
async fn make(
    ids: &Ids,
    here: Tenant<'_>,
    owner: UserId,
    (name, currency): (&str, Currency),
    claim: &Claim,
) -> Result<KeptAnswer> {
    let tenant = TenantId::generate(ids);
    let body = serde_json::to_string(&CompanyCreated { tenant, name: name.into() }).map_err(Error::internal)?;
    let answer = KeptAnswer { status: StatusCode::CREATED.as_u16(), location: None, body };
    let made = with_free_slug(ids, name, async |slug: String| {
        let company = Founding { tenant, name, slug: &slug, currency };
        here.create_company(company, owner, claim, &answer).await
    });
    made.await?;
    Ok(answer)
}
