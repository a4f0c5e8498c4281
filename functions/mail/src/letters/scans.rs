//! Letters about the connection and what checks found.

use mailer::{Letter, Page, Top};
use model::{Permission, ScanId};
use runtime::Failure;
use store::Scan;

use crate::desk::{Addressed, Desk};

/// To everybody who can connect again.
pub async fn connection_lost(desk: &Desk<'_>, reason: &str) -> Result<Vec<Addressed>, Failure> {
    let reason_text = match reason {
        "AADSTS700016" | "AADSTS7000229" => "Steward was removed from your Microsoft 365.",
        "AADSTS65001" => "The permission for Steward was withdrawn.",
        _ => "Microsoft no longer accepts Steward's permission.",
    };
    let letter = Letter::ConnectionLost {
        company: desk.company.name.clone(),
        reason_text: reason_text.into(),
        link: desk.link(Page::Connect),
    };
    to_members_who_may(desk, Permission::ManageConnection, &letter).await
}

/// To everybody who reads findings, when a person asked for the scan or it was the first; a scheduled one is told by
/// the digest.
pub async fn finished(desk: &Desk<'_>, scan: ScanId) -> Result<Vec<Addressed>, Failure> {
    let Some(scan) = desk.tenant.get_strong::<Scan>(&scan).await? else { return Ok(Vec::new()) };
    if scan.value.scheduled {
        return Ok(Vec::new());
    }
    let Some(summary) = desk.tenant.overview().await?.summary else { return Ok(Vec::new()) };
    let summary = summary.value;
    let top = summary.top.iter().map(|action| Top {
        title: action.headline.clone(),
        people: 0,
        monthly: action.monthly,
        link: desk.link_to(Page::Findings, action.finding),
    });
    // Nothing found is zero; found without a price is not.
    let priced = summary.findings == 0 || summary.top.iter().any(|action| action.monthly.is_some());
    let letter = Letter::ScanFinished {
        company: desk.company.name.clone(),
        findings: summary.findings,
        monthly: priced.then_some(summary.totals.monthly),
        certain: priced.then_some(summary.totals.certain_monthly),
        likely: priced.then_some(summary.totals.likely_monthly),
        top: top.collect(),
        not_checked: summary.not_evaluated.iter().map(|check| check.detail.clone()).collect(),
        link: desk.link(Page::Home),
    };
    to_members_who_may(desk, Permission::ReadFindings, &letter).await
}

async fn to_members_who_may(
    desk: &Desk<'_>,
    permission: Permission,
    letter: &Letter,
) -> Result<Vec<Addressed>, Failure> {
    let readers = desk.members().await?.into_iter().filter(|member| desk.may(member, permission));
    Ok(readers.map(|member| Addressed { to: member.email, letter: letter.clone() }).collect())
}
