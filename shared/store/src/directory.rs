//! The one place where a [`TenantScope`] is made. No scope, no data.

use aws_sdk_dynamodb::{error::SdkError, types::ReturnConsumedCapacity};
use jiff::{SignedDuration, Timestamp};
use model::{
    AttestationId, DirectoryId, FindingId, KeyId, Permissions, Policy, RoleName, SessionId, TenantId, TenantState,
    UserId, event::Actor, event::Recorded,
};

use crate::{
    ApiKey, Attestation, Company, Fix, FixDue, Member, RenewalWatch, Result, Schedule, Session, Store, StoreError,
    TokenHash,
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
    /// Who acts.
    pub const fn actor(&self) -> Actor {
        self.origin.actor
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

/// What an API key says. Made by `identity` alone, after it checked the key's form.
#[derive(Debug, Clone)]
pub struct KeyProof {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Which key.
    pub key: KeyId,
    /// Hash of the secret that was presented.
    pub secret: TokenHash,
    /// Where the request came from.
    pub origin: Origin,
}

/// Who was let in.
#[derive(Debug, Clone)]
pub enum Principal {
    /// A person, in a session.
    User {
        /// The session, as read.
        session: Box<Session>,
        /// Their role.
        role: RoleName,
        /// Their address.
        email: String,
    },
    /// A program.
    Key(Box<ApiKey>),
}

/// Somebody let in.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The right to the tenant's data.
    pub scope: TenantScope,
    /// Who.
    pub principal: Principal,
    /// What they may do.
    pub permissions: Permissions,
    /// Where the tenant is in its life.
    pub state: TenantState,
    /// When the first payment of the tenant failed that is still open.
    pub past_due_since: Option<Timestamp>,
    /// Whether the tenant's company and people are made up.
    pub sample: bool,
    /// The tenant's rules for signing in.
    pub policy: Policy,
    /// The directory the tenant is connected to, or was last.
    pub directory: Option<DirectoryId>,
}

/// A tenant whose schedule is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// The right to its data, as Steward itself.
    pub scope: TenantScope,
}

/// A question to a manager whose time is over.
#[derive(Debug, Clone)]
pub struct DueAttestation {
    /// The right to its tenant's data, as Steward itself.
    pub scope: TenantScope,
    /// Which.
    pub attestation: (FindingId, AttestationId),
}

