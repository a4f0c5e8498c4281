//! SES v2. One mail to one address, with the headers every mail of ours has.

use aws_sdk_sesv2::{
    Client,
    error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::TenantId;

use crate::{Letter, MailerConfig, RenderError, harmless::as_sender};

/// The id SES gave a mail; bounces and complaints name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(pub String);

/// A mail that was not sent, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The recipient's address cannot be sent to. Trying again cannot help.
    #[error("the address cannot be sent to: {reason}")]
    Address {
        /// In SES's words, or ours.
        reason: String,
    },
    /// SES refuses for a reason that an operator must clear: content, identity, sending paused.
    #[error("SES refuses the mail: {code}: {message}")]
    Refused {
        /// SES's error code.
        code: String,
        /// SES's message.
        message: String,
    },
    /// SES could not be asked, was busy, or its answer was lost: the mail may have been sent. Try again later.
    #[error("SES did not take the mail: {reason}")]
    Retry {
        /// What is known of it.
        reason: String,
    },
    /// The mail could not be written.
    #[error("cannot write the mail")]
    Render(#[from] RenderError),
    /// The mail could not be put together for SES.
    #[error("cannot put the mail together")]
    Build(#[from] BuildError),
}

impl MailError {
    /// Whether the same mail may go through later without anyone doing anything.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Retry { .. })
    }
}

/// Sends letters through SES. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    config: MailerConfig,
}

impl Mailer {
    /// A mailer on the given client.
    pub const fn new(client: Client, config: MailerConfig) -> Self {
        Self { client, config }
    }

    /// What is the same in every mail.
    pub const fn config(&self) -> &MailerConfig {
        &self.config
    }

    /// Sends `letter` to one address. `event` names what it is sent for; it goes into the header `X-Steward-Event`, so
    /// that a mail sent twice can be told. With `tenant`, the company it is about, it is a tag as well: SES says both
    /// where the mail comes back. SES has no idempotency key and sets `Message-ID` itself, so a caller that
    /// must not send twice writes down that it sends before it does.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn send(&self, to: &str, letter: &Letter, tenant: TenantId, event: &str) -> Result<MessageId, MailError> {
        recipient(to)?;
        let rendered = letter.render(&self.config)?;
        let body = Body::builder().html(utf8(&rendered.html)?).text(utf8(&rendered.text)?).build();
        let message = Message::builder()
            .subject(utf8(&rendered.subject)?)
            .body(body)
            .headers(header("Auto-Submitted", "auto-generated")?)
            // Exchange answers automatic mails unless told not to.
            .headers(header("X-Auto-Response-Suppress", "OOF, AutoReply")?)
            .headers(header("X-Steward-Event", &token(event))?)
            .build();
        let sent = self
            .client
            .send_email()
            .from_email_address(sender(&from_name(letter, &self.config.from_name), &self.config.from_address))
            .reply_to_addresses(&self.config.reply_to)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .configuration_set_name(&self.config.configuration_set)
            .email_tags(tag("tenant", &tenant.to_string())?)
            .email_tags(tag("event", event)?)
            .send()
            .await
            .map_err(failed)?;
        Ok(MessageId(sent.message_id.unwrap_or_default()))
    }
}

fn utf8(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}

fn header(name: &str, value: &str) -> Result<MessageHeader, BuildError> {
    MessageHeader::builder().name(name).value(value).build()
}

/// A tag of SES, with what it takes of `value`: letters and digits of ASCII, `_` and `-`, at most 256 of them.
fn tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    MessageTag::builder().name(name).value(value.chars().filter(fits).take(256).collect::<String>()).build()
}

/// `text` with everything but printable ASCII taken out, at most 200 characters: a header cannot be broken out of.
fn token(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(200).collect()
}

/// Refuses what is not one bare address of ASCII characters, which is all SES sends to.
fn recipient(to: &str) -> Result<(), MailError> {
    let (local, domain) = to.rsplit_once('@').unwrap_or_default();
    let sound = (1..=64).contains(&local.len())
        && domain.len() <= 253
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && to.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&byte))
        && !local.contains('@');
    let reason = || MailError::Address { reason: "not one address of ASCII characters".into() };
    sound.then_some(()).ok_or_else(reason)
}

