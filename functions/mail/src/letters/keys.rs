//! Letters about API keys (C10). They go to who made the key, while that is a member, and what concerns the safety of
//! the company's data also to who looks after it.

use jiff::Timestamp;
use mailer::{By, News, Page};
use model::{KeyId, Permission, UserId, event::Actor};
use runtime::Failure;
use store::ApiKey;

use crate::desk::{Addressed, Desk};

/// Who is told.
enum To {
    Maker,
    MakerAndAdministrators,
}

/// A key was made.
pub async fn created(desk: &Desk<'_>, key: KeyId) -> Result<Vec<Addressed>, Failure> {
    let Some(key) = found(desk, key).await? else { return Ok(Vec::new()) };
    let ends = key.expires_at.and_then(|end| Timestamp::from_second(end).ok());
    let (name, by) = (key.name.clone(), desk.by(None).await?);
    told(desk, &key, &To::MakerAndAdministrators, News::KeyCreated { key: name, ends }, by).await
}

/// A key got a new secret.
pub async fn rotated(desk: &Desk<'_>, key: KeyId, old_until: Timestamp) -> Result<Vec<Addressed>, Failure> {
    let Some(key) = found(desk, key).await? else { return Ok(Vec::new()) };
    let (name, by) = (key.name.clone(), desk.by(None).await?);
    told(desk, &key, &To::Maker, News::KeyRotated { key: name, old_until }, by).await
}

/// A key was revoked. Who revoked their own key knows.
pub async fn revoked(desk: &Desk<'_>, key: KeyId) -> Result<Vec<Addressed>, Failure> {
    let Some(key) = found(desk, key).await? else { return Ok(Vec::new()) };
    if desk.recorded.actor == (Actor::User { id: key.created_by }) {
        return Ok(Vec::new());
    }
    let (name, by) = (key.name.clone(), desk.by(None).await?);
    told(desk, &key, &To::Maker, News::KeyRevoked { key: name }, by).await
}

/// A key was revoked because it was found in the open. Who told us stays unnamed.
pub async fn leaked(desk: &Desk<'_>, key: KeyId) -> Result<Vec<Addressed>, Failure> {
    let Some(key) = found(desk, key).await? else { return Ok(Vec::new()) };
    let (name, by) = (key.name.clone(), By::Device { device: None, ip: None });
    told(desk, &key, &To::MakerAndAdministrators, News::KeyLeaked { key: name }, by).await
}

/// A key ends soon; not told of one that was revoked meanwhile.
pub async fn expiring(desk: &Desk<'_>, key: KeyId, days: u32) -> Result<Vec<Addressed>, Failure> {
    let Some(key) = found(desk, key).await?.filter(|key| key.revoked_at.is_none()) else { return Ok(Vec::new()) };
    let ends = key.expires_at.and_then(|end| Timestamp::from_second(end).ok());
    let name = key.name.clone();
    told(desk, &key, &To::MakerAndAdministrators, News::KeyExpiring { key: name, days, ends }, By::Steward).await
}

async fn found(desk: &Desk<'_>, key: KeyId) -> Result<Option<ApiKey>, Failure> {
    Ok(desk.tenant.get_strong::<ApiKey>(&key).await?.map(|key| key.value))
}

async fn told(desk: &Desk<'_>, key: &ApiKey, to: &To, news: News, by: By) -> Result<Vec<Addressed>, Failure> {
    let made = |user: UserId| user == key.created_by;
    let readers = desk.members().await?.into_iter().filter(|member| match to {
        To::Maker => made(member.user),
        To::MakerAndAdministrators => made(member.user) || desk.may(member, Permission::ManageTenant),
    });
    let letter = desk.notice(news, by, desk.link(Page::Keys));
    Ok(readers.map(|member| Addressed { to: member.email, letter: letter.clone() }).collect())
}
