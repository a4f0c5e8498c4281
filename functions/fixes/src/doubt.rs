//! What speaks against a change beside the state that it touches: roles, groups and mailboxes. Looked at in the preview
//! and at the approval, and again with each part where that is long ago (checks.md 1.0.5).

use std::collections::{BTreeMap, BTreeSet};

use checks::{CheckId, facts::MailboxPurpose};
use graph::{BatchRequest, Directory, Error, now::GroupNow};
use model::{Change, PersonId};
use store::Doubt;

/// Who holds a role; `None` where Microsoft does not tell.
///
/// # Errors
/// When it cannot be read for another reason.
pub async fn administrators(directory: &Directory) -> Result<Option<BTreeSet<PersonId>>, Error> {
    match directory.role_assignments().await {
        Ok(roles) => Ok(Some(roles.into_iter().filter_map(|role| role.principal_id.map(PersonId)).collect())),
        Err(Error::PermissionMissing(_) | Error::LicenceMissing(_) | Error::NotFound(_) | Error::Refused(_)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What mailboxes are for, without those of which Microsoft does not tell.
///
/// # Errors
/// When a batch as a whole failed.
pub async fn purposes(directory: &Directory, people: &[PersonId]) -> Result<BTreeMap<PersonId, MailboxPurpose>, Error> {
    let requests: Vec<_> = people.iter().map(|person| BatchRequest::mailbox_purpose(*person)).collect();
    let answers = directory.batch(&requests).await?;
    let purpose = |body| graph::facts::purpose(&serde_json::from_value(body).ok()?);
    let told = people.iter().zip(answers);
    Ok(told.filter_map(|(person, answer)| Some((*person, answer.ok().and_then(purpose)?))).collect())
}

/// Of who is changed. Where nobody told who administers, nobody is known to.
pub fn of_roles(
    change: &Change,
    person: Option<PersonId>,
    administrators: Option<&BTreeSet<PersonId>>,
) -> Option<Doubt> {
    if !matches!(change, Change::Licences { .. } | Change::LeaveGroup { .. } | Change::SignIn { allowed: false }) {
        return None;
    }
    match administrators {
        Some(known) => person.is_some_and(|person| known.contains(&person)).then_some(Doubt::Administrator),
        None => Some(Doubt::RolesUnknown),
    }
}

/// Of the group that is left.
pub fn of_group(group: &GroupNow) -> Option<Doubt> {
    if group.opens_more() {
        Some(Doubt::GroupOpensMore)
    } else if group.security {
        Some(Doubt::GroupMayOpenMore)
    } else {
        None
    }
}

/// Of a mailbox that would go. What it is for as the check found it stands where Microsoft does not tell; `noted` is
/// that the check could not tell that it is small, without archive and a person's (G2).
pub fn of_mailbox(purpose: Option<MailboxPurpose>, check: Option<CheckId>, noted: bool) -> BTreeSet<Doubt> {
    let found_as_nobodys = matches!(check, Some(CheckId::L4 | CheckId::L5));
    let nobodys = purpose.map_or(found_as_nobodys, |purpose| !purpose.is_person());
    match (nobodys, noted) {
        (_, true) => [Doubt::MailboxGoes, Doubt::MailboxOfNobody].into(),
        (true, false) => [Doubt::MailboxStays].into(),
        (false, false) => [Doubt::MailboxGoes].into(),
    }
}

/// Whether there is something to look at now that nobody saw when it was approved. Whoever saw that a group opens more
/// saw that it may.
pub fn came_up(now: &BTreeSet<Doubt>, seen: &BTreeSet<Doubt>) -> bool {
    let milder = |doubt: &Doubt| *doubt == Doubt::GroupMayOpenMore && seen.contains(&Doubt::GroupOpensMore);
    !now.iter().all(|doubt| seen.contains(doubt) || milder(doubt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_opens_less_than_was_seen_is_no_news_and_one_that_opens_more_is() {
        let of = |doubts: &[Doubt]| doubts.iter().copied().collect::<BTreeSet<_>>();
        let (none, opens, may) = (of(&[]), of(&[Doubt::GroupOpensMore]), of(&[Doubt::GroupMayOpenMore]));
        assert!(came_up(&opens, &may) && came_up(&opens, &none) && came_up(&may, &none));
        assert!(!came_up(&may, &opens) && !came_up(&none, &opens) && !came_up(&opens, &opens));
        assert!(came_up(&of(&[Doubt::GroupMayOpenMore, Doubt::Administrator]), &opens));
    }
}
