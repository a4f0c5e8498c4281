//! What a role of a company's own is made of.

use api::{Code, Error, FieldProblem, Result, etag};
use identity::{Person, can};
use model::{CustomRole, Permission, Permissions, RoleId};
use serde::Deserialize;
use store::{Company, Conflict, StoreError, TokenHash};
use utoipa::ToSchema;

/// A role, as somebody wants it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRequest {
    /// What it is called; unique in the company, whatever its case.
    #[schema(example = "Bookkeeping", max_length = 100)]
    name: String,
    /// What it may do: of the closed list, and never more than you hold.
    permissions: Permissions,
}

impl RoleRequest {
    /// The role this makes, if `person` may give what it holds.
    ///
    /// # Errors
    /// 422 with what is wrong, [`Code::MoreThanYouHave`].
    pub fn into_role(self, id: RoleId, person: &Person<can::ManageRoles>) -> Result<CustomRole> {
        let name = model::text::name(&self.name).ok_or_else(|| {
            let told = "Enter a name, at most 100 characters on one line.";
            Error::invalid(vec![FieldProblem::new("/name", "not_a_name", told)])
        })?;
        person.may_give(self.permissions)?;
        Ok(CustomRole { id, name, permissions: self.permissions })
    }
}

/// The version of a role: it has no number of its own, so its content is its version.
pub fn etag_of(role: &CustomRole) -> String {
    let permissions: Vec<&str> = role.permissions.iter().map(Permission::as_str).collect();
    let hash = TokenHash::of(&format!("{}\n{}\n{}", role.id, role.name, permissions.join(",")));
    etag(hash.as_str().get(..16).unwrap_or_default())
}

/// What the store refuses a role with, in words.
pub fn refused(error: StoreError) -> Error {
    match error.conflict() {
        Some(Conflict::Taken("role")) => Error::new(Code::Taken, "Another role is called that."),
        Some(Conflict::State("roles")) => {
            let told = format!("A company has at most {} roles of its own. Delete one first.", Company::ROLES_MOST);
            Error::new(Code::InUse, told)
        }
        _ => error.into(),
    }
}
