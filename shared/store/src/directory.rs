//! The one place where a [`TenantScope`] is made. No scope, no data.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp};
use model::{Role, SessionId, TenantId, TenantState, UserId, event::Actor, event::Recorded};

use crate::{
    Company, Member, Result, Schedule, Session, Store, StoreError,
    commit::due_text,
    db::{decode, refused, spent, text},
    error::NotAdmitted,
    key::{Collection, Key, Month},
    meter::Units,
    records::TenantRecord,
};

/// The right to touch one tenant's data, with who is doing it. Has no public constructor.
#[derive(Debug, Clone)]
pub struct TenantScope {
    tenant: TenantId,
    origin: Origin,
    since: Month,
}

/// Who acts, and in which request. Goes into every event.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// The request, as in its `x-request-id`.
    pub request_id: Option<String>,
    /// Address as API Gateway saw it.
    pub ip: Option<String>,
    /// User agent, cut.
    pub user_agent: Option<String>,
}

impl Origin {
    /// Steward itself.
    pub const SYSTEM: Self = Self { actor: Actor::System, request_id: None, ip: None, user_agent: None };
}

impl TenantScope {
    const fn new(tenant: TenantId, origin: Origin) -> Self {
        Self { tenant, origin, since: Month::FIRST }
    }
    /// Which tenant.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }
    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }
    /// Earliest month the tenant's log can have entries in.
    pub(crate) const fn since(&self) -> Month {
        self.since
    }
}

/// What a verified access token says. Made by `identity` alone, after it checked the signature.
#[derive(Debug, Clone)]
pub struct SessionProof {
    /// Who.
    pub user: UserId,
    /// For which tenant.
    pub tenant: TenantId,
    /// In which session.
    pub session: SessionId,
    /// Version of the membership the token was made under.
    pub mver: u64,
    /// Where the request came from.
    pub origin: Origin,
}

/// Somebody let in.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The right to the tenant's data.
    pub scope: TenantScope,
    /// What they may do.
    pub role: Role,
    /// Where the tenant is in its life.
    pub state: TenantState,
    /// The session, as read.
    pub session: Session,
}

/// A tenant whose schedule is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// The right to its data, as Steward itself.
    pub scope: TenantScope,
}

impl Store {
    /// Lets the bearer of a verified token in: session alive, member active at the token's version, tenant readable.
    /// One round trip of three items; strong, so that ending any of them works at once (F51, F89).
    ///
    /// # Errors
    /// [`StoreError::NotAdmitted`] with the reason, which is for the log, not for the caller.
    pub async fn admit(&self, proof: &SessionProof) -> Result<Admission> {
        let root = Collection::Root.partition(proof.tenant, None);
        let keys = [
            Session::key(proof.user, proof.session),
            Key::new(root.as_str(), Member::sort_key(&proof.user)),
            Key::new(root.as_str(), Company::sort_key(&())),
        ];
        let [session, member, company] = self
            .get_many(&keys, true)
            .await?
            .try_into()
            .map_err(|_| StoreError::Refused("a batch of three answered otherwise".into()))?;
        let now = self.clock.now().as_second();
        let session: Session = decode("Session", session.ok_or(NotAdmitted::Session)?)?;
        if session.tenant != proof.tenant || session.idle_until <= now || session.absolute_until <= now {
            return Err(NotAdmitted::Session.into());
        }
        let member: Member = decode(Member::KIND, member.ok_or(NotAdmitted::Membership)?)?;
        if !member.active || member.mver != proof.mver {
            return Err(NotAdmitted::Membership.into());
        }
        let company: Company = decode(Company::KIND, company.ok_or(NotAdmitted::Membership)?)?;
        if !company.state.may_read() {
            return Err(NotAdmitted::Tenant(company.state).into());
        }
        // A sign-up's first event is up to a day older than the company.
        let since = company.created_at.checked_sub(SignedDuration::from_hours(24)).unwrap_or(company.created_at);
        let scope = TenantScope { since: Month::of(since), ..TenantScope::new(proof.tenant, proof.origin.clone()) };
        Ok(Admission { scope, role: member.role, state: company.state, session })
    }

    /// The scope of an event that the bus brought: `detail` is the stream record, as the pipe passes it on.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is no event of ours.
    pub fn open_event(&self, detail: &serde_json::Value) -> Result<(TenantScope, Recorded)> {
        let corrupt = |cause: String| StoreError::Corrupt { kind: "Event", cause };
        let image = detail.pointer("/dynamodb/NewImage").ok_or_else(|| corrupt("no NewImage".into()))?;
        let item: serde_dynamo::Item = serde_json::from_value(image.clone()).map_err(|e| corrupt(e.to_string()))?;
        let recorded: Recorded = serde_dynamo::from_item(item).map_err(|e| corrupt(e.to_string()))?;
        // The key is what IAM and the table hold; the body must say the same.
        let pk = image.pointer("/PK/S").and_then(serde_json::Value::as_str).unwrap_or_default();
        if !pk.starts_with(&format!("TENANT#{}#EVENTS#", recorded.tenant)) {
            return Err(corrupt("the key is of another tenant".into()));
        }
        Ok((TenantScope::new(recorded.tenant, Origin::SYSTEM), recorded))
    }

    /// Tenants whose schedule is due, oldest first within a shard, at most `limit` per shard.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let mut due = Vec::new();
        for shard in 0..Schedule::SHARDS {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("due")
                .key_condition_expression("due_shard = :shard AND due_at <= :now")
                .expression_attribute_values(":shard", text(format!("DUE#{shard:02}")))
                .expression_attribute_values(":now", text(due_text(now)))
                .set_limit(i32::try_from(limit).ok())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(refused)?;
            spent(Units::Read, answer.consumed_capacity());
            for item in answer.items.unwrap_or_default() {
                let tenant = crate::db::key_of(&item)
                    .and_then(|key| key.pk.strip_prefix("TENANT#").and_then(|id| id.parse().ok()))
                    .ok_or(StoreError::Corrupt { kind: Schedule::KIND, cause: "key of the index".into() })?;
                due.push(Due { scope: TenantScope::new(tenant, Origin::SYSTEM) });
            }
        }
        Ok(due)
    }

    /// The scope of a tenant that a sign-up is about to create.
    pub(crate) const fn scope_of_new_tenant(&self, tenant: TenantId, origin: Origin) -> TenantScope {
        TenantScope::new(tenant, origin)
    }

    /// The scope of a membership whose owner proved who they are.
    pub(crate) const fn scope_of_membership(&self, tenant: TenantId, origin: Origin) -> TenantScope {
        TenantScope::new(tenant, origin)
    }
}
