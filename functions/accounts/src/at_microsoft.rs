//! The way to Microsoft and back, which signing in and linking have in common (C8): code flow with PKCE, a nonce, and a
//! state that is good once, for ten minutes, for who began.

use api::{Code, Error, Result};
use graph::{Ask, Door, Identity, SignInError, SignInSecrets};
use jiff::SignedDuration;
use model::DirectoryId;
use serde::{Deserialize, Serialize};
use store::{Purpose, Sealed, StoreError, Token, TokenHash};
use url::Url;
use utoipa::ToSchema;

use crate::AtMicrosoft;

/// How long it may take.
pub(crate) const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Where to send the browser.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MicrosoftPage {
    /// Microsoft's page.
    #[schema(example = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=…")]
    pub url: String,
}

/// The query Microsoft added to our page's address, as it came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the page posts Microsoft's query as it came; not all of it is of use")]
pub struct Returned {
    /// Ours, given to Microsoft.
    #[schema(max_length = 128, example = "q83v…")]
    pub(crate) state: String,
    /// After signing in.
    #[serde(default)]
    #[schema(max_length = 4096, example = "1.AXo…")]
    code: Option<String>,
    /// When Microsoft or the person refused.
    #[serde(default)]
    #[schema(max_length = 200, example = "access_denied")]
    error: Option<String>,
    /// Microsoft's words; not shown and not kept.
    #[serde(default)]
    #[schema(max_length = 4096)]
    error_description: Option<String>,
    /// Microsoft's finer code; not kept.
    #[serde(default)]
    #[schema(max_length = 200)]
    error_subcode: Option<String>,
    /// Microsoft's session; not used.
    #[serde(default)]
    #[schema(max_length = 200)]
    session_state: Option<String>,
}

/// Begins at a `door` of Microsoft's: keeps what `purpose` makes of the sealed secrets, and says where the browser goes.
/// `whose` is who may go on.
pub(crate) async fn begin(
    deps: &AtMicrosoft,
    door: &Door,
    page: &Url,
    whose: &str,
    purpose: impl FnOnce(Sealed) -> Purpose,
) -> Result<MicrosoftPage> {
    let (state, kept_by) = TokenHash::mint(&deps.kernel.ids, "");
    let begun = deps.microsoft.sign_in_at(door, page, &state, Ask::WhoAndEmail);
    let mut plain = format!("{}\n{}", begun.secrets.nonce, begun.secrets.code_verifier);
    if let Some(directory) = door.directory {
        plain.push_str(&format!("\n{directory}"));
    }
    let secrets = deps.kernel.store.sealer().seal(&sealed_for(whose), plain.as_bytes());
    let good_until = (deps.kernel.clock.now() + GOOD_FOR).as_second();
    deps.kernel.store.keep_token(&kept_by, &Token { purpose: purpose(secrets), good_until }).await?;
    Ok(MicrosoftPage { url: begun.url.into() })
}

/// Goes on: uses the state up, redeems the code, and says who signed in.
pub(crate) async fn redeem(
    deps: &AtMicrosoft,
    page: &Url,
    whose: &str,
    secrets: &Sealed,
    returned: &Returned,
) -> Result<Identity> {
    let store = &deps.kernel.store;
    let state = TokenHash::of(&returned.state);
    if let Some(error) = &returned.error {
        // Used up: whoever was refused begins again.
        store.drop_token(&state).await?;
        let told = Error::new(Code::MicrosoftRefused, "The sign-in at Microsoft was not finished. Begin again.");
        return Err(told.because(format!("{error:.200}")));
    }
    let code = returned.code.as_deref().ok_or_else(not_begun_here)?;
    let plain = store.sealer().open(&sealed_for(whose), secrets).ok_or_else(not_begun_here)?;
    let plain = String::from_utf8(plain).map_err(Error::internal)?;
    let mut lines = plain.lines();
    let (Some(nonce), Some(verifier)) = (lines.next(), lines.next()) else {
        return Err(Error::internal("secrets of a ceremony"));
    };
    let directory = lines.next().map(str::parse::<DirectoryId>).transpose().map_err(Error::internal)?;
    let secrets = SignInSecrets { nonce: nonce.into(), code_verifier: verifier.into() };
    // Before the code is redeemed: of two posts of one state one goes on.
    store.use_token(&state).await.map_err(|error| match error {
        StoreError::Conflict(_) => not_begun_here(),
        error => error.into(),
    })?;
    deps.microsoft.redeem_at(directory, code, page, &secrets).await.map_err(refused)
}

/// The one answer to a state that is unknown, used, too old, or somebody else's.
pub(crate) fn not_begun_here() -> Error {
    Error::new(
        Code::StateNotGood,
        "Begin again in this browser. A sign-in at Microsoft is good for ten minutes and works once.",
    )
}

fn sealed_for(whose: &str) -> String {
    format!("at-microsoft:{whose}")
}

fn refused(error: SignInError) -> Error {
    let told = match &error {
        SignInError::PersonalAccount => {
            let told = "Sign in with the account of your company's Microsoft 365. Who was invited and has none opens the \
                        link again and accepts with a password.";
            Error::new(Code::PersonalAccount, told)
        }
        SignInError::Microsoft(_) => {
            Error::new(Code::Unavailable, "Microsoft does not answer. Begin again in a moment.").retry_after(10)
        }
        SignInError::CodeRefused { .. } => {
            Error::new(Code::MicrosoftRefused, "Microsoft did not confirm the sign-in. Begin again.")
        }
        SignInError::Token(fault) => {
            tracing::warn!(security = "id_token", %fault, "an id_token was refused");
            Error::new(Code::MicrosoftRefused, "The sign-in could not be verified. Begin again.")
        }
    };
    told.because(error)
}
