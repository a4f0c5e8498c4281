//! A company's rules for signing in.

use aws_sdk_dynamodb::types::AttributeValue;
use model::{Event, Policy, RoleName, policy::SignInWays};

use crate::{
    Company, Connection, Member, Result, Tenant, Versioned, WayIn,
    commit::{Commit, Condition},
    db::text,
};

impl Tenant<'_> {
    /// Puts `policy` in force at the version `company` was read at. Where it lets in with Microsoft only, Microsoft is
    /// connected and the one who gets in without it is an active owner when it is written, with the `login` (address and
    /// epoch) that was looked at.
    ///
    /// # Errors
    /// [`crate::Conflict::Version`] when the company changed, [`crate::Conflict::State`] `connection` or `owner`.
    pub async fn set_policy(
        &self,
        company: Versioned<Company>,
        policy: Policy,
        login: Option<(String, u32)>,
    ) -> Result<Versioned<Company>> {
        let before = company.value.policy.clone();
        let changed =
            Versioned { value: Company { policy: policy.clone(), ..company.value }, version: company.version };
        let mut change = Commit::new().replace(&changed);
        if let SignInWays::Microsoft { break_glass } = policy.sign_in {
            let connected = Condition {
                expression: Some("#state = :connected"),
                names: vec![("#state", "state")],
                values: vec![(":connected", text("connected"))],
            };
            let owner = Condition {
                expression: Some("active = :yes AND #role = :owner"),
                names: vec![("#role", "role")],
                values: vec![(":yes", AttributeValue::Bool(true)), (":owner", text(RoleName::OWNER.to_string()))],
            };
            change =
                change.check::<Connection>(&(), connected, "connection").check::<Member>(&break_glass, owner, "owner");
            if let Some((email, epoch)) = login {
                change = change.action(WayIn::Password { email, epoch }.check(break_glass));
            }
        }
        self.commit(change.event(Event::PolicyChanged { before, after: policy })?).await?;
        Ok(Versioned { version: changed.version + 1, ..changed })
    }
}
