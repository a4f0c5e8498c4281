//! Four times a day: questions whose time is over without an answer are told of as such, once.

use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::DueAttestation;

/// `findings-attestations-expire`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("findings-attestations-expire", "rate(6 hours)", |deps, deadline| {
        Box::pin(attestations_expire(deps, deadline))
    });

/// Questions looked up at a time.
const AT_ONCE: u32 = 250;

async fn attestations_expire(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.attestations_due(deps.clock.now(), AT_ONCE).await?;
    let end = async |due: DueAttestation| {
        let (finding, attestation) = due.attestation;
        deps.store.of(&due.scope).expire_attestation(finding, attestation).await
    };
    each_due(&deps.clock, deadline, "ending questions", due, |due| due.scope.tenant(), end).await
}
