//! Letters about who works in a company, and how they get in.

use mailer::{By, Letter, News, Page};
use model::{
    InvitationId, Permission, Policy, RoleName, UserId,
    event::Actor,
    policy::{SecondFactor, SignInWays},
};
use runtime::Failure;
use store::{Invitation, Member};

use crate::desk::{Addressed, Desk, secret_link};

/// The link to an invitation (C2). None when it was answered or taken back meanwhile.
pub async fn invited(desk: &Desk<'_>, invitation: InvitationId, resent: bool) -> Result<Vec<Addressed>, Failure> {
    let now = desk.deps.kernel.clock.now();
    let found = desk.tenant.get_strong::<Invitation>(&invitation).await?.map(|found| found.value);
    let Some(invitation) = found.filter(|invitation| invitation.is_open(now)) else { return Ok(Vec::new()) };
    let Some(inviter) = desk.person(invitation.invited_by).await? else { return Ok(Vec::new()) };
    let (link, hash) = secret_link(desk.deps, Page::Invitation, "sit_");
    desk.tenant.keep_invitation_link(&hash, &invitation).await?;
    let news = News::Invitation {
        inviter: inviter.name.clone(),
        role: desk.role(invitation.role),
        hours: desk.hours_until(invitation.good_until),
        resent,
    };
    Ok(vec![Addressed { to: invitation.email, letter: desk.notice(news, By::Member(inviter.name), link) }])
}

/// Tells the inviter, if they are still there, that somebody joined; and every owner, whoever invited, of somebody who can
/// manage the team: that is about the safety of the company.
pub async fn joined(
    desk: &Desk<'_>,
    user: UserId,
    role: RoleName,
    invitation: InvitationId,
) -> Result<Vec<Addressed>, Failure> {
    let Some(person) = desk.person(user).await? else { return Ok(Vec::new()) };
    let inviter = inviter(desk, invitation).await?.map(|(_, inviter)| inviter);
    let mut letters = Vec::new();
    if desk.company.permissions_of(role).holds(Permission::ManageMembers) {
        let (person, inviter) = (person.name.clone(), inviter.as_ref().map(|inviter| inviter.name.clone()));
        letters = to_owners(desk, user, News::JoinedToManage { person, role: desk.role(role), inviter }).await?;
    }
    // One letter to an address: an owner who invited has theirs.
    if let Some(inviter) = inviter.filter(|inviter| letters.iter().all(|letter| letter.to != inviter.email)) {
        let news = News::MemberJoined { person: person.name, role: desk.role(role) };
        letters.push(Addressed { to: inviter.email, letter: of_the_team(desk, news) });
    }
    Ok(letters)
}

/// Tells the inviter, if they are still there, that the answer is no.
pub async fn declined(desk: &Desk<'_>, invitation: InvitationId) -> Result<Vec<Addressed>, Failure> {
    let Some((invitation, inviter)) = inviter(desk, invitation).await? else { return Ok(Vec::new()) };
    let news = News::InvitationDeclined { email: invitation.email };
    Ok(vec![Addressed { to: inviter.email, letter: of_the_team(desk, news) }])
}

/// Tells the owners that somebody joined whom nobody invited.
pub async fn joined_with_microsoft(desk: &Desk<'_>, user: UserId, role: RoleName) -> Result<Vec<Addressed>, Failure> {
    let Some(person) = desk.person(user).await? else { return Ok(Vec::new()) };
    to_owners(desk, user, News::JoinedWithMicrosoft { person: person.name, role: desk.role(role) }).await
}

/// News of who joined, to every owner but themselves.
async fn to_owners(desk: &Desk<'_>, joined: UserId, news: News) -> Result<Vec<Addressed>, Failure> {
    let members = desk.members().await?.into_iter();
    let owners = members.filter(|member| member.role == RoleName::OWNER && member.user != joined);
    Ok(owners.map(|owner| Addressed { to: owner.email, letter: of_the_team(desk, news.clone()) }).collect())
}

/// An invitation and who sent it, if they may still enter.
async fn inviter(desk: &Desk<'_>, invitation: InvitationId) -> Result<Option<(Invitation, Member)>, Failure> {
    let Some(invitation) = desk.tenant.get::<Invitation>(&invitation).await? else { return Ok(None) };
    let inviter = desk.tenant.get::<Member>(&invitation.value.invited_by).await?.map(|member| member.value);
    Ok(inviter.filter(|inviter| inviter.active).map(|inviter| (invitation.value, inviter)))
}

/// From where somebody joined or declined is not the reader's business.
fn of_the_team(desk: &Desk<'_>, news: News) -> Letter {
    desk.notice(news, By::Device { device: None, ip: None }, desk.link(Page::Team))
}

/// Tells everybody what they have to do under stricter rules, and who looks after the company what the rules are now.
pub async fn rules(desk: &Desk<'_>, before: &Policy, after: &Policy) -> Result<Vec<Addressed>, Failure> {
    let second_factor_from = match after.second_factor {
        SecondFactor::Required { from } if before.second_factor != after.second_factor => Some(from),
        _ => None,
    };
    let to_microsoft = matches!((before.sign_in, after.sign_in), (SignInWays::Any, SignInWays::Microsoft { .. }));
    let by = desk.by(None).await?;
    let mut letters = Vec::new();
    for member in desk.members().await? {
        let microsoft_only = to_microsoft && !after.lets_in_without_microsoft(member.user);
        let made_them = desk.recorded.actor == Actor::User { id: member.user };
        let (page, news) = if !made_them && (second_factor_from.is_some() || microsoft_only) {
            let page = if second_factor_from.is_some() { Page::Security } else { Page::SignIn };
            (page, News::RulesTightened { second_factor_from, microsoft_only })
        } else if desk.may(&member, Permission::ManageTenant) {
            (Page::SignInRules, News::RulesChanged { policy: after.clone() })
        } else {
            continue;
        };
        letters.push(Addressed { to: member.email, letter: desk.notice(news, by.clone(), desk.link(page)) });
    }
    Ok(letters)
}
