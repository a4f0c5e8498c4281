//! Pure values that every part of Steward speaks of: ids, money, roles, states, events. No I/O.

pub mod change;
pub mod clock;
pub mod event;
pub mod guid;
pub mod ids;
pub mod mail;
pub mod money;
pub mod policy;
pub mod role;
pub mod tenant;
pub mod text;
pub mod tier;

pub use change::{Assignment, Change, Held, Standing, State};
pub use clock::{Clock, Ids, utc_date};
pub use event::{Event, EventKind};
pub use guid::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
pub use ids::{
    AttestationId, EmailChangeId, EventId, ExceptionId, FeedId, FindingId, FixId, InvitationId, KeyId, LinkId,
    PasskeyId, ResetId, RoleId, ScanId, SessionId, SignupId, TenantId, UserId,
};
pub use money::{Currency, Money};
pub use policy::Policy;
pub use role::{CustomRole, Permission, Permissions, Role, RoleName};
pub use tenant::TenantState;
pub use tier::Tier;
