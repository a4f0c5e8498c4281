//! The state of few people and groups as it is now: what a change is decided on, and what it is checked by. Read under
//! the reader's registration, so that a preview needs no consent to write.

use checks::facts::SignIn;
use jiff::Timestamp;
use model::{GroupId, PersonId, PlanId, SkuId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BatchRequest, Directory, bad};
use crate::{Endpoint, Error, endpoints as calls, facts, wire};

/// Somebody, as Microsoft knows them now. Comparable: everything in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonNow {
    /// Who.
    pub id: PersonId,
    /// User principal name, lower case.
    pub upn: String,
    /// Display name. Hostile text.
    pub name: String,
    /// Whether they may sign in; `None` where Graph did not say.
    pub enabled: Option<bool>,
    /// Somebody from elsewhere.
    pub guest: bool,
    /// Mastered in the company's own Active Directory: whether they may sign in is decided there.
    pub synced: bool,
    /// Country by ISO 3166-1; without it no licence can be given.
    pub usage_location: Option<String>,
    /// How licences come to them, by licence and then by group. A licence may come more than once.
    pub assignments: Vec<Assignment>,
}

/// One way in which a person has a licence, or was to have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignment {
    /// The licence type.
    pub sku: SkuId,
    /// The group that gives it; `None` where it is assigned directly.
    pub group: Option<GroupId>,
    /// Service plans switched off in it, in order.
    pub disabled_plans: Vec<PlanId>,
    /// Microsoft's code where the assignment is in error (`CountViolation`): then it gives nothing.
    pub error: Option<String>,
    /// When Microsoft last changed it, where it says.
    pub updated: Option<Timestamp>,
}

impl PersonNow {
    /// The licence as it is assigned directly.
    pub fn direct(&self, sku: SkuId) -> Option<&Assignment> {
        self.assignments.iter().find(|assignment| assignment.sku == sku && assignment.group.is_none())
    }

    /// The groups that give the licence.
    pub fn groups(&self, sku: SkuId) -> impl Iterator<Item = GroupId> {
        self.assignments.iter().filter(move |assignment| assignment.sku == sku).filter_map(|by| by.group)
    }

    /// `None` where Graph gave no id.
    fn read(wire: wire::User) -> Option<Self> {
        let held = wire.assigned_licenses.unwrap_or_default();
        let states = wire.license_assignment_states.unwrap_or_default();
        let plans = |plans: Option<Vec<uuid::Uuid>>| {
            let mut plans: Vec<_> = plans.unwrap_or_default().into_iter().map(PlanId).collect();
            plans.sort_unstable();
            plans
        };
        // Without a row nobody says that a group assigns it.
        let unexplained = held.into_iter().filter(|held| !states.iter().any(|row| row.sku_id == held.sku_id));
        let unexplained: Vec<_> = unexplained
            .filter_map(|held| {
                let disabled_plans = plans(held.disabled_plans);
                Some(Assignment { sku: SkuId(held.sku_id?), group: None, disabled_plans, error: None, updated: None })
            })
            .collect();
        let explained = states.into_iter().filter_map(|row| {
            Some(Assignment {
                sku: SkuId(row.sku_id?),
                group: row.assigned_by_group.map(GroupId),
                disabled_plans: plans(row.disabled_plans),
                error: row.error.filter(|error| !error.is_empty() && !error.eq_ignore_ascii_case("none")),
                updated: row.last_updated_date_time,
            })
        });
        let mut assignments: Vec<_> = explained.chain(unexplained).collect();
        assignments.sort();
        Some(Self {
            id: PersonId(wire.id?),
            upn: wire.user_principal_name.unwrap_or_default().to_lowercase(),
            name: wire.display_name.unwrap_or_default(),
            enabled: wire.account_enabled,
            guest: wire.user_type.is_some_and(|kind| kind.eq_ignore_ascii_case("guest")),
            synced: wire.on_premises_sync_enabled == Some(true),
            usage_location: wire.usage_location.filter(|place| !place.is_empty()),
            assignments,
        })
    }
}

/// A group, as Microsoft knows it now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GroupNow {
    /// Which.
    pub id: GroupId,
    /// Display name. Hostile text.
    pub name: String,
    /// A rule decides who is in it: nobody can be taken out by hand.
    pub dynamic: bool,
    /// Mastered in the company's own Active Directory.
    pub synced: bool,
    /// May hold roles of the directory: members of it may be administrators.
    pub assignable_to_role: bool,
    /// A Microsoft 365 group: membership opens its mailbox, files and calendar.
    pub microsoft_365: bool,
    /// A team of Microsoft Teams.
    pub team: bool,
    /// Receives mail.
    pub mail: bool,
    /// Can be given access to things. Microsoft tells to what only under a permission that reads the whole directory,
    /// which Steward does not ask for.
    pub security: bool,
    /// Licence types it gives.
    pub skus: Vec<SkuId>,
}

