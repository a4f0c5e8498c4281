//! Pure values that every part of Steward speaks of: ids, money, roles, states, events. No I/O.

pub mod clock;
pub mod event;
pub mod guid;
pub mod ids;
pub mod money;
pub mod role;
pub mod tenant;
pub mod text;

pub use clock::{Clock, Ids};
pub use event::{Event, EventKind};
pub use guid::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
pub use ids::{EventId, FindingId, ScanId, SessionId, SignupId, TenantId, UserId};
pub use money::{Currency, Money};
pub use role::{Permission, Role};
pub use tenant::TenantState;
