//! What the functions of this capability need.

use identity::{Hashers, Signer, SigningKey};
use runtime::{Connect, Deps, Kernel, Secrets, StartError, secrets};

/// Password hashes computed at once in one process; a Lambda serves one request at a time anyway.
const HASHES_AT_ONCE: usize = 1;

/// What every function here needs.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Hashes passwords.
    pub hashers: Hashers,
}

/// What a function needs that signs access tokens.
#[derive(Debug, Clone)]
pub struct Signing {
    /// As the others.
    pub accounts: Accounts,
    /// Signs access tokens.
    pub signer: Signer,
}

impl Deps for Accounts {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let hashers = Hashers::new(HASHES_AT_ONCE, with.ids.clone()).map_err(|error| error.to_string())?;
        Ok(Self { kernel: Kernel::connect(with).await?, hashers })
    }
}

impl Deps for Signing {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let accounts = Accounts::connect(with).await?;
        let key: SigningKey = secrets(with)?.get("signing").await?;
        let pkcs8 = key.pkcs8()?;
        let signer = Signer::new(key.kid, &pkcs8, accounts.kernel.app_url.clone());
        Ok(Self { accounts, signer })
    }
}

/// What the function needs that rotates the signing key.
#[derive(Debug, Clone)]
pub struct Rotating {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Where the key is.
    pub secrets: Secrets,
}

impl Deps for Rotating {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        Ok(Self { kernel: Kernel::connect(with).await?, secrets: secrets(with)? })
    }
}

runtime::kernel_of!(Accounts, |deps| &deps.kernel);
runtime::kernel_of!(Rotating, |deps| &deps.kernel);
runtime::kernel_of!(Signing, |deps| &deps.accounts.kernel);
