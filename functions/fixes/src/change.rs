//! From a change to the call of Microsoft that makes it, and to the words for it.

use std::collections::BTreeMap;

use graph::write::Write;
use model::{Assignment, Change, GroupId, Held, PersonId, SkuId, State};

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

    /// What a change is about as a state has it, in one line.
    pub fn state(&self, change: &Change, state: &State) -> String {
        match change {
            Change::Licences { .. } | Change::Reprocess => self.licences(state),
            Change::LeaveGroup { group } | Change::JoinGroup { group } => {
                let there = if state.groups.contains(group) { "In" } else { "Not in" };
                format!("{there} the group {}; {}", self.group(*group), self.licences(state))
            }
            Change::SignIn { .. } => match state.enabled {
                Some(true) => "Sign-in allowed".into(),
                Some(false) => "Sign-in blocked".into(),
                None => String::new(),
            },
            Change::ReportNames { .. } => match state.concealed {
                Some(true) => "Names hidden in reports".into(),
                Some(false) => "Names shown in reports".into(),
                None => String::new(),
            },
        }
    }

    fn licences(&self, state: &State) -> String {
        let one = |held: &Held| {
            let by = held.group.map(|group| format!("by the group {}", self.group(group)));
            let off = held.disabled_plans.len();
            let off = (off > 0).then(|| format!("{off} {} off", if off == 1 { "part" } else { "parts" }));
            let failed = held.error.is_some().then(|| "in error".to_owned());
            let details: Vec<String> = [by, off, failed].into_iter().flatten().collect();
            let name = self.sku(held.sku);
            if details.is_empty() { name } else { format!("{name} ({})", details.join(", ")) }
        };
        if state.licences.is_empty() {
            return "No licence".into();
        }
        state.licences.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    /// A group's name, or its id where it is not known.
    pub fn group(&self, group: GroupId) -> String {
        self.groups.get(&group).filter(|name| !name.trim().is_empty()).cloned().unwrap_or_else(|| group.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_by_what_the_change_is_about() {
        let sku = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
        let group = GroupId::literal("00000000-0000-4000-8000-0000000000a1");
        let names = Names { skus: [(sku, "Standard".into())].into(), groups: [(group, "Sales".into())].into() };
        let direct = Held { sku, group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let plan = model::PlanId::literal("efb87545-963c-4e0d-99df-69c6916d9eb0");
        let by_group = Held { group: Some(group), disabled_plans: vec![plan], ..direct.clone() };
        let before =
            State { enabled: Some(true), licences: vec![direct, by_group], groups: [group].into(), concealed: None };
        let told = |change: Change| (names.state(&change, &before), names.state(&change, &change.applied(&before)));
        let both = |before: &str, after: &str| (before.to_owned(), after.to_owned());
        let kept = "Standard (by the group Sales, 1 part off)";
        let all = format!("Standard; {kept}");
        assert_eq!(told(Change::Licences { remove: vec![sku], add: Vec::new() }), both(&all, kept));
        assert_eq!(
            told(Change::LeaveGroup { group }),
            both(&format!("In the group Sales; {all}"), "Not in the group Sales; Standard")
        );
        assert_eq!(told(Change::SignIn { allowed: false }), both("Sign-in allowed", "Sign-in blocked"));
        assert_eq!(names.state(&Change::Reprocess, &State::default()), "No licence");
        let setting = State { concealed: Some(true), ..State::default() };
        assert_eq!(names.state(&Change::ReportNames { concealed: false }, &setting), "Names hidden in reports");
    }
}
