//! What no endpoint changes of a company: that it is made up, and where it is in its life.

use anyhow::Context;
use runtime::{Connect, Deps, Kernel};
use store::{Company, Origin, SessionProof};

/// Changes the company that an access token is for.
pub(crate) async fn change(with: &Connect, token: &str, change: impl FnOnce(&mut Company)) -> anyhow::Result<()> {
    let Kernel { store, verifier, .. } = Kernel::connect(with).await.map_err(anyhow::Error::from_boxed)?;
    let claims = verifier.verify(token).await?;
    let (user, tenant, session) = (claims.sub, claims.tid, claims.sid);
    let proof = SessionProof { user, tenant, session, mver: claims.mver, origin: Origin::SYSTEM };
    let scope = store.admit(&proof).await?.scope;
    let tenant = store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await?.context("no company")?;
    let before = company.value.clone();
    change(&mut company.value);
    if company.value != before {
        tenant.checkpoint(&company).await?;
    }
    Ok(())
}
