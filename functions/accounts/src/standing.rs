//! Where a company stands while not everything works, in words for its members: what happened, what works meanwhile,
//! who mends it, and until when (C14, C15).

use jiff::Timestamp;
use model::{RoleName, TenantState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why not everything works, or soon will not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompanyStanding {
    /// What happened.
    #[schema(example = "A payment for Steward failed.")]
    pub what: String,
    /// What works meanwhile.
    #[schema(example = "Everything works as before.")]
    pub works: String,
    /// Who mends it, and how.
    #[schema(example = "An owner of your company can settle it.")]
    pub mend: String,
    /// What happens unless it is mended; `null` where nothing does by itself.
    #[schema(example = "Then Steward changes nothing any more.")]
    pub then: Option<String>,
    /// When that happens.
    pub until: Option<Timestamp>,
}

impl CompanyStanding {
    /// Of a company in `state` whose first open payment failed at `past_due_since`, for a member with `role`, as it is
    /// `now`; `None` where there is nothing to tell.
    pub fn of(state: TenantState, past_due_since: Option<Timestamp>, role: RoleName, now: Timestamp) -> Option<Self> {
        let (what, works) = match state {
            TenantState::PastDue => ("A payment for Steward failed.", "Everything works as before."),
            TenantState::ReadOnly => (
                "Steward changes nothing until it is paid.",
                "You see everything and can take it away as files. Nothing can be changed or undone, and changes that \
                 were planned do not begin.",
            ),
            _ => return None,
        };
        let mend = if role == RoleName::OWNER {
            "Answer any mail from Steward: that reaches who runs it, and they settle it with you. Everything works \
             again at once."
        } else {
            "An owner of your company can settle it. Everything works again at once."
        };
        // A day that is over would promise what is not so.
        let next = past_due_since.and_then(|since| state.next(since)).filter(|(_, at)| *at > now);
        let then = next.and_then(|(next, _)| match next {
            TenantState::ReadOnly => Some("Then Steward changes nothing any more."),
            TenantState::Suspended => Some("Then nobody can use Steward for this company. Nothing is deleted."),
            _ => None,
        });
        Some(Self {
            what: what.into(),
            works: works.into(),
            mend: mend.into(),
            then: then.map(Into::into),
            until: next.map(|(_, at)| at),
        })
    }
}
