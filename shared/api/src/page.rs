//! Pages of lists: `?limit=50&cursor=…` in, `{items, next_cursor}` and `Link: rel="next"` out (C17).

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use store::{Listed, MOST, PageRequest};
use utoipa::{IntoParams, ToSchema};

use crate::Json;

/// Which page is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "limit")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024, example = "3q2-7w")]
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Reads a page's `limit` from a query string: for lists with parameters of their own.
///
/// # Errors
/// When it is not a number from 1 to 100.
pub fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    // Through text: a query string gives nothing else.
    let text = String::deserialize(deserializer)?;
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.map(Some).ok_or_else(|| D::Error::custom("limit is a number from 1 to 100"))
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        Self { limit: query.limit, cursor: query.cursor }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page.
    #[schema(max_items = 100)]
    pub items: Vec<T>,
    /// Where the next page begins; absent at the end.
    #[schema(example = "3q2-7w")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of what `show` makes of stored items.
    pub fn of<S>(listed: Listed<S>, show: impl FnMut(S) -> T) -> Self {
        Self { items: listed.items.into_iter().map(show).collect(), next_cursor: listed.next_cursor }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let next = self.next_cursor.clone();
        with_next(Json(self), next.as_deref())
    }
}

/// An answer that a `Link` header says of where its list goes on, if it does ([`crate::finish`]).
pub fn with_next(answer: impl IntoResponse, cursor: Option<&str>) -> Response {
    let mut response = answer.into_response();
    if let Some(cursor) = cursor {
        response.extensions_mut().insert(NextPage(cursor.to_owned()));
    }
    response
}

/// The cursor that the list of an answer goes on at.
#[derive(Debug, Clone)]
pub(crate) struct NextPage(String);

impl NextPage {
    /// Where the next page is (RFC 8288), of a request with this query. The address is relative, so its query takes the
    /// place of that one: all that was asked for but the cursor stands in it again.
    pub(crate) fn link(&self, query: Option<&str>) -> Option<HeaderValue> {
        let others = query.unwrap_or_default().split('&').filter(|one| !one.is_empty() && !one.starts_with("cursor="));
        let others: Vec<&str> = others.flat_map(|one| ["&", one]).collect();
        HeaderValue::try_from(format!("<?cursor={}{}>; rel=\"next\"", self.0, others.concat())).ok()
    }
}
