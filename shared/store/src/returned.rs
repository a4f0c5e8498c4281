//! Mail that came back (F118), and who wants which (F50).

use model::{
    Event, EventId, TenantId, UserId,
    mail::{Returned, Topic},
};

use crate::{
    Commit, Conflict, Done, Invitation, InvitationState, Member, Result, Store, StoreError, Tenant, TokenHash, User,
    db::decode,
    key::{Collection, Key},
    records::TenantRecord,
};

/// Tries of a mark that others get in the way of.
const TRIES: usize = 3;

/// A mail that came back.
#[derive(Debug, Clone)]
pub struct ReturnedMail {
    /// The company it was about.
    pub tenant: TenantId,
    /// The event it was about.
    pub event: EventId,
    /// Normalised address it went to.
    pub to: String,
    /// How it came back.
    pub returned: Returned,
}

impl Store {
    /// Marks whoever has the address: the member in each of their companies, and the invitation of the company the mail
    /// was about that waits for an answer. Each company is told by an event, once for one mail, and not again while
    /// the mark stands. Answers how many marks are new.
    ///
    /// # Errors
    /// When the table does not answer, or the records change too often.
    pub async fn mail_returned(&self, mail: &ReturnedMail) -> Result<u32> {
        let mut marks = 0;
        if let Some(login) = self.login(&mail.to).await? {
            for membership in self.memberships(login.user).await? {
                let scope = self.scope_of_returned_mail(membership.tenant);
                marks += u32::from(self.of(&scope).member_unreachable(login.user, mail).await?);
            }
        }
        let scope = self.scope_of_returned_mail(mail.tenant);
        Ok(marks + u32::from(self.of(&scope).invitation_unreachable(mail).await?))
    }

    /// `commit` with a user's marks taken off: they used a link that came by mail, so mail reaches them.
    pub(crate) async fn reachable(&self, mut commit: Commit, user: UserId) -> Result<Commit> {
        for (tenant, mut member) in self.places(user).await? {
            if member.value.mail_returned.take().is_some() {
                commit = commit.action(crate::addresses::in_place(tenant, &member)?);
            }
        }
        Ok(commit)
    }
}

impl Tenant<'_> {
    /// Whether a mail that one can do without goes to an address: to nobody whose mail comes back, and to nobody who
    /// does not want it. An address without an account said nothing.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn wants_mail(&self, email: &str, topic: Topic) -> Result<bool> {
        let Some(login) = self.store().login(email).await? else { return Ok(true) };
        let place = Key::new(Collection::Root.partition(self.id(), None), Member::sort_key(&login.user));
        let mut found = self.store().get_many(&[User::key(login.user), place], true).await?.into_iter();
        let user: Option<User> = found.next().flatten().map(|item| decode("User", item)).transpose()?;
        let member: Option<Member> = found.next().flatten().map(|item| decode(Member::KIND, item)).transpose()?;
        let reached = member.is_none_or(|member| member.mail_returned.is_none());
        Ok(reached && user.is_none_or(|user| user.notifications.wants(topic)))
    }

    async fn member_unreachable(&self, user: UserId, mail: &ReturnedMail) -> Result<bool> {
        let event = Event::MailReturned { user: Some(user), invitation: None, returned: mail.returned };
        for _ in 0..TRIES {
            let Some(mut member) = self.get_strong::<Member>(&user).await? else { return Ok(false) };
            if member.value.email != mail.to || !is_news(member.value.mail_returned, mail.returned) {
                return Ok(false);
            }
            member.value.mail_returned = Some(mail.returned);
            if let Some(marked) = self.mark(Commit::new().replace(&member), mail, event.clone()).await? {
                return Ok(marked);
            }
        }
        Err(StoreError::Unavailable("the member changes too often".into()))
    }

    async fn invitation_unreachable(&self, mail: &ReturnedMail) -> Result<bool> {
        let id = Invitation::id_of(self.id(), &mail.to);
        let event = Event::MailReturned { user: None, invitation: Some(id), returned: mail.returned };
        for _ in 0..TRIES {
            let Some(mut invitation) = self.get_strong::<Invitation>(&id).await? else { return Ok(false) };
            let waits = invitation.value.state == InvitationState::Pending;
            if !waits || !is_news(invitation.value.mail_returned, mail.returned) {
                return Ok(false);
            }
            invitation.value.mail_returned = Some(mail.returned);
            if let Some(marked) = self.mark(Commit::new().replace(&invitation), mail, event.clone()).await? {
                return Ok(marked);
            }
        }
        Err(StoreError::Unavailable("the invitation changes too often".into()))
    }

    /// Whether the mark is written: not where this mail was told of before. `None` when the record changed meanwhile.
    async fn mark(&self, change: Commit, mail: &ReturnedMail, event: Event) -> Result<Option<bool>> {
        let consumer = format!("mail-returned.{}", TokenHash::of(&mail.to).as_str());
        let told = Done::of(consumer, mail.event, self.now());
        match self.commit(change.create(&told).event(event)?).await {
            Ok(_) => Ok(Some(true)),
            Err(StoreError::Conflict(Conflict::Taken(Done::KIND))) => Ok(Some(false)),
            Err(StoreError::Conflict(Conflict::Version)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a mark says more than the one there is: who reports mail as unwanted has the mailbox.
const fn is_news(before: Option<Returned>, now: Returned) -> bool {
    matches!((before, now), (None, _) | (Some(Returned::Bounced), Returned::Complained))
}
