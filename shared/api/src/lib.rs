//! What every HTTP answer of Steward has in common: problems, extractors, pages, headers.

mod csv;
mod error;
mod etag;
mod extract;
mod headers;
mod idempotency;
mod layer;
mod limit;
mod page;
mod text;

pub use csv::Csv;
pub use error::{Code, Error, FieldProblem, Problem};
pub use etag::{IfMatch, Tagged, etag};
pub use extract::{Client, Json, Path, Query};
pub use headers::{PAGE_POLICY, REFERENCE_POLICY};
pub use idempotency::{IdempotencyKey, Until, once};
pub use layer::{RequestId, finish, finish_with};
pub use limit::{within, within_by_address};
pub use page::{Page, PageQuery, limit, with_next};
pub use text::CsvFile;

/// What a handler returns.
pub type Result<T> = std::result::Result<T, Error>;
