//! From a change to the call of Microsoft that makes it, and to the words for it.

use std::collections::BTreeMap;

use graph::write::Write;
use model::{Assignment, Change, GroupId, PersonId, SkuId};

/// The call; `None` where a change of somebody names nobody.
pub fn write(person: Option<PersonId>, change: &Change) -> Option<Write> {
    Some(match change {
        Change::Licences { remove, add } => Write::AssignLicense {
            person: person?,
            add: add.iter().map(|Assignment { sku, disabled_plans }| (*sku, disabled_plans.clone())).collect(),
            remove: remove.clone(),
        },
        Change::LeaveGroup { group } => Write::LeaveGroup { group: *group, person: person? },
        Change::JoinGroup { group } => Write::JoinGroup { group: *group, person: person? },
        Change::SignIn { allowed } => Write::SetSignIn { person: person?, enabled: *allowed },
        Change::Reprocess => Write::Reprocess { person: person? },
        Change::ReportNames { concealed } => Write::ConcealNames(*concealed),
    })
}

/// Names of licence types and groups, as people know them.
#[derive(Debug, Default)]
pub struct Names {
    /// Licence types.
    pub skus: BTreeMap<SkuId, String>,
    /// Groups; hostile text.
    pub groups: BTreeMap<GroupId, String>,
}

impl Names {
    /// A licence type's name, or its id where it is not known.
    pub fn sku(&self, sku: SkuId) -> String {
        let known = || checks::product_name(sku).map(str::to_owned);
        self.skus.get(&sku).cloned().or_else(known).unwrap_or_else(|| sku.to_string())
    }

    fn list(&self, skus: impl Iterator<Item = SkuId>) -> String {
        skus.map(|sku| self.sku(sku)).collect::<Vec<_>>().join(", ")
    }

    /// What a change does, in one line.
    pub fn words(&self, change: &Change) -> String {
        match change {
            Change::Licences { remove, add } => {
                let given = self.list(add.iter().map(|assignment| assignment.sku));
                match (remove.is_empty(), add.is_empty()) {
                    (false, true) => format!("Remove {}", self.list(remove.iter().copied())),
                    (true, false) => format!("Give {given}"),
                    _ => format!("Exchange {} for {given}", self.list(remove.iter().copied())),
                }
            }
            Change::LeaveGroup { group } => format!("Take out of the group {}", self.group(*group)),
            Change::JoinGroup { group } => format!("Put into the group {}", self.group(*group)),
            Change::SignIn { allowed: false } => "Block sign-in".into(),
            Change::SignIn { allowed: true } => "Allow sign-in".into(),
            Change::Reprocess => "Have Microsoft work out the licences again".into(),
            Change::ReportNames { concealed: false } => "Show names in reports".into(),
            Change::ReportNames { concealed: true } => "Hide names in reports".into(),
        }
    }

    /// A group's name, or its id where it is not known.
    pub fn group(&self, group: GroupId) -> String {
        self.groups.get(&group).filter(|name| !name.trim().is_empty()).cloned().unwrap_or_else(|| group.to_string())
    }
}