/// Who a letter says it is from: `Northwind Ltd via Steward`, or Steward alone.
fn from_name(letter: &Letter, ours: &str) -> String {
    let company = letter.company().map(as_sender).filter(|company| !company.is_empty());
    company.map_or_else(|| ours.to_owned(), |company| format!("{company} via {ours}"))
}

/// `"Name" <address>`, the name as RFC 2047 encoded words unless it is ASCII.
fn sender(name: &str, address: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if name.is_ascii() {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{quoted}\" <{address}>");
    }
    // An encoded word has at most 75 characters: 45 bytes before base64 and its frame.
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= 45 => word.push(c),
            _ => words.push(c.into()),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    format!("{} <{address}>", words.join(" "))
}

fn failed(error: SdkError<SendEmailError>) -> MailError {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let reason = DisplayErrorContext(&error).to_string();
    let SdkError::ServiceError(service) = error else { return MailError::Retry { reason } };
    let service = service.into_err();
    let message = service.message().unwrap_or_default().to_owned();
    match service {
        SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_) => {
            MailError::Retry { reason }
        }
        // SES has no code of its own for a bad address.
        SendEmailError::BadRequestException(_) if message.to_ascii_lowercase().contains("address") => {
            MailError::Address { reason: message }
        }
        other if status.is_some_and(|status| status < 500) => {
            MailError::Refused { code: other.code().unwrap_or("unknown").to_owned(), message }
        }
        _ => MailError::Retry { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_cannot_be_broken_out_of() {
        assert_eq!(sender("Steward", "a@b.example"), "\"Steward\" <a@b.example>");
        assert_eq!(sender("A\r\n\"B\", C", "a@b.example"), "\"A\\\"B\\\", C\" <a@b.example>");
        let long = sender(&"Größe ".repeat(20), "a@b.example");
        assert!(long.is_ascii());
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
    }

    #[test]
    fn a_company_is_named_as_the_sender_but_for_sign_ups_and_whatever_it_is_called() {
        let from = |company: &str| {
            let (company, link) = (company.to_owned(), String::new());
            from_name(&Letter::ConnectionLost { company, reason_text: String::new(), link }, "Steward")
        };
        assert_eq!(from("Northwind Ltd"), "Northwind Ltd via Steward");
        assert_eq!(from("Smith & Søn, A/S (UK)"), "Smith & Søn, A/S (UK) via Steward");
        // Another header, another address, words that mail programs decode, text that turns direction.
        assert_eq!(from("A\r\nBcc: c@d.example"), "A Bcc c d.example via Steward");
        assert_eq!(from("\"Bank\" <pay@bank.example>"), "Bank pay bank.example via Steward");
        assert_eq!(from("=?UTF-8?B?UGF5?="), "UTF-8 B UGF5 via Steward");
        assert_eq!(from("\u{202e}dwatS"), "dwatS via Steward");
        assert_eq!(from(" <@> \u{200b}"), "Steward", "nothing is left");
        let long = from(&"x".repeat(400));
        assert_eq!(long.chars().count(), 60 + " via Steward".len());
        let (company, link) = ("Contoso".to_owned(), String::new());
        let to_a_stranger = Letter::VerifyEmail { company, link, expires_hours: 24 };
        assert_eq!(from_name(&to_a_stranger, "Steward"), "Steward", "anybody can type a company to any address");
    }

    #[test]
    fn one_bare_address_is_a_recipient_and_nothing_else() {
        assert!(recipient("anna+x@mail.example.com").is_ok());
        let bad = [
            "",
            "anna",
            "@b.example",
            "a@b",
            "a@.example",
            "a b@c.example",
            "A <a@b.example>",
            "a@b.example,c@d.example",
            "ä@b.example",
            "a@b.example\r\nBcc: c@d.example",
            "a@b@c.example",
        ];
        for to in bad {
            assert!(recipient(to).is_err(), "{to:?}");
        }
    }
}
