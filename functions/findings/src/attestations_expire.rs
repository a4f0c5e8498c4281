//! Four times a day: questions whose time is over without an answer are told of as such, once.

use jiff::SignedDuration;
use runtime::{Deadline, Failure, Function, Kernel};

/// `findings-attestations-expire`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("findings-attestations-expire", "rate(6 hours)", |deps, deadline| {
        Box::pin(attestations_expire(deps, deadline))
    });

/// Questions looked up at a time.
const AT_ONCE: u32 = 250;
/// Time kept to end in order.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

async fn attestations_expire(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let mut failed = 0u32;
    for due in deps.store.attestations_due(deps.clock.now(), AT_ONCE).await? {
        if deadline.left(&deps.clock) < MARGIN {
            break;
        }
        let (finding, attestation) = due.attestation;
        // One company's trouble is not the others'.
        if let Err(error) = deps.store.of(&due.scope).expire_attestation(finding, attestation).await {
            failed += 1;
            tracing::error!(tenant = %due.scope.tenant(), %attestation, %error, "ending a question");
        }
    }
    if failed > 0 { Err(format!("{failed} questions could not be ended").into()) } else { Ok(()) }
}