/// An API key whose end is near.
#[derive(Debug, Clone)]
pub struct DueKey {
    /// The right to its tenant's data, as Steward itself.
    pub scope: TenantScope,
    /// Which key.
    pub key: KeyId,
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
        let company = readable(company.ok_or(NotAdmitted::Membership)?)?;
        Ok(Admission {
            scope: scope_of(&company, proof.origin.clone()),
            permissions: company.permissions_of(member.role),
            principal: Principal::User { session: Box::new(session), role: member.role, email: member.email },
            state: company.state,
            past_due_since: company.past_due_since,
            sample: company.sample,
            policy: company.policy,
            directory: company.directory,
        })
    }

    /// Lets the bearer of an API key in: right secret, not revoked, not over, tenant readable. One round trip of two
    /// items. From which networks it works is the caller's to check: it knows addresses.
    ///
    /// # Errors
    /// [`StoreError::NotAdmitted`]. Only who has the secret learns that the key is over.
    pub async fn admit_key(&self, proof: &KeyProof) -> Result<Admission> {
        let root = Collection::Root.partition(proof.tenant, None);
        let keys =
            [Key::new(root.as_str(), ApiKey::sort_key(&proof.key)), Key::new(root.as_str(), Company::sort_key(&()))];
        let [key, company] = self
            .get_many(&keys, true)
            .await?
            .try_into()
            .map_err(|_| StoreError::Refused("a batch of two answered otherwise".into()))?;
        let now = self.clock.now();
        let key: ApiKey = decode(ApiKey::KIND, key.ok_or(NotAdmitted::Key)?)?;
        if !key.opens_with(&proof.secret, now) || key.revoked_at.is_some() {
            return Err(NotAdmitted::Key.into());
        }
        if key.expires_at.is_some_and(|end| end <= now.as_second()) {
            return Err(NotAdmitted::KeyExpired.into());
        }
        let company = readable(company.ok_or(NotAdmitted::Key)?)?;
        let scope = scope_of(&company, proof.origin.clone());
        Ok(Admission {
            scope,
            permissions: key.scopes,
            principal: Principal::Key(Box::new(key)),
            state: company.state,
            past_due_since: company.past_due_since,
            sample: company.sample,
            policy: company.policy,
            directory: company.directory,
        })
    }

    /// Notes that a key was used: at most every five minutes, so that a request does not cost a write (C10).
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn key_used(&self, scope: &TenantScope, key: &ApiKey) -> Result<()> {
        const EVERY: SignedDuration = SignedDuration::from_mins(5);
        let now = self.clock.now();
        if key.last_used_at.is_some_and(|at| now.duration_since(at) < EVERY) {
            return Ok(());
        }
        // Two attributes and no more: that is all the right every function has (template.yaml, Admission).
        let place = Key::new(Collection::Root.partition(scope.tenant(), None), ApiKey::sort_key(&key.key));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(place.item()))
            .update_expression("SET last_used_at = :now, last_used_ip = :ip")
            .condition_expression("attribute_exists(PK)")
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":ip", text(scope.origin.ip.as_deref().unwrap_or_default()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                spent(Units::Write, answer.consumed_capacity());
                Ok(())
            }
            // Deleted meanwhile: nothing to note.
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(refused(error)),
        }
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

    /// The right to revoke the key that a report of a leak holds, whatever state its tenant is in; `None` when no key
    /// opens with it. One read in any case.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn leaked_key(&self, proof: &KeyProof) -> Result<Option<TenantScope>> {
        let place = Key::new(Collection::Root.partition(proof.tenant, None), ApiKey::sort_key(&proof.key));
        let key: Option<ApiKey> = self.get(&place, true).await?.map(|item| decode(ApiKey::KIND, item)).transpose()?;
        let ours = key.is_some_and(|key| key.opens_with(&proof.secret, self.clock.now()));
        Ok(ours.then(|| TenantScope::new(proof.tenant, proof.origin.clone())))
    }

    /// Tenants whose schedule is due, oldest first within a shard, at most `limit` per shard.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let keys = self.due_in::<Schedule>(Schedule::SHARDS, now, limit).await?;
        Ok(keys.into_iter().map(|(scope, _)| Due { scope }).collect())
    }

    /// API keys that are to be warned of, at most `limit` per shard.
    pub async fn keys_due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueKey>> {
        let keys = self.due_in::<ApiKey>(ApiKey::SHARDS, now, limit).await?;
        keys.into_iter()
            .map(|(scope, key)| {
                let key = key.sk.strip_prefix(ApiKey::PREFIX).and_then(|id| id.parse().ok());
                let key = key.ok_or_else(|| StoreError::corrupt(ApiKey::KIND, "key of the index"))?;
                Ok(DueKey { scope, key })
            })
            .collect()
    }

    /// Fixes the sweep is to look at, at most `limit` per shard.
    pub async fn fixes_due(&self, now: Timestamp, limit: u32) -> Result<Vec<FixDue>> {
        let keys = self.due_in::<Fix>(Fix::SHARDS, now, limit).await?;
        keys.into_iter()
            .map(|(scope, key)| {
                let fix = key.sk.strip_prefix(Fix::PREFIX).and_then(|id| id.parse().ok());
                let fix = fix.ok_or_else(|| StoreError::corrupt(Fix::KIND, "key of the index"))?;
                Ok(FixDue { scope, fix })
            })
            .collect()
    }

    /// Questions to managers whose time is over, at most `limit`.
    pub async fn attestations_due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueAttestation>> {
        let keys = self.due_in::<Attestation>(Attestation::SHARDS, now, limit).await?;
        keys.into_iter()
            .map(|(scope, key)| {
                let ids = key.sk.strip_prefix(Attestation::PREFIX).and_then(|rest| rest.split_once('#'));
                let ids = ids.and_then(|(finding, id)| Some((finding.parse().ok()?, id.parse().ok()?)));
                let corrupt = StoreError::corrupt(Attestation::KIND, "key of the index");
                Ok(DueAttestation { scope, attestation: ids.ok_or(corrupt)? })
            })
            .collect()
    }

    /// Companies that are to be told of renewals, at most `limit`.
    pub async fn renewals_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let keys = self.due_in::<RenewalWatch>(RenewalWatch::SHARDS, now, limit).await?;
        Ok(keys.into_iter().map(|(scope, _)| Due { scope }).collect())
    }

    /// Where records stand that are due, with the right to each one's tenant.
    pub(crate) async fn due_in<T: TenantRecord>(
        &self,
        shards: u8,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantScope, Key)>> {
        let mut due = Vec::new();
        for shard in 0..shards {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("due")
                .key_condition_expression("due_shard = :shard AND due_at <= :now")
                .expression_attribute_values(":shard", text(format!("{}#{shard:02}", T::DUE)))
                .expression_attribute_values(":now", text(due_text(now)))
                .set_limit(i32::try_from(limit).ok())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(refused)?;
            spent(Units::Read, answer.consumed_capacity());
            for item in answer.items.unwrap_or_default() {
                let found = crate::db::key_of(&item)
                    .and_then(|key| Some((key.pk.strip_prefix("TENANT#")?.split('#').next()?.parse().ok()?, key)))
                    .ok_or_else(|| StoreError::corrupt(T::KIND, "key of the index"))?;
                due.push((TenantScope::new(found.0, Origin::SYSTEM), found.1));
            }
        }
        Ok(due)
    }

    /// The scope of a tenant that is about to be created.
    pub(crate) const fn scope_of_new_tenant(&self, tenant: TenantId, origin: Origin) -> TenantScope {
        TenantScope::new(tenant, origin)
    }

    /// The scope of the tenant that a one-time link was made for.
    pub(crate) const fn scope_of_link(&self, tenant: TenantId, origin: Origin) -> TenantScope {
        TenantScope::new(tenant, origin)
    }

    /// The scope of a company that a mail was about which came back, or whose member had its address.
    pub(crate) const fn scope_of_returned_mail(&self, tenant: TenantId) -> TenantScope {
        TenantScope::new(tenant, Origin::SYSTEM)
    }

    /// The scope of a membership whose owner proved who they are.
    pub(crate) const fn scope_of_membership(&self, tenant: TenantId, origin: Origin) -> TenantScope {
        TenantScope::new(tenant, origin)
    }
}

fn readable(company: crate::key::Item) -> Result<Company> {
    let company: Company = decode(Company::KIND, company)?;
    if company.state.may_read() { Ok(company) } else { Err(NotAdmitted::Tenant(company.state).into()) }
}

fn scope_of(company: &Company, origin: Origin) -> TenantScope {
    // A sign-up's first event is up to a day older than the company.
    let since = company.created_at.checked_sub(SignedDuration::from_hours(24)).unwrap_or(company.created_at);
    TenantScope { since: Month::of(since), ..TenantScope::new(company.tenant, origin) }
}
