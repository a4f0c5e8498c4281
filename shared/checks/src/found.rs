//! What one check found about one person.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use model::{PersonId, SkuId};

use crate::{
    catalogue::{Candidate, CheckId, Conclusion, Rule},
    evaluation::Context,
    facts::{License, Person, SkuStatus},
    outcome::{Advice, Affected, AffectedSku, Certainty, Confidence, Evidence, GuardId, Remedy},
    plans::{Content, Feature, feature},
};

/// A person something was found about.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub name: String,
    pub upn: String,
    pub found: Vec<Found>,
}

/// What one check found about one person.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub check: CheckId,
    pub certainty: Certainty,
    pub confidence: Confidence,
    pub advice: Advice,
    pub skus: Vec<AffectedSku>,
    pub evidence: Vec<Evidence>,
    pub guards: Vec<GuardId>,
    pub lost: BTreeSet<Feature>,
    pub from_activity: bool,
}

impl Found {
    /// Somebody who holds a licence type a check of licence types has found.
    pub fn holder(check: CheckId, license: &License) -> Self {
        Self {
            check,
            certainty: Certainty::Certain,
            confidence: Confidence::High,
            advice: Advice::Keep,
            skus: vec![AffectedSku::new(license)],
            evidence: vec![],
            guards: vec![],
            lost: BTreeSet::new(),
            from_activity: false,
        }
    }

    /// What a check of people concluded.
    pub fn concluded(check: CheckId, conclusion: Conclusion, candidate: &Candidate<'_>, context: &Context) -> Self {
        let claims: BTreeMap<SkuId, _> = conclusion.licences.into_iter().map(|claim| (claim.sku, claim)).collect();
        let takes = matches!(check.check().rule, Rule::Person { remedy: Remedy::RemoveLicences, .. });
        let exchanges = claims.values().any(|claim| claim.to.is_some());
        let (lost, guards) = match takes || exchanges {
            true => {
                let gets = claims.values().filter_map(|claim| claim.to);
                losses(candidate, context, &claims.keys().copied().collect(), gets)
            }
            false => Default::default(),
        };
        let held = candidate.held.iter().chain(&candidate.in_error);
        let concerned = held.filter_map(|(license, _)| {
            let claim = claims.get(&license.sku)?;
            Some(AffectedSku { to: claim.to, within: claim.within.clone(), ..AffectedSku::new(license) })
        });
        let mut skus: Vec<AffectedSku> = concerned.collect();
        for failed in candidate.person.failed.iter().filter(|failed| claims.contains_key(&failed.sku)) {
            match skus.iter_mut().find(|license| license.sku == failed.sku) {
                Some(known) => known.add(failed),
                None => skus.push(AffectedSku::failed(failed)),
            }
        }
        skus.sort_by_key(|license| license.sku);
        Self {
            check,
            certainty: conclusion.certainty,
            confidence: conclusion.confidence,
            advice: conclusion.advice,
            skus,
            evidence: conclusion.evidence,
            guards,
            lost,
            from_activity: conclusion.from_activity,
        }
    }

    /// Whether it is said yet.
    pub const fn counts(&self, settled: bool) -> bool {
        settled || !self.from_activity
    }

    /// As a finding tells it.
    pub fn affected(&self, person: PersonId, case: &Case) -> Affected {
        Affected {
            person,
            name: case.name.clone(),
            upn: case.upn.clone(),
            skus: self.skus.clone(),
            certainty: self.certainty,
            confidence: self.confidence,
            advice: self.advice,
            evidence: self.evidence.clone(),
            guards: self.guards.clone(),
        }
    }
}

impl Case {
    /// About a person.
    pub fn new(person: &Person, found: Vec<Found>) -> Self {
        Self { name: person.name.clone(), upn: person.upn.clone(), found }
    }
}

/// What a person loses without the licences of `going`, with those of `gets` instead; and what to look at before.
fn losses(
    candidate: &Candidate<'_>,
    context: &Context,
    going: &BTreeSet<SkuId>,
    gets: impl Iterator<Item = SkuId>,
) -> (BTreeSet<Feature>, Vec<GuardId>) {
    let (going, staying): (Vec<_>, Vec<_>) =
        candidate.held.iter().copied().partition(|(license, _)| going.contains(&license.sku));
    let still = staying.iter().filter(|(_, licence)| licence.sku.status == SkuStatus::Enabled);
    let mut kept: Vec<Cow<'_, Content>> = still.map(|(license, licence)| licence.rights_of(license)).collect();
    kept.extend(gets.filter_map(|sku| context.content(sku)));
    let kept: Vec<&Content> = kept.iter().map(AsRef::as_ref).collect();
    let mut lost = BTreeSet::new();
    for (license, licence) in &going {
        let content = licence.rights_of(license);
        lost.extend(content.missing_in(&kept).filter_map(feature));
    }
    let mail = lost.contains(&Feature::Mail);
    let base_goes = going.iter().any(|(_, licence)| licence.is_suite());
    let add_on_stays = staying.iter().any(|(_, licence)| licence.is_paid() && !licence.is_suite());
    let guards = [
        (GuardId::G1, going.iter().any(|(license, _)| !license.groups.is_empty())),
        (GuardId::G2, mail && (candidate.has_unknown_mailbox() || candidate.has_large_mailbox())),
        (GuardId::G3, mail),
        (GuardId::G4, context.directory.administrators.as_ref().is_ok_and(|all| all.contains(&candidate.person.id))),
        (GuardId::G5, going.len() > 1 || (base_goes && add_on_stays)),
    ];
    (lost, guards.into_iter().filter(|(_, applies)| *applies).map(|(id, _)| id).collect())
}
