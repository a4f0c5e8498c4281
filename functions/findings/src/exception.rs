//! What a company decides to live with: for a reason, by somebody, until a day.

use api::{Code, Error, FieldProblem, Result, etag};
use checks::{CheckId, Exception, exceptions::About};
use identity::{Caller, Right};
use jiff::{SignedDuration, Timestamp};
use model::{Event, ExceptionId, FindingId, PersonId, SkuId, UserId, event::Actor};
use runtime::Kernel;
use serde::{Deserialize, Serialize};
use store::{Accepted, Commit, Member, Principal, Tenant, Versioned};
use utoipa::ToSchema;

/// How long one holds when nobody says otherwise.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);
/// The longest one can hold: then somebody looks at it again.
const LONGEST: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Something the company decided to live with.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionView {
    /// Which.
    pub exception: ExceptionId,
    /// Its version, for `If-Match`.
    #[schema(example = "\"3-1793610990250\"")]
    pub etag: String,
    /// The check whose findings are accepted.
    pub check: CheckId,
    /// The one finding that is accepted; absent where it is whatever the check finds.
    pub finding: Option<FindingId>,
    /// Only of this person; of everybody when absent.
    pub person: Option<PersonId>,
    /// Only this licence type; all of them when absent.
    pub sku: Option<SkuId>,
    /// Why, in the words of whoever decided: show it as text only.
    #[schema(example = "She is on parental leave and comes back in June.")]
    pub reason: String,
    /// Who answers for it.
    pub owner: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Actor,
    /// When it ends by itself: what it covers counts again.
    pub expires_at: Option<Timestamp>,
}

/// The version of an exception. One that is made again has the id of the one before: its time tells them apart.
pub fn etag_of(stored: &Versioned<Accepted>) -> String {
    etag(format_args!("{}-{}", stored.version, stored.value.created_at.as_millisecond()))
}

impl From<Versioned<Accepted>> for ExceptionView {
    fn from(stored: Versioned<Accepted>) -> Self {
        let etag = etag_of(&stored);
        let Accepted { exception, finding, created_at, created_by } = stored.value;
        let Exception { id, about, person, sku, reason, owner, expires_at } = exception;
        Self {
            exception: id,
            etag,
            check: about.check(),
            finding,
            person,
            sku,
            reason,
            owner,
            created_at,
            created_by,
            expires_at,
        }
    }
}

/// What somebody wants to live with.
pub struct Wanted {
    /// What it is about.
    pub about: About,
    /// The finding, where it is about one.
    pub finding: Option<FindingId>,
    /// The person, where it is about one.
    pub person: Option<PersonId>,
    /// The licence type, where it is about one.
    pub sku: Option<SkuId>,
    /// Why.
    pub reason: String,
    /// Who answers for it; whoever asks when `None`.
    pub owner: Option<UserId>,
    /// When it ends; in a year when `None`.
    pub expires_at: Option<Timestamp>,
}

/// Makes an exception and tells of it.
///
/// # Errors
/// 422 with every field that is wrong; [`Code::Taken`] where there is one for the same already.
pub async fn accept<R: Right>(deps: &Kernel, caller: &Caller<R>, wanted: Wanted) -> Result<ExceptionView> {
    let Wanted { about, finding, person, sku, reason, owner, expires_at } = wanted;
    let (tenant, now) = (deps.store.of(caller.scope()), deps.clock.now());
    let expires_at = expires_at.unwrap_or(now + YEAR);
    let owner = owner.unwrap_or_else(|| asker(caller));
    let reason = checked(&tenant, Some(&reason), Some(owner), Some(expires_at), now).await?.unwrap_or_default();
    let id = Accepted::id_of(&about, person, sku);
    let before = tenant.get_strong::<Accepted>(&id).await?;
    // One whose time is up and that nobody has put away yet makes room.
    if before.as_ref().is_some_and(|before| !before.value.is_over(now)) {
        return Err(Error::new(Code::Taken, "There is an exception for this already. Change that one."));
    }
    // Not counted to the last one: two at once may make one more, which does no harm.
    if tenant.terms().await?.accepted.len() >= Accepted::MOST {
        let told = format!("A company has at most {} exceptions. End some first.", Accepted::MOST);
        return Err(Error::new(Code::InUse, told));
    }
    let exception = Exception { id, about, person, sku, reason, owner, expires_at: Some(expires_at) };
    let accepted = Accepted { exception, finding, created_at: now, created_by: caller.scope().actor() };
    let mut stored = Versioned { value: accepted, version: before.map_or(0, |before| before.version) };
    let event = Event::ExceptionAdded { exception: id, finding, person, sku, expires_at: Some(expires_at) };
    tenant.commit(Commit::new().put_at(&stored).event(event)?).await?;
    stored.version += 1;
    Ok(stored.into())
}

/// Who asks: a person, or the person who made the key.
fn asker<R: Right>(caller: &Caller<R>) -> UserId {
    match caller.principal() {
        Principal::User { session, .. } => session.user,
        Principal::Key(key) => key.created_by,
    }
}

/// The reason as it is kept, once everything that is given is right.
///
/// # Errors
/// 422 with every field that is wrong.
pub async fn checked(
    tenant: &Tenant<'_>,
    reason: Option<&str>,
    owner: Option<UserId>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<String>> {
    let mut wrong = Vec::new();
    let kept = reason.and_then(|reason| model::text::line(reason, Accepted::REASON_MOST));
    if reason.is_some() && kept.is_none() {
        let told = format!("Say why, in at most {} characters.", Accepted::REASON_MOST);
        wrong.push(FieldProblem::new("/reason", "not_a_reason", told));
    }
    if let Some(owner) = owner
        && !tenant.get_strong::<Member>(&owner).await?.is_some_and(|member| member.value.active)
    {
        wrong.push(FieldProblem::new("/owner", "not_a_member", "Name an active member of your company."));
    }
    match expires_at {
        Some(end) if end <= now => {
            wrong.push(FieldProblem::new("/expires_at", "too_early", "Choose a time to come."));
        }
        Some(end) if end > now + LONGEST => {
            wrong.push(FieldProblem::new("/expires_at", "too_late", "Choose a time within the next two years."));
        }
        _ => {}
    }
    if wrong.is_empty() { Ok(kept) } else { Err(Error::invalid(wrong)) }
}
