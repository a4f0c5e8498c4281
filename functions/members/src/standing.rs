//! Who may do what to whom (C9): nobody gives more than they hold, and nobody changes somebody who holds more.

use api::{Code, Error, FieldProblem, Result};
use identity::{Person, Right};
use model::RoleName;
use store::{Company, Place, Store};

/// Whether `person` may give `role`, which is to exist. One that may do what takes a recent proof of who one is takes one
/// to give: a stolen session makes nobody else do what it cannot.
///
/// # Errors
/// 422 at `pointer` for a role there is not, [`Code::MoreThanYouHave`], [`Code::ProofTooOld`].
pub async fn may_give<R: Right>(
    store: &Store,
    person: &Person<R>,
    company: &Company,
    role: RoleName,
    pointer: &str,
) -> Result<()> {
    if !company.has_role(role) {
        let told = "Choose one of the roles that GET /v1/roles lists.";
        return Err(Error::invalid(vec![FieldProblem::new(pointer, "no_such_role", told)]));
    }
    let permissions = company.permissions_of(role);
    person.may_give_role(role, permissions)?;
    if permissions.take_proof() {
        person.proved_lately(store).await?;
    }
    Ok(())
}

/// Whether `person` may change somebody who holds what the member of `place` does.
///
/// # Errors
/// [`Code::MoreThanYouHave`].
pub fn may_change<R: Right>(person: &Person<R>, place: &Place) -> Result<()> {
    let role = place.member.value.role;
    let more = "They may do more than you. Ask an owner, or somebody who may do as much.";
    person
        .may_give_role(role, place.company.value.permissions_of(role))
        .map_err(|_| Error::new(Code::MoreThanYouHave, more))
}

/// Whether the company's rules do without the member of `place`: who gets in when Microsoft does not work stays an owner
/// who gets in.
///
/// # Errors
/// [`Code::InUse`].
pub fn not_break_glass(place: &Place) -> Result<()> {
    use model::policy::SignInWays;
    match place.company.value.policy.sign_in {
        SignInWays::Microsoft { break_glass } if break_glass == place.member.value.user => Err(self::break_glass()),
        _ => Ok(()),
    }
}

/// That somebody is who gets in when Microsoft does not work.
pub fn break_glass() -> Error {
    let told = "They are who gets in when Microsoft does not work. Choose another owner for that in the rules first.";
    Error::new(Code::InUse, told)
}
