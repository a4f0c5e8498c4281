//! Questions to managers: opened by who has the link, answered until their time is over, swept after it.

use std::collections::BTreeMap;

use model::{AttestationId, Event, FindingId, event::Answer};

use crate::{
    Attestation, Commit, Company, Conflict, Origin, Purpose, Result, Store, StoreError, Tenant, TenantScope, Token,
    TokenHash, Versioned,
};

/// Tries at an answer that another one was quicker at.
const TRIES: u32 = 5;

/// A question that a link leads to.
#[derive(Debug)]
pub struct Opened {
    /// The right to its company's data, as whoever has the link.
    pub scope: TenantScope,
    /// The company.
    pub company: Company,
    /// The question.
    pub attestation: Attestation,
}

impl Tenant<'_> {
    /// Keeps the link that a mail is about to bring: the token is minted by who sends it, prefix `sat_`.
    pub async fn keep_attestation_link(&self, link: &TokenHash, attestation: &Attestation) -> Result<()> {
        let Attestation { finding, attestation, deadline, .. } = *attestation;
        let purpose = Purpose::Attestation { tenant: self.id(), finding, attestation };
        self.store().keep_token(link, &Token { purpose, good_until: deadline }).await
    }

    /// Asks, in place of a question about the same person that was put off: that one is over, and its link with it.
    /// `calls` were made to Microsoft to know whom to ask, and are told of with it.
    pub async fn ask(
        &self,
        attestation: &Attestation,
        put_off: Option<Versioned<Attestation>>,
        calls: BTreeMap<String, u32>,
    ) -> Result<()> {
        let Attestation { finding, attestation: id, asked_at, .. } = *attestation;
        let event = Event::AttestationRequested { attestation: id, finding, calls };
        let mut commit = Commit::new().create(attestation);
        if let Some(Versioned { value, version }) = put_off {
            let value = Attestation { deadline: asked_at.as_second(), expired: true, ..value };
            commit = commit.replace(&Versioned { value, version });
        }
        self.commit(commit.event(event)?).await.map(|_| ())
    }

    /// Records an answer; the same once more changes nothing. The question as it is now; `None` when its time is over.
    pub async fn answer(&self, finding: FindingId, id: AttestationId, answer: Answer) -> Result<Option<Attestation>> {
        for _ in 0..TRIES {
            let now = self.store().now();
            let known = self.get_strong::<Attestation>(&(finding, id)).await?;
            let Some(mut known) = known.filter(|known| known.value.deadline > now.as_second()) else { return Ok(None) };
            if known.value.answer == Some(answer) {
                return Ok(Some(known.value));
            }
            (known.value.answer, known.value.answered_at) = (Some(answer), Some(now));
            let event = Event::AttestationAnswered { attestation: id, answer };
            match self.commit(Commit::new().replace(&known).event(event)?).await {
                Ok(_) => return Ok(Some(known.value)),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict(Conflict::Version))
    }

    /// Ends a question whose time is over without an answer that settles it.
    pub async fn expire_attestation(&self, finding: FindingId, id: AttestationId) -> Result<()> {
        let now = self.store().now();
        let Some(known) = self.get_strong::<Attestation>(&(finding, id)).await? else { return Ok(()) };
        let over = known.value.deadline <= now.as_second() && !known.value.is_settled() && !known.value.expired;
        if !over {
            return Ok(());
        }
        let ended = Versioned { value: Attestation { expired: true, ..known.value }, version: known.version };
        let event = Event::AttestationExpired { attestation: id };
        self.commit(Commit::new().replace(&ended).event(event)?).await.map(|_| ())
    }

    /// A question by its id alone; a company has few.
    pub async fn attestation(&self, id: AttestationId) -> Result<Option<Attestation>> {
        let all = self.all::<Attestation>().await?;
        Ok(all.into_iter().map(|known| known.value).find(|known| known.attestation == id))
    }
}

impl Store {
    /// What the link of a question leads to, while the company lets things be done and the question is open.
    pub async fn open_attestation(&self, link: &TokenHash, origin: Origin) -> Result<Option<Opened>> {
        let Some(Token { purpose: Purpose::Attestation { tenant, finding, attestation }, .. }) =
            self.token(link).await?
        else {
            return Ok(None);
        };
        let scope = self.scope_of_link(tenant, origin);
        let of = self.of(&scope);
        let company = of.get_strong::<Company>(&()).await?.filter(|company| company.value.state.may_write());
        let attestation = of.get_strong::<Attestation>(&(finding, attestation)).await?;
        let attestation = attestation.filter(|known| known.value.deadline > self.now().as_second());
        let (Some(company), Some(attestation)) = (company, attestation) else { return Ok(None) };
        Ok(Some(Opened { company: company.value, attestation: attestation.value, scope }))
    }
}
