//! A change of one's own factors, from what is there to the committed change.

use api::{Code, Error, Result};
use identity::{Recent, can};
use model::Event;
use serde::Deserialize;
use store::{Account, Conflict, FactorChange, Factors, Store, StoreError, TokenHash, User, Versioned, WayIn};
use utoipa::IntoParams;

use crate::ways_in::last;

/// Somebody's account, its owner there.
pub struct Own {
    /// Address and name.
    pub profile: User,
    /// Factors as they are.
    pub factors: Versioned<Factors>,
}

/// What a removal takes beside its address.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Removal {
    /// Whether your other sessions end.
    #[serde(default)]
    pub end_other_sessions: bool,
}

/// Reads what is there.
///
/// # Errors
/// When the table does not answer.
pub async fn read(store: &Store, person: &Recent<can::ChangeOneself>) -> Result<Own> {
    let Account { profile, factors, .. } = store.account(person.user()).await?;
    let profile = profile.ok_or_else(|| Error::internal("a session without a user"))?;
    Ok(Own { profile, factors })
}

/// How a change ends.
#[derive(Debug, Default)]
pub struct End<'a> {
    /// What the session proved by it (RFC 8176).
    pub proved: &'a [&'a str],
    /// A one-time token that it uses up.
    pub consume: Option<&'a TokenHash>,
    /// Whether the other sessions end.
    pub end_other_sessions: bool,
    /// A way in that is left, where this gives one up.
    pub way_in: Option<WayIn>,
}

impl Own {
    /// Commits the factors as changed, and ends the other sessions where that was asked for (ASVS 7.4.3).
    ///
    /// # Errors
    /// 412 when they were changed meanwhile; [`Code::LastWayIn`] and [`Code::SecondFactorRequired`] when what is removed is
    /// the last of its kind that has to stay.
    pub async fn commit(
        self,
        store: &Store,
        person: &Recent<can::ChangeOneself>,
        event: Event,
        end: End<'_>,
    ) -> Result<()> {
        let End { proved, consume, end_other_sessions, way_in } = end;
        let change = FactorChange {
            factors: &self.factors,
            email: &self.profile.email,
            session: person.session(),
            proved,
            consume,
            way_in: way_in.as_ref(),
        };
        store.change_factors(person.scope(), change, event).await.map_err(|error| match error {
            StoreError::Conflict(Conflict::State("way in")) => last(),
            StoreError::Conflict(Conflict::State("break glass")) => {
                let told = "You get in to your company when Microsoft does not work, and need a second factor for it. Add \
                            another one first, or have the company name another owner.";
                Error::new(Code::SecondFactorRequired, told)
            }
            error => error.into(),
        })?;
        if end_other_sessions {
            store.end_other_sessions(person.scope(), person.user(), person.session().session).await?;
        }
        Ok(())
    }
}
