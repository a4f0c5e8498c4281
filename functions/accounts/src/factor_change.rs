//! A change of one's own factors, from what is there to the committed change.

use api::{Error, Result};
use identity::{Recent, can};
use model::Event;
use serde::Deserialize;
use store::{Account, FactorChange, Factors, Store, TokenHash, User, Versioned};
use utoipa::IntoParams;

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
}

impl Own {
    /// Commits the factors as changed, and ends the other sessions where that was asked for (ASVS 7.4.3).
    ///
    /// # Errors
    /// 412 when they were changed meanwhile.
    pub async fn commit(
        self,
        store: &Store,
        person: &Recent<can::ChangeOneself>,
        event: Event,
        end: End<'_>,
    ) -> Result<()> {
        let End { proved, consume, end_other_sessions } = end;
        let change = FactorChange {
            factors: &self.factors,
            email: &self.profile.email,
            session: person.session(),
            proved,
            consume,
        };
        store.change_factors(person.scope(), change, event).await?;
        if end_other_sessions {
            store.end_other_sessions(person.scope(), person.user(), person.session().session).await?;
        }
        Ok(())
    }
}
