//! Calendar addresses: made, revoked, opened by who has the secret.

use model::{Event, FeedId, UserId};

use crate::{
    Commit, Company, Conflict, Feed, Origin, Purpose, Result, Store, StoreError, TenantScope, Token, TokenHash,
    commit::{Action, Condition, Place, What},
    db::encode,
    records::TenantRecord,
};

impl crate::Tenant<'_> {
    /// Keeps an address and what its secret opens, together.
    pub async fn create_feed(&self, feed: &Feed) -> Result<()> {
        let purpose = Purpose::Feed { tenant: self.id(), feed: feed.feed };
        let token = Token { purpose, good_until: i64::MAX };
        let put = Action {
            place: Place::Global(Token::key(&feed.secret)),
            what: What::Put { item: encode("Token", &token)?, condition: Condition::absent() },
            conflict: Conflict::Taken("token"),
        };
        let change = Commit::new().create(feed).action(put).event(Event::FeedCreated { feed: feed.feed })?;
        self.commit(change).await.map(|_| ())
    }

    /// Ends an address at once; `false` when there is none.
    pub async fn revoke_feed(&self, id: FeedId) -> Result<bool> {
        let Some(feed) = self.get_strong::<Feed>(&id).await? else { return Ok(false) };
        let deletes = [
            (Place::Own(Feed::COLLECTION, Feed::sort_key(&id)), Conflict::Missing(Feed::KIND)),
            (Place::Global(Token::key(&feed.value.secret)), Conflict::Missing("token")),
        ];
        let change = deletes.into_iter().fold(Commit::new(), |change, (place, conflict)| {
            change.action(Action { place, what: What::Delete { condition: Condition::present() }, conflict })
        });
        self.commit(change.event(Event::FeedRevoked { feed: id })?).await.map(|_| true)
    }

    /// Ends the addresses that somebody made, each with its event. Which they were; none the second time.
    pub async fn revoke_feeds_of(&self, user: UserId) -> Result<Vec<FeedId>> {
        let mut revoked = Vec::new();
        for feed in self.all_strong::<Feed>().await? {
            let Feed { feed, created_by, .. } = feed.value;
            if created_by != user {
                continue;
            }
            match self.revoke_feed(feed).await {
                Ok(true) => revoked.push(feed),
                // Somebody else was quicker.
                Ok(false) | Err(StoreError::Conflict(Conflict::Missing(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(revoked)
    }
}

impl Store {
    /// The right to the data of the company whose calendar address has this secret, while it lets anybody read; `None`
    /// for a secret that opens nothing, never did, or is revoked: one answer for all of them.
    pub async fn open_feed(&self, secret: &TokenHash) -> Result<Option<TenantScope>> {
        let Some(Token { purpose: Purpose::Feed { tenant, .. }, .. }) = self.token(secret).await? else {
            return Ok(None);
        };
        let scope = self.scope_of_link(tenant, Origin::SYSTEM);
        let company = self.of(&scope).get_strong::<Company>(&()).await?;
        Ok(company.is_some_and(|company| company.value.state.may_read()).then_some(scope))
    }
}
