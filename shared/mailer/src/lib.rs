//! The mails Steward sends: facts in, subject, HTML and text out, and the way to SES. Nothing is parsed until a mail is
//! rendered, so a function that seldom sends one pays nothing at start.

mod client;
mod facts;
mod harmless;
mod letter;
mod links;
mod notice;
mod page;
mod render;
mod samples;
mod send;
mod templates;

pub use client::ses;
pub use letter::{Letter, Rendered, Top};
pub use notice::{By, Moment, News, Notice, Undoable};
pub use page::Page;
pub use render::RenderError;
pub use samples::{Sample, samples};
pub use send::{MailError, Mailer, MessageId};

/// What is the same in every mail of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailerConfig {
    /// The sender's name, such as `Steward`.
    pub from_name: String,
    /// The sender's address, of a domain that SES may send for.
    pub from_address: String,
    /// A monitored address for answers.
    pub reply_to: String,
    /// Where the dashboard is: `https`, or `http` on a loopback name. Links in mails lead nowhere else.
    pub base_url: String,
    /// The SES configuration set for mails that somebody's action caused.
    pub configuration_set: String,
    /// The operator's postal address, on one line.
    pub postal_address: String,
}
