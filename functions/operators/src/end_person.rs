//! When an operator invokes it: ends everything of a person, in all their companies (F59). There is no route: IAM says
//! who may invoke it (docs/runbooks/revoke-everything-for-a-person.md). The same again ends what is left.

use identity::normalised;
use model::{UserId, event::OperatorAct, text::line};
use runtime::{Failure, Function, Kernel};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::EndedPerson;

/// `operators-end-person`.
pub const FUNCTION: Function<Kernel> =
    Function::invoke("operators-end-person", |deps, given| Box::pin(end_person(deps, given)));

/// Longest name of an operator, in characters.
const OPERATOR_MOST: usize = 100;
/// Longest reason, in characters: as long as that of any decision.
const REASON_MOST: usize = 500;

/// Whom to end, who says so, and why. Both stand in the log of each of the person's companies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The person's address; either this or `user`.
    #[serde(default)]
    email: Option<String>,
    /// Their id.
    #[serde(default)]
    user: Option<UserId>,
    /// Who you are: a name your colleagues know you by.
    operator: String,
    /// Why.
    reason: String,
    /// Whether password, passkeys and linked work accounts are to go, too: for an account in wrong hands. They set a new
    /// password by mail. Codes of an app stay: they let nobody in alone.
    #[serde(default)]
    take_ways_in: bool,
    /// Whether all second factors are to go, codes of an app and recovery codes among them: for somebody who lost them, or
    /// into whose account somebody else put theirs, and who proved to you who they are.
    #[serde(default)]
    reset_factors: bool,
}

/// What was done.
#[derive(Debug, Serialize)]
struct Done {
    /// Whether there is such a person.
    found: bool,
    /// What became of them.
    #[serde(flatten)]
    ended: Option<EndedPerson>,
}

impl Order {
    /// As it is written.
    ///
    /// # Errors
    /// Why it is none, in words for who wrote it.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str::<Self>(text).map_err(|error| error.to_string())?.checked()
    }

    fn checked(self) -> Result<Self, String> {
        if self.email.is_some() == self.user.is_some() {
            return Err("say who: either `email` or `user`".into());
        }
        let told = |name: &str, text: &str, most: usize| {
            line(text, most).ok_or_else(|| format!("`{name}` is to be one line of 1 to {most} characters"))
        };
        let operator = told("operator", &self.operator, OPERATOR_MOST)?;
        let reason = told("reason", &self.reason, REASON_MOST)?;
        Ok(Self { operator, reason, ..self })
    }
}

async fn end_person(deps: Kernel, given: Value) -> Result<Value, Failure> {
    let order = serde_json::from_value::<Order>(given)?.checked()?;
    let store = &deps.store;
    let user = match (order.user, order.email.as_deref().map(normalised)) {
        (Some(user), _) => Some(user),
        (None, Some(Some(email))) => store.login(&email).await?.map(|login| login.user),
        _ => return Err("`email` is no address".into()),
    };
    let act = OperatorAct { operator: order.operator, reason: order.reason, took_ways_in: order.take_ways_in };
    let ended = match user {
        Some(user) => store.end_person(user, &act, order.reset_factors).await?,
        None => None,
    };
    if let Some(EndedPerson { user, sessions, companies, factors_reset, .. }) = &ended {
        let (companies, factors) = (companies.len(), factors_reset.len());
        tracing::warn!(
            security = "person_ended", %user, sessions, companies, factors,
            "an operator ended a person's access"
        );
    }
    Ok(serde_json::to_value(Done { found: ended.is_some(), ended })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_says_whom_who_and_why() {
        let read = |text: &str| Order::read(text).map(|order| (order.operator, order.reason));
        let good = r#"{"email": "a@x.example", "operator": " J.  Weber ", "reason": "left"}"#;
        assert_eq!(read(good), Ok(("J. Weber".into(), "left".into())));
        for bad in [
            r#"{"operator": "J", "reason": "left"}"#,
            r#"{"email": "a@x.example", "user": "usr_0000000000000000000000000a", "operator": "J", "reason": "left"}"#,
            r#"{"email": "a@x.example", "operator": "", "reason": "left"}"#,
            r#"{"email": "a@x.example", "operator": "J", "reason": " "}"#,
            r#"{"email": "a@x.example", "operator": "J"}"#,
            r#"{"email": "a@x.example", "operator": "J", "reason": "left", "all": true}"#,
            r#"[]"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
