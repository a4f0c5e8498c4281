//! What the functions need that send people to Microsoft.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};
use url::Url;

use crate::Signing;

/// What a function needs that sends people to Microsoft: the reader app, which a directory's administrator consented
/// to, so that nobody of that directory is asked to consent again (docs/adr/0010).
#[derive(Clone)]
pub struct AtMicrosoft {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub microsoft: graph::Microsoft,
    /// Our page that Microsoft sends the browser back to after a sign-in.
    pub sign_in_page: Url,
    /// Our page that it sends the browser back to when a work account is linked.
    pub link_page: Url,
}

/// What the function needs that signs people in whom Microsoft signed in.
#[derive(Clone)]
pub struct MicrosoftSigning {
    /// As every function that signs access tokens.
    pub signing: Signing,
    /// Microsoft.
    pub at_microsoft: AtMicrosoft,
}

impl AtMicrosoft {
    async fn of(kernel: Kernel, with: &Connect) -> Result<Self, StartError> {
        let page = |path: &str| format!("{}{path}", kernel.app_url).parse();
        let (sign_in_page, link_page) = (page("/sign-in/microsoft")?, page("/account/microsoft")?);
        Ok(Self { microsoft: Registration::READER.connect(with).await?, sign_in_page, link_page, kernel })
    }
}

impl Deps for AtMicrosoft {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        Self::of(Kernel::connect(with).await?, with).await
    }
}

impl Deps for MicrosoftSigning {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let signing = Signing::connect(with).await?;
        let at_microsoft = AtMicrosoft::of(signing.accounts.kernel.clone(), with).await?;
        Ok(Self { signing, at_microsoft })
    }
}

runtime::kernel_of!(AtMicrosoft, |deps| &deps.kernel);
runtime::kernel_of!(MicrosoftSigning, |deps| &deps.at_microsoft.kernel);
