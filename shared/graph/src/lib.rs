//! Client of Microsoft Graph v1.0 and of Microsoft Entra's sign-in, and the way from Graph's answers to
//! `checks::facts`.
//!
//! [`Microsoft`] is one app registration. [`Microsoft::directory`] reads one customer's directory under it;
//! [`sign_in`] is the half of the connection that a person takes part in. Nothing here writes to a directory.
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
mod report;
mod retry;
pub mod sign_in;
mod token;
pub mod wire;

pub use activity::Activity;
pub use config::{AppRegistration, Config, ConfigError, Credential, Microsoft, Secret};
pub use directory::{BatchRequest, CallRecord, Directory};
pub use endpoints::{ENDPOINTS, Endpoint, Report, ReportPeriod, endpoint, reader_permissions};
pub use error::{Error, Refusal};
pub use page::{Page, PageLink};
pub use report::ReportRow;
pub use retry::Deadline;
pub use sign_in::{Ask, Identity, SignIn, SignInError, SignInSecrets, TokenFault};
