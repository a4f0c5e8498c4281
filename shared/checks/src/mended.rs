//! What fixes have changed since the scan the findings are of.
//!
//! A licence that is mended stays in its finding, marked with the fix, and counts no money. The next scan sees it for
//! itself; when the fix is undone before that, it counts again at the next [`crate::settle`].

use std::collections::BTreeMap;

use model::{FixId, PersonId, SkuId};

use crate::catalogue::CheckId;

/// Licences of people that fixes have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mended {
    freed: BTreeMap<(PersonId, SkuId), FixId>,
    for_check: BTreeMap<(CheckId, PersonId, SkuId), FixId>,
}

impl Mended {
    /// Somebody does not have a licence any more: nothing that was found of it is left to do.
    pub fn free(&mut self, person: PersonId, sku: SkuId, fix: FixId) {
        self.freed.insert((person, sku), fix);
    }

    /// What one check says of a licence that somebody still has is no longer so.
    pub fn for_check(&mut self, check: CheckId, person: PersonId, sku: SkuId, fix: FixId) {
        self.for_check.insert((check, person, sku), fix);
    }

    /// The fix that mended what a check says of a licence.
    pub fn by(&self, check: CheckId, person: PersonId, sku: SkuId) -> Option<FixId> {
        self.freed.get(&(person, sku)).or_else(|| self.for_check.get(&(check, person, sku))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BASIC, STANDARD, person, sku_id};

    #[test]
    fn a_freed_licence_is_mended_for_every_check_and_any_other_for_its_own() {
        let (anna, ben, fix) = (person(1, &[]).id, person(2, &[]).id, FixId::from_bits(7));
        let mut mended = Mended::default();
        mended.free(anna, sku_id(BASIC), fix);
        mended.for_check(CheckId::L11, anna, sku_id(STANDARD), fix);
        for check in [CheckId::L3, CheckId::L6, CheckId::L11] {
            assert_eq!(mended.by(check, anna, sku_id(BASIC)), Some(fix));
            assert_eq!(mended.by(check, ben, sku_id(BASIC)), None);
            let own = (check == CheckId::L11).then_some(fix);
            assert_eq!(mended.by(check, anna, sku_id(STANDARD)), own);
        }
    }
}
