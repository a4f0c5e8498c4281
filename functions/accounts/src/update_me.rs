//! `PATCH /v1/me`: what you say of yourself, and which mails you get (F50).

use api::{Error, FieldProblem, Json, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::mail::Notifications;
use runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-update-me`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-update-me", || routes!(update_me));

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// What to call you.
    #[serde(default)]
    #[schema(example = "Anna Berg", max_length = 100)]
    name: Option<String>,
    /// Language and region in which the dashboard writes dates and numbers (BCP 47); English ones, as its texts are.
    #[serde(default)]
    #[schema(example = "en-GB", max_length = 6)]
    locale: Option<String>,
    /// Which of the mails that you can do without you get: all of them are said. Mails about the safety of an account or
    /// of a company, and links, always come.
    #[serde(default)]
    notifications: Option<Notifications>,
}

/// Change your name, language or mails
#[utoipa::path(
    patch, path = "/v1/me", operation_id = "accounts-update-me", tag = "accounts", request_body = UpdateMe, security(("bearer" = [])),
    responses(
        (status = 204, description = "It is changed."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn update_me(
    State(deps): State<Accounts>,
    person: Person<can::ChangeOneself>,
    Json(body): Json<UpdateMe>,
) -> Result<StatusCode> {
    let mut errors = Vec::new();
    let name = body.name.as_deref().map(model::text::name);
    if name == Some(None) {
        errors.push(FieldProblem::not_your_name());
    }
    if body.locale.as_deref().is_some_and(|locale| !valid_locale(locale)) {
        errors.push(FieldProblem::new("/locale", "not_a_locale", "Choose a language and region, such as en-GB."));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let change = |profile: &mut store::Profile| {
        if let Some(Some(name)) = &name {
            profile.name.clone_from(name);
        }
        if body.locale.is_some() {
            profile.locale.clone_from(&body.locale);
        }
    };
    let store = &deps.kernel.store;
    store.change_profile(person.scope(), person.user(), change).await?;
    if let Some(notifications) = body.notifications {
        store.change_notifications(person.scope(), person.user(), notifications).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A language of two or three letters, and a region of two if there is one.
fn valid_locale(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::valid_locale;

    #[test]
    fn a_locale_is_a_language_and_perhaps_a_region() {
        assert!(["en", "en-GB", "fil", "fil-PH"].into_iter().all(valid_locale));
        assert!(
            !["", "e", "EN", "en-", "en-gb", "en_GB", "en-GBR", "english", "en-GB-x", "-GB"]
                .into_iter()
                .any(valid_locale)
        );
    }
}
