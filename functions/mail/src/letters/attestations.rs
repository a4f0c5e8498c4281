//! Letters about questions to managers: the question, and to who had it asked what came of it.

use mailer::{By, News, Page};
use model::{AttestationId, event::Answer};
use runtime::Failure;
use store::{Attestation, AttestationState};

use crate::desk::{Addressed, Desk, secret_link};

/// The question, with its link. None when its time is over.
pub async fn asked(desk: &Desk<'_>, id: AttestationId) -> Result<Vec<Addressed>, Failure> {
    let now = desk.deps.kernel.clock.now();
    let Some(asked) = desk.tenant.attestation(id).await? else { return Ok(Vec::new()) };
    if asked.state(now) != AttestationState::Open {
        return Ok(Vec::new());
    }
    let asker = desk.person(asked.asked_by).await?;
    let asker = asker.map_or_else(|| desk.company.name.clone(), |asker| asker.name);
    let (link, hash) = secret_link(desk.deps, Page::Attestation, "sat_");
    desk.tenant.keep_attestation_link(&hash, &asked).await?;
    let news = News::AttestationAsked {
        asker: asker.clone(),
        person: asked.name,
        licences: asked.licences,
        hours: desk.hours_until(asked.deadline),
        instead: asked.instead,
    };
    Ok(vec![Addressed { to: asked.to, letter: desk.notice(news, By::Member(asker), link) }])
}

/// The answer.
pub async fn answered(desk: &Desk<'_>, id: AttestationId, answer: Answer) -> Result<Vec<Addressed>, Failure> {
    told(desk, id, |asked| News::AttestationAnswered { manager: asked.manager, person: asked.name, answer }).await
}

/// That there was none, or that it was to be asked later.
pub async fn expired(desk: &Desk<'_>, id: AttestationId) -> Result<Vec<Addressed>, Failure> {
    let news = |asked: Attestation| {
        let asked_later = asked.is_put_off();
        News::AttestationExpired { manager: asked.manager, person: asked.name, asked_later }
    };
    told(desk, id, news).await
}

/// To who had it asked, while they are a member. From where a manager answered is not their business.
async fn told(
    desk: &Desk<'_>,
    id: AttestationId,
    news: impl FnOnce(Attestation) -> News,
) -> Result<Vec<Addressed>, Failure> {
    let Some(asked) = desk.tenant.attestation(id).await? else { return Ok(Vec::new()) };
    let readers = desk.members().await?;
    let Some(reader) = readers.into_iter().find(|member| member.user == asked.asked_by) else { return Ok(Vec::new()) };
    let letter = desk.notice(news(asked), By::Steward, desk.link(Page::Findings));
    Ok(vec![Addressed { to: reader.email, letter }])
}
