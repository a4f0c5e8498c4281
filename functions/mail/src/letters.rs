//! Which letter an event is worth, and to whom.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use mailer::{Letter, Top};
use model::{Permission, ScanId, SignupId, UserId};
use runtime::Failure;
use store::{Company, Member, Purpose, SIGN_UP_GOOD_FOR, Scan, Tenant, Token, TokenHash};

use crate::Mail;

/// A letter and where it goes.
#[derive(Debug)]
pub struct Addressed {
    /// Normalised address.
    pub to: String,
    /// What it says.
    pub letter: Letter,
}

/// The answer to a sign-up: a link for a new address, a hint for one that has an account (C1). The token is made here,
/// so that no event ever holds one.
pub async fn signup(deps: &Mail, signup: SignupId) -> Result<Vec<Addressed>, Failure> {
    let (store, app) = (&deps.kernel.store, &deps.kernel.app_url);
    let Some(signup) = store.signup(signup).await?.filter(|signup| !signup.done) else { return Ok(Vec::new()) };
    if store.has_account(&signup.email).await? {
        let letter = Letter::AlreadyRegistered { sign_in_link: format!("{app}/sign-in") };
        return Ok(vec![Addressed { to: signup.email, letter }]);
    }
    let secret = format!("svt_{}", BASE64_URL_SAFE_NO_PAD.encode(deps.kernel.ids.bytes::<32>()));
    let token = Token { purpose: Purpose::VerifyEmail { signup: signup.signup }, good_until: signup.good_until };
    store.keep_token(&TokenHash::of(&secret), &token).await?;
    // In the fragment: it reaches no log, no proxy and no Referer (C2).
    let link = format!("{app}/verify#token={secret}");
    let expires_hours = u32::try_from(SIGN_UP_GOOD_FOR.as_hours()).unwrap_or(24);
    Ok(vec![Addressed {
        to: signup.email,
        letter: Letter::VerifyEmail { company: signup.company, link, expires_hours },
    }])
}

/// To the person whose session was ended because an old token came again.
pub async fn session_ended(deps: &Mail, tenant: &Tenant<'_>, user: UserId) -> Result<Vec<Addressed>, Failure> {
    let Some(company) = tenant.get::<Company>(&()).await? else { return Ok(Vec::new()) };
    let Some(member) = tenant.get::<Member>(&user).await? else { return Ok(Vec::new()) };
    let link = format!("{}/sign-in", deps.kernel.app_url);
    let letter = Letter::SessionEnded { company: company.value.name, link };
    Ok(vec![Addressed { to: member.value.email, letter }])
}

/// To everybody who can connect again.
pub async fn connection_lost(deps: &Mail, tenant: &Tenant<'_>, reason: &str) -> Result<Vec<Addressed>, Failure> {
    let Some(company) = tenant.get::<Company>(&()).await? else { return Ok(Vec::new()) };
    let reason_text = match reason {
        "AADSTS700016" | "AADSTS7000229" => "Steward was removed from your Microsoft 365.",
        "AADSTS65001" => "The permission for Steward was withdrawn.",
        _ => "Microsoft no longer accepts Steward's permission.",
    };
    let letter = Letter::ConnectionLost {
        company: company.value.name,
        reason_text: reason_text.into(),
        link: format!("{}/connect", deps.kernel.app_url),
    };
    to_members_who_may(tenant, Permission::ManageConnection, &letter).await
}

/// To everybody who reads findings, when a person asked for the scan or it was the first; a scheduled one is told by the
/// digest.
pub async fn scan_finished(deps: &Mail, tenant: &Tenant<'_>, scan: ScanId) -> Result<Vec<Addressed>, Failure> {
    let Some(scan) = tenant.get_strong::<Scan>(&scan).await? else { return Ok(Vec::new()) };
    if scan.value.scheduled {
        return Ok(Vec::new());
    }
    let (Some(company), Some(summary)) = (tenant.get::<Company>(&()).await?, tenant.overview().await?.summary) else {
        return Ok(Vec::new());
    };
    let (summary, app) = (summary.value, &deps.kernel.app_url);
    let top = summary.top.iter().map(|action| Top {
        title: action.headline.clone(),
        people: 0,
        monthly: action.monthly,
        link: format!("{app}/savings/{}", action.finding),
    });
    // Nothing found is zero; found without a price is not.
    let priced = summary.findings == 0 || summary.top.iter().any(|action| action.monthly.is_some());
    let letter = Letter::ScanFinished {
        company: company.value.name,
        findings: summary.findings,
        monthly: priced.then_some(summary.totals.monthly),
        certain: priced.then_some(summary.totals.certain_monthly),
        likely: priced.then_some(summary.totals.likely_monthly),
        top: top.collect(),
        not_checked: summary.not_evaluated.iter().map(|check| check.detail.clone()).collect(),
        link: format!("{app}/"),
    };
    to_members_who_may(tenant, Permission::ReadFindings, &letter).await
}

async fn to_members_who_may(
    tenant: &Tenant<'_>,
    permission: Permission,
    letter: &Letter,
) -> Result<Vec<Addressed>, Failure> {
    let Some(company) = tenant.get::<Company>(&()).await? else { return Ok(Vec::new()) };
    let members = tenant.all::<Member>().await?.into_iter().map(|member| member.value);
    let addressed = members
        .filter(|member| member.active && company.value.permissions_of(member.role).holds(permission))
        .map(|member| Addressed { to: member.email, letter: letter.clone() });
    Ok(addressed.collect())
}
