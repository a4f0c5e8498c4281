//! Who is left alone by now, whatever was approved: by the company's word, because they came back, or because of what
//! nobody looked at when it was approved.

use std::collections::BTreeSet;

use checks::outcome::{Affected, GuardId};
use graph::Directory;
use jiff::SignedDuration;
use model::{Change, GroupId, PersonId, utc_date};
use store::{Doubt, Fix, FixItem};

use super::{Stop, Work, stop};
use crate::{back, doubt, live, reason, spared::Spared};

/// What was approved no longer ago was looked at by the checks there are.
const APPROVED_LATELY: SignedDuration = SignedDuration::from_hours(1);

/// What was approved a while ago, and what came up since.
pub(super) struct Since {
    /// Whose mailbox the last check could not tell to be small and a person's.
    noted: BTreeSet<PersonId>,
    /// Who holds a role; `None` where Microsoft does not tell.
    administrators: Option<BTreeSet<PersonId>>,
    /// Numbers of the items that have something to look at by now which they had not when they were approved.
    came_up: BTreeSet<u32>,
}

impl Since {
    fn of(affected: &[Affected]) -> Self {
        let noted = affected.iter().filter(|one| one.guards.contains(&GuardId::G2)).map(|one| one.person);
        Self { noted: noted.collect(), administrators: None, came_up: BTreeSet::new() }
    }

    /// Why an item is left alone.
    pub(super) fn item(&self, item: &FixItem) -> Option<&'static str> {
        self.came_up.contains(&item.number).then_some(reason::CHANGED)
    }
}

impl Work<'_> {
    /// Notes what is left alone by now. Of what was approved a while ago, also whoever the checks since do not find any
    /// more.
    pub(super) async fn look_who_is_spared(&mut self) -> Result<(), Stop> {
        let Fix { finding, check, requested_at, .. } = self.fix.value;
        let spared = Spared::of(self.tenant.terms().await?, finding, check, utc_date(self.now()));
        let Some(finding) = finding.filter(|_| self.now().duration_since(requested_at) > APPROVED_LATELY) else {
            self.spared = Some(spared);
            return Ok(());
        };
        let affected = self.tenant.affected(finding).await?;
        self.spared = Some(spared.but_for(&affected));
        self.since = Some(Since::of(&affected));
        Ok(())
    }

    /// Reads who holds a role, once for all of what was approved a while ago.
    pub(super) async fn look_who_administers(&mut self, reader: &Directory) -> Result<(), Stop> {
        if let (Some(since), None) = (&mut self.since, self.stopped) {
            since.administrators = doubt::administrators(reader).await.map_err(stop)?;
        }
        Ok(())
    }

    /// Notes which of these items, of what was approved a while ago, have something to look at that they had not then:
    /// a batch each for mailboxes that go and for groups that are left. Nobody has confirmed that.
    pub(super) async fn look_what_came_up(
        &mut self,
        at: usize,
        items: &[usize],
        reader: &Directory,
    ) -> Result<(), Stop> {
        let check = self.fix.value.check;
        let (Some(since), None) = (&mut self.since, self.stopped) else { return Ok(()) };
        let own = &self.parts[at].value.items;
        let open: Vec<(&FixItem, &BTreeSet<Doubt>)> =
            items.iter().filter_map(|item| Some((&own[*item], own[*item].doubts.as_ref()?))).collect();
        let loses = |seen: &BTreeSet<Doubt>| seen.contains(&Doubt::MailboxGoes) || seen.contains(&Doubt::MailboxStays);
        let losing: Vec<PersonId> =
            open.iter().filter(|(_, seen)| loses(seen)).filter_map(|(item, _)| item.person).collect();
        let purposes = doubt::purposes(reader, &losing).await.map_err(stop)?;
        let left = open.iter().filter_map(|(item, _)| match &item.change {
            Change::LeaveGroup { group } => Some(*group),
            _ => None,
        });
        let left: BTreeSet<GroupId> = left.collect();
        let groups = live::groups(reader, left).await.map_err(stop)?;
        for (item, seen) in open {
            let mut now: BTreeSet<Doubt> = BTreeSet::new();
            now.extend(doubt::of_roles(&item.change, item.person, since.administrators.as_ref()));
            if let Change::LeaveGroup { group } = &item.change {
                now.extend(groups.get(group).and_then(doubt::of_group));
            }
            if let Some(person) = item.person.filter(|_| loses(seen)) {
                let noted = since.noted.contains(&person);
                now.extend(doubt::of_mailbox(purposes.get(&person).copied(), check, noted));
            }
            if doubt::came_up(&now, seen) {
                since.came_up.insert(item.number);
            }
        }
        Ok(())
    }

    /// Notes who of these items signed in since the check that found that they do not. Where whoever approved it knew
    /// that Microsoft does not tell, it goes by the last check and is not asked again; otherwise nothing more is taken.
    pub(super) async fn look_who_is_back(
        &mut self,
        at: usize,
        items: &[usize],
        reader: &Directory,
    ) -> Result<(), Stop> {
        let Fix { check, sign_ins_unknown, .. } = self.fix.value;
        let (Some(spared), Some(back), None) = (&self.spared, &mut self.back, self.stopped) else { return Ok(()) };
        let own = &self.parts[at].value.items;
        let people: BTreeSet<PersonId> = items.iter().filter_map(|item| own[*item].person).collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let today = utc_date(self.deps.kernel.clock.now());
        let came_back = |on| back::came_back(check, Some(on), &spared.settings, today).is_some();
        match back::sign_ins(reader, &people).await.map_err(stop)? {
            Some(last) => back.extend(last.into_iter().filter(|(_, on)| came_back(*on)).map(|(person, _)| person)),
            None if sign_ins_unknown == Some(false) => return Err(Stop::Leave(reason::SIGN_INS_UNTOLD)),
            None => self.back = None,
        }
        Ok(())
    }
}
