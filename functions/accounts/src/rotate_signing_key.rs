//! When Secrets Manager wants the signing key rotated (F54, F122): makes a key, publishes its public half beside the
//! one in force, and puts it in force. Also makes and publishes the first.
//!
//! The key before stays published until the next rotation: tokens it signed are good for a quarter of an hour, and
//! environments that started with it sign with it as long as they live.

use identity::{REREAD, SigningKey};
use runtime::{Failure, Function, Rotation, Step};
use store::Jwks;

use crate::Rotating;

/// `accounts-rotate-signing-key`.
pub const FUNCTION: Function<Rotating> =
    Function::rotation("accounts-rotate-signing-key", |deps, rotation| Box::pin(rotate_signing_key(deps, rotation)));

async fn rotate_signing_key(deps: Rotating, rotation: Rotation) -> Result<(), Failure> {
    let versions = deps.secrets.versions(&rotation);
    let pending: Option<SigningKey> = versions.pending().await?;
    if rotation.step == Step::CreateSecret {
        if pending.is_none() {
            versions.put_pending(&SigningKey::generate(&deps.kernel.ids)?).await?;
        }
        return Ok(());
    }
    let pending = pending.ok_or("there is no pending version: createSecret comes first")?;
    let current: Option<SigningKey> = versions.current().await?;
    match rotation.step {
        Step::CreateSecret => {}
        Step::SetSecret => publish(&deps, &pending, current.as_ref()).await?,
        Step::TestSecret => {
            let published = deps.kernel.store.jwks().await?;
            let own = published.keys.iter().find(|key| key.kid == pending.kid);
            let own = own.ok_or("the pending key is not published: setSecret comes first")?;
            if !pending.signs_for(own)? {
                return Err("the published key is not the pending one's public half".into());
            }
            // A verifier that read the keys before they were published asks again only after this long.
            if current.is_some_and(|current| current.kid != pending.kid) {
                deps.kernel.clock.sleep(REREAD).await;
            }
        }
        Step::FinishSecret => {
            versions.promote().await?;
            tracing::info!(kid = %pending.kid, "the signing key was rotated");
        }
    }
    Ok(())
}

/// Publishes the pending key beside the one in force. Where none can be read, or the pending one is in force already,
/// what is published stays: nobody is signed out by a secret that was written over, or by a step that comes late.
async fn publish(deps: &Rotating, pending: &SigningKey, current: Option<&SigningKey>) -> Result<(), Failure> {
    let before = match current {
        Some(current) if current.kid != pending.kid => vec![current.public()?],
        _ => deps.kernel.store.jwks().await?.keys.into_iter().filter(|key| key.kid != pending.kid).collect(),
    };
    let keys = [vec![pending.public()?], before].concat();
    Ok(deps.kernel.store.publish_jwks(&Jwks { keys }).await?)
}
