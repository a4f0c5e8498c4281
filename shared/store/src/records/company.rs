//! The company, its members and its schedule.

use jiff::Timestamp;
use model::{
    Currency, CustomRole, DirectoryId, InvitationId, Permissions, Policy, RoleName, TenantId, TenantState, UserId,
    mail::Returned,
};
use serde::{Deserialize, Serialize};

use super::{Invitation, Ours, TenantRecord};
use crate::key::Collection;

/// The registry's one item of a tenant (F9, F13): everything about it is read through here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Which tenant.
    pub tenant: TenantId,
    /// As people call it.
    pub name: String,
    /// Unique short name (F16).
    pub slug: String,
    /// Where it is in its life.
    pub state: TenantState,
    /// What prices are shown in.
    pub currency: Currency,
    /// When it was created.
    pub created_at: Timestamp,
    /// Plan of Steward; the catalogue of plans comes with billing.
    pub plan: String,
    /// Roles the company made itself, at most [`Company::ROLES_MOST`]: here, because every request needs them.
    #[serde(default)]
    pub roles: Vec<CustomRole>,
    /// Its rules for signing in.
    #[serde(default)]
    pub policy: Policy,
    /// The directory it is connected to, or was last: here, because every request of who came in with Microsoft needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<DirectoryId>,
    /// Active members that are owners; never 0.
    #[serde(default = "one")]
    pub owners: u32,
    /// Seats in use: members, and invitations that wait (C2, C13).
    #[serde(default = "one")]
    pub seats: u32,
    /// Seats there are.
    #[serde(default = "seats")]
    pub seat_limit: u32,
    /// When the first payment failed that is still open: what its state comes to is counted from here (C14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_due_since: Option<Timestamp>,
    /// Whether company and people are made up: its numbers are nobody's (docs/adr/0026).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
}

const fn one() -> u32 {
    1
}
const fn seats() -> u32 {
    Company::SEATS
}

impl Company {
    /// Most roles of its own.
    pub const ROLES_MOST: usize = 20;
    /// Seats of a new company.
    pub const SEATS: u32 = 25;

    /// Whether it lets `user` in who signed in at Microsoft with an account of `directory`, or without Microsoft (`None`).
    /// By Microsoft means by its own: anybody can have a directory (C8).
    pub fn lets_in(&self, user: UserId, directory: Option<DirectoryId>) -> bool {
        self.policy.lets_in_without_microsoft(user) || (directory.is_some() && self.directory == directory)
    }

    /// What a role may do here. A role that is not known may do nothing (F83).
    pub fn permissions_of(&self, role: RoleName) -> Permissions {
        match role {
            RoleName::System(role) => role.permissions(),
            RoleName::Custom(id) => {
                self.roles.iter().find(|role| role.id == id).map_or(Permissions::NONE, |role| role.permissions)
            }
        }
    }
}

impl Ours for Company {}
impl TenantRecord for Company {
    const KIND: &'static str = "company";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "META";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "META".into()
    }
}

/// A user's place in a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: RoleName,
    /// `false` ends every access at once.
    pub active: bool,
    /// Address at the time of joining, for mails to members.
    pub email: String,
    /// Display name.
    pub name: String,
    /// When they joined.
    pub joined_at: Timestamp,
    /// Counts up with every change of role or state; a token of an older one is refused (F51).
    pub mver: u64,
    /// When they were last here: noted where a session is opened, and by the first of its refreshes on a day (UTC). No
    /// request writes it otherwise, and no version counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// How mail to the address came back. Gone with another address, or when they used a link that came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_returned: Option<Returned>,
    /// Addresses they had here before, each as what an invitation of it is called, the first ones: who is put out does
    /// not come back by one of them either (C8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<InvitationId>,
}

impl Member {
    /// Most former addresses that are kept. The first ones, or a few changes more would take the one they joined with.
    const FORMERLY_MOST: usize = 20;

    /// Moves to another address, in their place in `tenant`.
    pub(crate) fn move_to(&mut self, tenant: TenantId, email: &str) {
        let [before, now] = [self.email.as_str(), email].map(|address| Invitation::id_of(tenant, address));
        self.formerly.retain(|former| *former != now);
        if before != now && !self.formerly.contains(&before) && self.formerly.len() < Self::FORMERLY_MOST {
            self.formerly.push(before);
        }
        email.clone_into(&mut self.email);
        // What is known of mail to the address before is nothing of this one.
        self.mail_returned = None;
    }
}

impl Ours for Member {}
impl TenantRecord for Member {
    const KIND: &'static str = "member";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "MEMBER#";
    type Id = UserId;
    fn id(&self) -> UserId {
        self.user
    }
    fn sort_key(id: &UserId) -> String {
        format!("MEMBER#{id}")
    }
}

/// When the next scan is due. In the index of what is due exactly while it is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Which tenant; the index gives only keys.
    pub tenant: TenantId,
    /// Whether it runs; `false` while nothing is connected.
    pub on: bool,
    /// The next scan.
    pub next_at: Timestamp,
    /// Hours between scans.
    pub every_hours: u32,
}

impl Ours for Schedule {}
impl TenantRecord for Schedule {
    const KIND: &'static str = "schedule";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#~SCHEDULE";
    type Id = ();
    fn id(&self) {}
    // As the connection's: the first screen tells when the next check is.
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
    fn due(&self) -> Option<Timestamp> {
        self.on.then_some(self.next_at)
    }
    fn due_shard(&self) -> u8 {
        u8::try_from(self.tenant.bits() % u128::from(Self::SHARDS)).unwrap_or(0)
    }
}

impl Schedule {
    /// Partitions of the index of what is due, so that no single one is hot.
    pub const SHARDS: u8 = 4;
}