impl GroupNow {
    /// Whether leaving it certainly takes away more than licences.
    pub fn opens_more(&self) -> bool {
        self.microsoft_365 || self.team || self.mail || self.assignable_to_role
    }

    /// `None` where Graph gave no id.
    fn read(wire: wire::Group) -> Option<Self> {
        let types = wire.group_types.unwrap_or_default();
        let has = |of: &[String], kind: &str| of.iter().any(|given| given.eq_ignore_ascii_case(kind));
        let licenses = wire.assigned_licenses.unwrap_or_default();
        let mut skus: Vec<_> = licenses.into_iter().filter_map(|license| license.sku_id.map(SkuId)).collect();
        skus.sort_unstable();
        Some(Self {
            id: GroupId(wire.id?),
            name: wire.display_name.unwrap_or_default(),
            dynamic: has(&types, "DynamicMembership"),
            synced: wire.on_premises_sync_enabled == Some(true),
            assignable_to_role: wire.is_assignable_to_role == Some(true),
            microsoft_365: has(&types, "Unified"),
            team: has(&wire.resource_provisioning_options.unwrap_or_default(), "Team"),
            mail: wire.mail_enabled == Some(true),
            security: wire.security_enabled == Some(true),
            skus,
        })
    }
}

impl Directory {
    /// People as they are now, in the order asked for; [`Error::NotFound`] for one who is gone.
    ///
    /// # Errors
    /// When a batch as a whole failed.
    pub async fn people_now(&self, people: &[PersonId]) -> Result<Vec<Result<PersonNow, Error>>, Error> {
        let requests: Vec<_> = people.iter().map(|person| BatchRequest::of(&calls::PERSON_NOW, &[person.0])).collect();
        let answers = self.batch(&requests).await?;
        Ok(answers.into_iter().map(|answer| read(&calls::PERSON_NOW, answer?, PersonNow::read)).collect())
    }

    /// When people last signed in, in the order asked for; [`Error::LicenceMissing`] or [`Error::PermissionMissing`]
    /// where Microsoft does not tell, [`Error::NotFound`] for one who is gone.
    ///
    /// # Errors
    /// When a batch as a whole failed.
    pub async fn sign_ins_now(&self, people: &[PersonId]) -> Result<Vec<Result<SignIn, Error>>, Error> {
        let requests: Vec<_> = people.iter().map(|person| BatchRequest::of(&calls::SIGN_IN_NOW, &[person.0])).collect();
        let answers = self.batch(&requests).await?;
        let signed_in = |wire: wire::User| wire.id.map(|_| facts::signed_in(wire.sign_in_activity));
        Ok(answers.into_iter().map(|answer| read(&calls::SIGN_IN_NOW, answer?, signed_in)).collect())
    }

    /// Groups as they are now, in the order asked for; [`Error::NotFound`] for one that is gone.
    ///
    /// # Errors
    /// When a batch as a whole failed.
    pub async fn groups_now(&self, groups: &[GroupId]) -> Result<Vec<Result<GroupNow, Error>>, Error> {
        let requests: Vec<_> = groups.iter().map(|group| BatchRequest::of(&calls::GROUP_NOW, &[group.0])).collect();
        let answers = self.batch(&requests).await?;
        Ok(answers.into_iter().map(|answer| read(&calls::GROUP_NOW, answer?, GroupNow::read)).collect())
    }

    /// Whether people are in groups now, themselves and not through another group; in the order asked for. A person
    /// who is gone is in none.
    ///
    /// # Errors
    /// When a batch as a whole failed.
    pub async fn members_now(&self, pairs: &[(GroupId, PersonId)]) -> Result<Vec<Result<bool, Error>>, Error> {
        let request =
            |(group, person): &(GroupId, PersonId)| BatchRequest::of(&calls::MEMBER_NOW, &[person.0, group.0]);
        let requests: Vec<_> = pairs.iter().map(request).collect();
        let is_member = |answer| match answer {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        };
        Ok(self.batch(&requests).await?.into_iter().map(is_member).collect())
    }
}

fn read<W: serde::de::DeserializeOwned, T>(
    endpoint: &'static Endpoint,
    answer: Value,
    read: impl Fn(W) -> Option<T>,
) -> Result<T, Error> {
    let wire = serde_json::from_value(answer).map_err(|error| bad(endpoint, format!("JSON: {error}"), None))?;
    read(wire).ok_or_else(|| bad(endpoint, "no id", None))
}
