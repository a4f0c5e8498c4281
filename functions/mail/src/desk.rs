//! Where letters about an event are written: what happened, in which company, and who its people are.

use std::{fmt::Display, net::IpAddr};

use mailer::{By, Letter, Moment, News, Notice, Page};
use model::{Permission, Role, RoleName, UserId, event::Actor, event::Recorded};
use runtime::Failure;
use store::{ApiKey, Company, Member, Purpose, Tenant, Token, TokenHash};

use crate::{Mail, device::device};

/// A letter and where it goes.
#[derive(Debug)]
pub struct Addressed {
    /// Normalised address.
    pub to: String,
    /// What it says.
    pub letter: Letter,
}

/// Somebody a letter is about or goes to.
#[derive(Debug, Clone)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Normalised address.
    pub email: String,
}

/// An event of a company, about to be told.
#[derive(Debug)]
pub struct Desk<'a> {
    /// What sending mail needs.
    pub deps: &'a Mail,
    /// The company's data.
    pub tenant: Tenant<'a>,
    /// What happened.
    pub recorded: &'a Recorded,
    /// The company.
    pub company: Company,
}

impl<'a> Desk<'a> {
    /// `None` when the company is gone: there is nobody to write to.
    pub async fn of(deps: &'a Mail, tenant: Tenant<'a>, recorded: &'a Recorded) -> Result<Option<Self>, Failure> {
        let company = tenant.get::<Company>(&()).await?;
        Ok(company.map(|company| Self { deps, tenant, recorded, company: company.value }))
    }

    /// A member, or who was one; `None` when they are gone. Read as it is now: they may have joined a moment ago.
    pub async fn person(&self, user: UserId) -> Result<Option<Person>, Failure> {
        if let Some(Member { name, email, .. }) = self.tenant.get_strong(&user).await?.map(|member| member.value) {
            return Ok(Some(Person { name, email }));
        }
        let user = self.deps.kernel.store.user(user).await?;
        Ok(user.map(|user| Person { name: user.name, email: user.email }))
    }

    /// Members who may enter.
    pub async fn members(&self) -> Result<Vec<Member>, Failure> {
        let members = self.tenant.all::<Member>().await?;
        Ok(members.into_iter().map(|member| member.value).filter(|member| member.active).collect())
    }

    /// Whether a member's role lets them do something.
    pub fn may(&self, member: &Member, permission: Permission) -> bool {
        self.company.permissions_of(member.role).holds(permission)
    }

    /// A role as people call it.
    pub fn role(&self, role: RoleName) -> String {
        match role {
            RoleName::System(Role::Owner) => "owner".into(),
            RoleName::System(Role::Admin) => "administrator".into(),
            RoleName::System(Role::Developer) => "developer".into(),
            RoleName::System(Role::Member) => "member".into(),
            RoleName::System(Role::ReadOnly) => "reader".into(),
            RoleName::Custom(id) => {
                let own = self.company.roles.iter().find(|own| own.id == id);
                own.map_or_else(|| "a role that was deleted".into(), |own| own.name.clone())
            }
        }
    }

    /// Whose doing the event was, as `reader` is told: their own devices they know, other people by name.
    pub async fn by(&self, reader: Option<UserId>) -> Result<By, Failure> {
        Ok(match self.recorded.actor {
            Actor::User { id } if Some(id) != reader => {
                let person = self.person(id).await?;
                By::Member(person.map_or_else(|| "somebody who has left".into(), |person| person.name))
            }
            Actor::User { .. } | Actor::Visitor => self.device(),
            Actor::Key { id } => {
                let key = self.tenant.get::<ApiKey>(&id).await?;
                By::Member(key.map_or_else(|| "an API key".into(), |key| format!("the API key {}", key.value.name)))
            }
            Actor::System | Actor::Operator => By::Steward,
        })
    }

    fn device(&self) -> By {
        let Recorded { user_agent, ip, .. } = self.recorded;
        By::Device {
            device: user_agent.as_deref().and_then(device),
            ip: ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok()),
        }
    }

    /// A notice that leads to `link`.
    pub fn notice(&self, news: News, by: By, link: String) -> Letter {
        let moment = Moment { at: self.recorded.at, by };
        Letter::Notice(Notice { company: self.company.name.clone(), news, moment, link })
    }

    /// Tells somebody what happened to them.
    pub async fn tell(&self, user: UserId, page: Page, news: News) -> Result<Vec<Addressed>, Failure> {
        let Some(person) = self.person(user).await? else { return Ok(Vec::new()) };
        let letter = self.notice(news, self.by(Some(user)).await?, self.link(page));
        Ok(vec![Addressed { to: person.email, letter }])
    }

    /// A page's address.
    pub fn link(&self, page: Page) -> String {
        page.about(&self.deps.kernel.app_url, self.company.tenant)
    }

    /// The address of one thing on a page.
    pub fn link_to(&self, page: Page, thing: impl Display) -> String {
        page.one(&self.deps.kernel.app_url, self.company.tenant, thing)
    }

    /// A page's address with a new one-time token, kept by its hash.
    pub async fn one_time_link(
        &self,
        page: Page,
        prefix: &str,
        purpose: Purpose,
        good_until: i64,
    ) -> Result<String, Failure> {
        let (link, hash) = secret_link(self.deps, page, prefix);
        self.deps.kernel.store.keep_token(&hash, &Token { purpose, good_until }).await?;
        Ok(link)
    }

    /// Hours until a second since 1970, begun ones counted.
    pub fn hours_until(&self, second: i64) -> u32 {
        u32::try_from(self.seconds_until(second).div_ceil(3600)).unwrap_or(u32::MAX)
    }

    /// Minutes until a second since 1970, begun ones counted.
    pub fn minutes_until(&self, second: i64) -> u32 {
        u32::try_from(self.seconds_until(second).div_ceil(60)).unwrap_or(u32::MAX)
    }

    fn seconds_until(&self, second: i64) -> u64 {
        u64::try_from(second - self.deps.kernel.clock.now().as_second()).unwrap_or(0)
    }
}

/// A page's address with a new one-time secret of 256 bits, and the secret's hash. The secret is made here, so that no
/// event ever holds one.
pub fn secret_link(deps: &Mail, page: Page, prefix: &str) -> (String, TokenHash) {
    let (secret, hash) = TokenHash::mint(&deps.kernel.ids, prefix);
    (page.with_token(&deps.kernel.app_url, &secret), hash)
}
