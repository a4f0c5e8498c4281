//! The pages of the dashboard that mails lead to.

use std::fmt::Display;

use model::TenantId;

/// A page. One-time tokens stand in the fragment, which reaches no log, no proxy and no `Referer` (C2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The first screen of the company a mail is about.
    Home,
    /// The first screen of whichever company lets its reader in.
    Start,
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
        Self::Start,
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
            Self::Home | Self::Start => "/",
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

    /// Whether it shows a company's data.
    const fn is_of_a_company(self) -> bool {
        match self {
            Self::Home
            | Self::Team
            | Self::SignInRules
            | Self::Keys
            | Self::Findings
            | Self::Renewals
            | Self::Connect
            | Self::Fixes => true,
            Self::Start
            | Self::SignIn
            | Self::Verify
            | Self::ResetPassword
            | Self::ConfirmEmail
            | Self::UndoEmailChange
            | Self::ConfirmMicrosoft
            | Self::Invitation
            | Self::Security
            | Self::Notifications
            | Self::Devices
            | Self::Attestation => false,
        }
    }

    /// Its address under the dashboard's.
    pub fn of(self, base_url: &str) -> String {
        format!("{}{}", base_url.trim_end_matches('/'), self.path())
    }

    /// Its address in a mail about `company`, which it names where it shows that one's data: whoever is in several comes
    /// to the right one.
    pub fn about(self, base_url: &str, company: TenantId) -> String {
        self.naming(company, self.of(base_url))
    }

    /// The address of one thing on it, likewise.
    pub fn one(self, base_url: &str, company: TenantId, thing: impl Display) -> String {
        self.naming(company, format!("{}/{thing}", self.of(base_url)))
    }

    fn naming(self, company: TenantId, address: String) -> String {
        if self.is_of_a_company() { format!("{address}?company={company}") } else { address }
    }

    /// Its address with a one-time token.
    pub fn with_token(self, base_url: &str, token: &str) -> String {
        format!("{}#token={token}", self.of(base_url))
    }
}
