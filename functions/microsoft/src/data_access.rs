//! What Steward asks Microsoft, as members and anybody who is about to consent read it.

use graph::Endpoint;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One call that Steward can make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallView {
    /// What it is called in what Steward tells of its calls.
    #[schema(example = "people")]
    pub call: String,
    /// The method.
    #[schema(example = "GET")]
    pub method: String,
    /// The path at Microsoft Graph.
    #[schema(example = "/v1.0/users")]
    pub path: String,
    /// Application permissions it takes.
    #[schema(max_items = 16)]
    pub permissions: Vec<String>,
    /// Whether it changes something at Microsoft.
    pub writes: bool,
    /// What it reads or changes.
    #[schema(example = "Names, sign-in names, departments and licences of people")]
    pub what: String,
    /// What it is for.
    #[schema(example = "To find licences nobody needs")]
    pub why: String,
}

impl From<&Endpoint> for CallView {
    fn from(endpoint: &Endpoint) -> Self {
        let (what, why) = endpoint.purpose().map(|purpose| (purpose.what, purpose.why)).unwrap_or_default();
        Self {
            call: endpoint.code.into(),
            method: endpoint.method.into(),
            path: endpoint.path.into(),
            permissions: endpoint.permissions.iter().map(|one| (*one).to_owned()).collect(),
            writes: endpoint.writes(),
            what: what.into(),
            why: why.into(),
        }
    }
}

/// A call of which nothing is known any more but its code: a version before this one made it.
impl CallView {
    /// Of the call `code`.
    pub fn of(code: &str) -> Self {
        graph::endpoint(code).map_or_else(
            || Self {
                call: code.into(),
                method: String::new(),
                path: String::new(),
                permissions: Vec::new(),
                writes: false,
                what: "A call of an earlier version of Steward".into(),
                why: String::new(),
            },
            Self::from,
        )
    }
}
