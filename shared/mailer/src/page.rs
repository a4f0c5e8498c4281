//! The pages of the dashboard that mails lead to.

/// A page. One-time tokens stand in the fragment, which reaches no log, no proxy and no `Referer` (C2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The first screen.
    Home,
    /// Signs in.
    SignIn,
    /// Verifies the address of a sign-up, with a token.
    Verify,
    /// Sets a new password with a token, and asks for one without.
    ResetPassword,
    /// Confirms a new address, with a token.
    ConfirmEmail,
    /// Puts an old address back, with a token.
    UndoEmailChange,
    /// Links a work account, with a token.
    ConfirmMicrosoft,
    /// Accepts or declines an invitation, with a token.
    Invitation,
    /// One's own password, factors and Microsoft accounts.
    Security,
    /// Which mails one gets.
    Notifications,
    /// Where one is signed in.
    Devices,
    /// The members.
    Team,
    /// The company's rules for signing in.
    SignInRules,
    /// The API keys.
    Keys,
    /// Answers a question about somebody's licences, with a token.
    Attestation,
    /// What was found.
    Findings,
    /// When licences renew.
    Renewals,
    /// Connects Microsoft 365.
    Connect,
    /// What Steward changed, and its undo.
    Fixes,
}

impl Page {
    /// All there are.
    pub const ALL: &[Self] = &[
        Self::Home,
        Self::SignIn,
        Self::Verify,
        Self::ResetPassword,
        Self::ConfirmEmail,
        Self::UndoEmailChange,
        Self::ConfirmMicrosoft,
        Self::Invitation,
        Self::Security,
        Self::Notifications,
        Self::Devices,
        Self::Team,
        Self::SignInRules,
        Self::Keys,
        Self::Attestation,
        Self::Findings,
        Self::Renewals,
        Self::Connect,
        Self::Fixes,
    ];

    /// Its path below the dashboard's address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::SignIn => "/sign-in",
            Self::Verify => "/verify",
            Self::ResetPassword => "/reset-password",
            Self::ConfirmEmail => "/confirm-email",
            Self::UndoEmailChange => "/undo-email-change",
            Self::ConfirmMicrosoft => "/confirm-microsoft",
            Self::Invitation => "/invitation",
            Self::Security => "/account/security",
            Self::Notifications => "/account/notifications",
            Self::Devices => "/account/devices",
            Self::Team => "/team",
            Self::SignInRules => "/settings/sign-in",
            Self::Keys => "/settings/keys",
            Self::Attestation => "/attestation",
            Self::Findings => "/savings",
            Self::Renewals => "/licences",
            Self::Connect => "/connect",
            Self::Fixes => "/changes",
        }
    }

    /// Its address under the dashboard's.
    pub fn of(self, base_url: &str) -> String {
        format!("{}{}", base_url.trim_end_matches('/'), self.path())
    }

    /// Its address with a one-time token.
    pub fn with_token(self, base_url: &str, token: &str) -> String {
        format!("{}#token={token}", self.of(base_url))
    }
}
