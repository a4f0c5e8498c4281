//! Who holds which role of the directory, and who was deleted of late.

use serde_json::{Map, Value, json};
use uuid::{Uuid, uuid};

use crate::{
    day::Day,
    directory::{Directory, Kind, Person},
    render::salt,
};

const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
const EXCHANGE_ADMINISTRATOR: Uuid = uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de");
const DIRECTORY_SYNCHRONIZATION_ACCOUNTS: Uuid = uuid!("d29b2b05-8046-44ba-8758-1e26182fcf32");
/// Directory Readers: what many programs are given.
const DIRECTORY_READERS: Uuid = uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b");

/// The properties of Graph's `user` that are served of somebody deleted.
pub(crate) const DELETED: &[&str] = &["assignedLicenses", "deletedDateTime", "displayName", "id", "userPrincipalName"];

impl Directory {
    /// Graph's `unifiedRoleAssignment`s, in the order of their ids.
    pub(crate) fn role_assignments(&self) -> Vec<Value> {
        let held = self.people.iter().filter(|p| !p.deleted).filter_map(|p| Some((p, role(p)?)));
        let mut assignments: Vec<Value> = held.map(|(person, role)| assignment(person.id.0, role)).collect();
        // A program of the company's own.
        assignments.push(assignment(Uuid::from_u64_pair(salt(self.id.0, 90), salt(self.id.0, 91)), DIRECTORY_READERS));
        assignments.sort_by_cached_key(|assignment| assignment["id"].to_string());
        assignments
    }

    /// The people deleted within the last 30 days.
    pub(crate) fn deleted_json(&self, today: Day) -> Vec<Map<String, Value>> {
        self.people.iter().filter(|p| p.deleted).map(|person| self.gone(person, today)).collect()
    }

    fn gone(&self, person: &Person, today: Day) -> Map<String, Value> {
        let on = person.deleted_on.unwrap_or_else(|| today.before(1));
        let licenses =
            self.held(person).into_iter().map(|sku| json!({"disabledPlans": [], "skuId": self.skus[sku].id}));
        let user = json!({
            "assignedLicenses": licenses.collect::<Vec<_>>(),
            "deletedDateTime": on.time(salt(person.id.0, 92)),
            "displayName": self.display_name(person),
            "id": person.id,
            // Graph puts the id before the address, so that the address is free for somebody else.
            "userPrincipalName": format!("{}{}", person.id.0.simple(), self.upn(person)),
        });
        match user {
            Value::Object(user) => user,
            _ => Map::new(),
        }
    }
}

fn role(person: &Person) -> Option<Uuid> {
    match person.kind {
        Kind::Admin => Some(EXCHANGE_ADMINISTRATOR),
        Kind::DirectorySync => Some(DIRECTORY_SYNCHRONIZATION_ACCOUNTS),
        _ => person.global_admin.then_some(GLOBAL_ADMINISTRATOR),
    }
}

fn assignment(principal: Uuid, role: Uuid) -> Value {
    let id = format!("{}-{}", role.simple(), principal.simple());
    json!({"directoryScopeId": "/", "id": id, "principalId": principal, "roleDefinitionId": role})
}
