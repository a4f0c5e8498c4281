//! Who is left alone by now, whatever was approved: by the company's word, or because they came back.

use std::collections::BTreeSet;

use graph::Directory;
use jiff::SignedDuration;
use model::{PersonId, utc_date};
use store::Fix;

use super::{Stop, Work, stop};
use crate::{back, reason, spared::Spared};

/// What was approved no longer ago was looked at by the checks there are.
const APPROVED_LATELY: SignedDuration = SignedDuration::from_hours(1);

impl Work<'_> {
    /// What is left alone by now. Of what was approved a while ago, also whoever the checks since do not find any more.
    pub(super) async fn left_alone(&self) -> Result<Spared, Stop> {
        let Fix { finding, check, requested_at, .. } = self.fix.value;
        let spared = Spared::of(self.tenant.terms().await?, finding, check, utc_date(self.now()));
        match finding.filter(|_| self.now().duration_since(requested_at) > APPROVED_LATELY) {
            Some(finding) => Ok(spared.but_for(&self.tenant.affected(finding).await?)),
            None => Ok(spared),
        }
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
