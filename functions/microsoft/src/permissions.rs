//! Microsoft's permissions in plain words, for whoever is asked to grant them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One permission.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PermissionView {
    /// As Microsoft calls it.
    #[schema(example = "LicenseAssignment.ReadWrite.All")]
    pub name: String,
    /// What Steward does with it.
    #[schema(example = "Give licences and take them away.")]
    pub purpose: String,
    /// Whether it was granted.
    pub granted: bool,
    /// Steward does without it, and says what it cannot do then.
    pub optional: bool,
}

impl PermissionView {
    pub(crate) fn of(name: &str, granted: &[String], optional: bool) -> Self {
        let is_granted = granted.iter().any(|permission| permission == name);
        Self { name: name.into(), purpose: used_for(name).unwrap_or_default().into(), granted: is_granted, optional }
    }
}

/// One permission to read, with what it is used for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadView {
    /// As Microsoft calls it.
    #[schema(example = "User.Read.All")]
    pub name: String,
    /// Whether it was granted.
    pub granted: bool,
    /// What Steward reads with it, from the list its client is built from; nothing of one that was never asked for.
    #[schema(max_items = 64)]
    pub uses: Vec<UseView>,
}

/// One thing that is read, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UseView {
    /// What.
    #[schema(example = "Names, sign-in names, departments and licences of people")]
    pub what: String,
    /// What for.
    #[schema(example = "To find licences nobody needs")]
    pub why: String,
}

impl ReadView {
    /// What the reader asks for, and what else was granted to it.
    pub(crate) fn all(granted: &[String]) -> Vec<Self> {
        let asked = graph::reader_permissions();
        let beside = granted.iter().map(String::as_str).filter(|name| !asked.contains(name));
        let names: Vec<&str> = asked.iter().copied().chain(beside).collect();
        let view = |name: &str| Self {
            name: name.into(),
            granted: granted.iter().any(|one| one == name),
            uses: graph::Endpoint::all_under(None)
                .filter(|call| call.permissions.contains(&name))
                .filter_map(graph::Endpoint::purpose)
                .map(|purpose| UseView { what: purpose.what.into(), why: purpose.why.into() })
                .collect(),
        };
        names.into_iter().map(view).collect()
    }
}

/// What Steward does with a permission that writes; `None` for one it does not ask for.
fn used_for(permission: &str) -> Option<&'static str> {
    Some(match permission {
        "GroupMember.ReadWrite.All" => {
            "Take people out of groups that give them licences, and put them back. Microsoft keeps groups of \
             administrators out of it."
        }
        "LicenseAssignment.ReadWrite.All" => "Give licences and take them away.",
        "ReportSettings.ReadWrite.All" => "Show or hide people's names in Microsoft's usage reports.",
        "User.EnableDisableAccount.All" => "Block and allow sign-in, except of administrators.",
        "User.Read.All" => "Read people's accounts and licences. Microsoft wants it beside blocking sign-in.",
        "User.ReadWrite.All" => {
            "Have Microsoft work out somebody's licences again. The permission could do more: change names and \
             addresses, which Steward never does."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use model::Tier;

    use super::*;

    #[test]
    fn every_permission_that_is_asked_for_is_explained() {
        for &tier in Tier::ALL {
            for permission in graph::writer_permissions(tier).into_iter().chain(graph::optional_permissions(tier)) {
                assert!(used_for(permission).is_some(), "{permission}");
            }
        }
        assert_eq!(used_for("Directory.ReadWrite.All"), None);
    }
}
