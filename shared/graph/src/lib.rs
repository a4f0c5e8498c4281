//! Client of Microsoft Graph v1.0 and of Microsoft Entra's sign-in, and the way from Graph's answers to
//! `checks::facts`.
//!
//! [`Microsoft`] is one app registration. [`Microsoft::directory`] is one customer's directory under it;
//! [`sign_in`] is the half of the connection that a person takes part in. All that can be changed in a directory is in
//! [`write`], under registrations of their own.
//! Rules of the protocol that are not obvious carry their source in the doc comment.

mod activity;
mod config;
mod directory;
mod endpoints;
mod error;
pub mod facts;
pub mod folder;
mod http;
mod page;
pub mod purpose;
mod report;
mod retry;
pub mod sign_in;
mod token;
pub mod wire;

pub use activity::Activity;
pub use config::{AppKey, AppRegistration, Config, ConfigError, Credential, Microsoft, Secret};
pub use directory::{BatchRequest, CallRecord, Directory, now, write};
pub use endpoints::{
    ENDPOINTS, Endpoint, Report, ReportPeriod, endpoint, optional_permissions, reader_permissions, writer_permissions,
};
pub use error::{Error, Refusal};
pub use page::{Page, PageLink};
pub use report::ReportRow;
pub use retry::Deadline;
pub use sign_in::{Ask, Door, Identity, SignIn, SignInError, SignInSecrets, TokenFault};
