//! What each mail is about.

use model::{Money, mail::Topic};

use crate::{MailerConfig, News, Notice, RenderError, render};

/// One mail's facts. Every `link` must lead to [`MailerConfig::base_url`].
#[derive(Debug, Clone, PartialEq)]
pub enum Letter {
    /// Confirm the address given at sign-up. The address may be a stranger's, and the name was typed by anybody.
    VerifyEmail {
        /// The company's name as typed.
        company: String,
        /// The page that confirms on a click there; opening it changes nothing (C2).
        link: String,
        /// Hours the link works for.
        expires_hours: u32,
    },
    /// The answer to a sign-up with an address that has an account already (C1). Whoever has its mailbox may make the
    /// company with that account; the name was typed by anybody.
    AlreadyRegistered {
        /// The company's name as typed.
        company: String,
        /// The page that makes it on a click there; opening it changes nothing (C2).
        link: String,
        /// The sign-in page.
        sign_in_link: String,
        /// Hours the link works for.
        expires_hours: u32,
    },
    /// The first result, or that of a check somebody asked for.
    ScanFinished {
        /// The company's name.
        company: String,
        /// Findings that are open.
        findings: u32,
        /// What could be saved a month in all; `None` when prices are missing, so that nothing can be said.
        monthly: Option<Money>,
        /// The part of it that is certain.
        certain: Option<Money>,
        /// The part of it that is likely.
        likely: Option<Money>,
        /// The findings to begin with, most important first.
        top: Vec<Top>,
        /// What could not be checked, in plain words.
        not_checked: Vec<String>,
        /// The result's page.
        link: String,
    },
    /// Microsoft refuses Steward, and checks have stopped.
    ConnectionLost {
        /// The company's name.
        company: String,
        /// Why, as one sentence in plain words.
        reason_text: String,
        /// The page to connect again.
        link: String,
    },
    /// Something happened to an account or in a company.
    Notice(Notice),
}

/// One finding in [`Letter::ScanFinished`].
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// What was found, in a few words.
    pub title: String,
    /// How many people it concerns; 0 when it is not about people.
    pub people: u32,
    /// What it costs a month; `None` when it is not about money or the price is not known.
    pub monthly: Option<Money>,
    /// Its page.
    pub link: String,
}

/// A mail ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The line most mail programs show after the subject.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
}

impl Letter {
    /// The company a letter is from, in whose name it is sent. Not that of a sign-up: anybody types one, to any address.
    pub(crate) fn company(&self) -> Option<&str> {
        match self {
            Self::VerifyEmail { .. } | Self::AlreadyRegistered { .. } => None,
            Self::ScanFinished { company, .. } | Self::ConnectionLost { company, .. } => Some(company),
            Self::Notice(notice) => Some(&notice.company),
        }
    }

    /// Of which sort it is, if its reader can do without: such a mail goes to who wants it, and says where to choose.
    /// What says nothing here is a link, or about the safety of an account or of a company, and always goes.
    pub const fn topic(&self) -> Option<Topic> {
        match self {
            Self::ScanFinished { .. } => Some(Topic::Checks),
            Self::VerifyEmail { .. } | Self::AlreadyRegistered { .. } | Self::ConnectionLost { .. } => None,
            Self::Notice(Notice { news, .. }) => match news {
                News::FixEnded { .. } => Some(Topic::Changes),
                News::RenewalNear { .. } => Some(Topic::Renewals),
                News::AttestationAnswered { .. } | News::AttestationExpired { .. } => Some(Topic::Answers),
                News::MemberJoined { .. } | News::InvitationDeclined { .. } => Some(Topic::Team),
                News::KeyExpiring { .. } => Some(Topic::Keys),
                _ => None,
            },
        }
    }

    /// Subject, HTML and text.
    ///
    /// # Errors
    /// When a link leads elsewhere than to [`MailerConfig::base_url`]. Any other error is a fault of a template.
    pub fn render(&self, config: &MailerConfig) -> Result<Rendered, RenderError> {
        render::render(self, config)
    }
}
