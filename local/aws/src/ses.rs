//! SES v2: takes a mail, checks it as SES would (and that it has both parts), and keeps it. A mail to an address of
//! SES's mailbox simulator comes back as it does there: `bounce@`, `suppressionlist@` and
//! `complaint@simulator.amazonses.com`, with any label (`bounce+anna@…`).

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use jiff::Timestamp;
use model::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ACCOUNT, Bus, REGION,
    serve::{self, Answer, Closed, Service},
    state::State,
};

/// Headers SES sets itself and refuses in `Simple` content (SES developer guide, "header fields").
const RESERVED: &[&str] = &[
    "bcc",
    "cc",
    "content-disposition",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "return-path",
    "subject",
    "to",
];

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// The id SES answered with; the message has it as `Message-ID: <id@email.amazonses.com>`.
    pub id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Every recipient: to, cc and bcc.
    pub to: Vec<String>,
    /// As given: an address, or a name and an address in angle brackets.
    pub from: String,
    /// Where answers go.
    pub reply_to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part. Hostile until shown otherwise.
    pub html: String,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// The configuration set it was sent with.
    pub configuration_set: Option<String>,
    /// What SES tells of it again where it comes back, in order.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
}

impl Mail {
    /// The value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// How sending goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFault {
    /// `TooManyRequestsException`, HTTP 429: over the sending rate.
    TooManyRequests,
    /// `MessageRejected`, HTTP 400: the content is not taken.
    Rejected,
    /// `SendingPausedException`, HTTP 400: the account may not send for now.
    Paused,
    /// HTTP 503.
    Unavailable,
    /// The mail is sent and the connection closes without an answer.
    AnswerLost,
}

pub(crate) struct Ses {
    state: Arc<State>,
    clock: Clock,
    bus: Bus,
    faults: Mutex<VecDeque<MailFault>>,
}

/// An error as SES words it: status, type, message.
struct Refused(StatusCode, &'static str, String);

fn bad(message: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "BadRequestException", message.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
    configuration_set_name: Option<String>,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

impl Ses {
    pub(crate) fn new(state: Arc<State>, clock: Clock, bus: Bus) -> Self {
        Self { state, clock, bus, faults: Mutex::default() }
    }

    pub(crate) fn fail_next(&self, fault: MailFault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    pub(crate) fn inbox(&self) -> anyhow::Result<Vec<Mail>> {
        let state = self.state.lock();
        let mut rows = state.prepare_cached("SELECT mail FROM mail ORDER BY id")?;
        let rows = rows.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| serde_json::from_str(&row?).context("a kept mail cannot be read")).collect()
    }

    fn send(&self, body: &[u8]) -> Result<String, Refused> {
        let input: SendEmail = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
        let mut mail = checked(input, self.clock.now())?;
        let keep = || -> anyhow::Result<Mail> {
            let mut state = self.state.lock();
            let transaction = state.transaction()?;
            transaction.execute("INSERT INTO mail (mail) VALUES ('')", [])?;
            let row = transaction.last_insert_rowid();
            // The shape of SES's ids: time, then something unique.
            mail.id = format!("{:016x}-{}-000000", mail.at.as_millisecond(), uuid::Uuid::from_u128(row as u128));
            transaction.execute("UPDATE mail SET mail = ?2 WHERE id = ?1", (row, serde_json::to_string(&mail)?))?;
            transaction.commit()?;
            Ok(mail)
        };
        let mail = keep().map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "cannot keep a mail");
            Refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "Internal failure".into())
        })?;
        self.tell(&mail);
        Ok(mail.id)
    }

    /// Tells of a mail that comes back, as the event destination of its configuration set does: as best it can.
    fn tell(&self, mail: &Mail) {
        for (detail_type, detail) in mail.to.iter().filter_map(|to| comes_back(mail, to)) {
            if let Err(error) = self.bus.publish("aws.ses", detail_type, &mail.id, &detail) {
                tracing::error!(error = format!("{error:#}"), "cannot tell of a mail that came back");
            }
        }
    }
}

/// What SES tells of a mail to one of its simulator's addresses that come back: detail-type and detail.
fn comes_back(mail: &Mail, to: &str) -> Option<(&'static str, Value)> {
    let set = mail.configuration_set.as_deref()?;
    let (local, _) = to.rsplit_once('@').filter(|(_, domain)| *domain == "simulator.amazonses.com")?;
    let tags = mail.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let tags: BTreeMap<&str, [&str; 1]> =
        tags.chain([("ses:configuration-set", set)]).map(|(name, value)| (name, [value])).collect();
    let at = mail.at.to_string();
    let feedback = format!("{}-feedback", mail.id);
    let sent = json!({
        "timestamp": at,
        "source": mail.from,
        "sendingAccountId": ACCOUNT,
        "messageId": mail.id,
        "destination": mail.to,
        "headersTruncated": false,
        "headers": [],
        "commonHeaders": { "from": [mail.from], "to": mail.to, "subject": mail.subject },
        "tags": tags,
    });
    let bounce = |sub_type: &str| {
        json!({
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": sub_type,
                "bouncedRecipients": [{
                    "emailAddress": to,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }],
                "timestamp": at,
                "feedbackId": feedback,
                "reportingMTA": "dns; simulator.amazonses.com",
            },
            "mail": sent,
        })
    };
    match local.split('+').next()? {
        "bounce" => Some(("Email Bounced", bounce("General"))),
        "suppressionlist" => Some(("Email Bounced", bounce("Suppressed"))),
        "complaint" => {
            let detail = json!({
                "eventType": "Complaint",
                "complaint": {
                    "complainedRecipients": [{ "emailAddress": to }],
                    "timestamp": at,
                    "feedbackId": feedback,
                    "complaintSubType": null,
                    "userAgent": "Amazon SES Mailbox Simulator",
                    "complaintFeedbackType": "abuse",
                    "arrivalDate": at,
                },
                "mail": sent,
            });
            Some(("Email Complaint Received", detail))
        }
        _ => None,
    }
}

fn checked(input: SendEmail, at: Timestamp) -> Result<Mail, Refused> {
    let from = input.from_email_address.ok_or_else(|| bad("Missing required header 'From'."))?;
    address(&from)?;
    let Destination { to_addresses, cc_addresses, bcc_addresses } = input.destination;
    let to: Vec<String> = [to_addresses, cc_addresses, bcc_addresses].concat();
    if to.is_empty() || to.len() > 50 {
        return Err(bad("The number of recipients must be 1 to 50."));
    }
    to.iter().chain(&input.reply_to_addresses).try_for_each(|one| address(one))?;
    let simple = input.content.simple.ok_or_else(|| bad("This stand-in takes Simple content only."))?;
    let part = |part: Option<Text>, name: &str| {
        let text = part.map(|part| part.data).filter(|data| !data.is_empty());
        text.ok_or_else(|| bad(format!("The {name} part is missing: every mail has HTML and text.")))
    };
    let (text, html) = (part(simple.body.text, "text")?, part(simple.body.html, "HTML")?);
    let subject = simple.subject.data;
    if subject.is_empty() || subject.contains(char::is_control) {
        return Err(bad("The subject is empty or holds control characters."));
    }
    for Header { name, value } in &simple.headers {
        let name_fits = (1..=126).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        let value_fits = (1..=995).contains(&value.len()) && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if !name_fits || !value_fits || name.len() + value.len() > 996 {
            return Err(bad(format!("The header {name:?} is not valid.")));
        }
        if RESERVED.contains(&&*name.to_ascii_lowercase()) {
            return Err(bad(format!("The header {name} is set by SES and cannot be given.")));
        }
    }
    if simple.headers.len() > 15 {
        return Err(bad("More than 15 headers."));
    }
    for Tag { name, value } in &input.email_tags {
        let plain = |text: &str| {
            (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        };
        if !plain(name) || !plain(value) {
            return Err(bad(format!("The tag {name:?} is not valid.")));
        }
    }
    if input.configuration_set_name.as_ref().is_some_and(String::is_empty) {
        return Err(bad("The configuration set has no name."));
    }
    Ok(Mail {
        id: String::new(),
        at,
        to,
        from,
        reply_to: input.reply_to_addresses,
        subject,
        text,
        html,
        headers: simple.headers.into_iter().map(|header| (header.name, header.value)).collect(),
        configuration_set: input.configuration_set_name,
        tags: input.email_tags.into_iter().map(|tag| (tag.name, tag.value)).collect(),
    })
}

/// Refuses what SES refuses: anything but `a@b.c` or `Name <a@b.c>` in printable ASCII.
fn address(text: &str) -> Result<(), Refused> {
    let bare = match text.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').ok_or_else(|| bad("Missing '>' in an address."))?,
        None => text,
    };
    let parts = bare.rsplit_once('@').filter(|(local, domain)| {
        !local.is_empty() && local.len() <= 64 && domain.contains('.') && !domain.starts_with('.')
    });
    let printable = text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) && !bare.contains([' ', ',']);
    match parts {
        Some(_) if printable => Ok(()),
        Some(_) => Err(bad("Local address or name contains control or non-ASCII characters.")),
        None => Err(bad("Missing final '@domain'.")),
    }
}

impl Service for Ses {
    async fn answer(&self, request: Request<Bytes>) -> Result<Answer, Closed> {
        let result = if !serve::is_signed(&request) {
            Err(Refused(StatusCode::FORBIDDEN, "MissingAuthenticationToken", "Missing Authentication Token".into()))
        } else if request.method() != Method::POST || request.uri().path() != "/v2/email/outbound-emails" {
            let message = "Not an operation this stand-in has.".into();
            Err(Refused(StatusCode::NOT_FOUND, "NotFoundException", message))
        } else {
            let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match fault {
                None => self.send(request.body()),
                Some(MailFault::AnswerLost) => {
                    if self.send(request.body()).is_err() {
                        tracing::warn!("the mail whose answer was to be lost was refused");
                    }
                    return Err(Closed);
                }
                Some(MailFault::TooManyRequests) => Err(Refused(
                    StatusCode::TOO_MANY_REQUESTS,
                    "TooManyRequestsException",
                    "Maximum sending rate exceeded.".into(),
                )),
                Some(MailFault::Rejected) => {
                    Err(Refused(StatusCode::BAD_REQUEST, "MessageRejected", "Email content is not accepted.".into()))
                }
                Some(MailFault::Paused) => Err(Refused(
                    StatusCode::BAD_REQUEST,
                    "SendingPausedException",
                    format!("Sending is paused in {REGION}."),
                )),
                Some(MailFault::Unavailable) => Err(Refused(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "ServiceUnavailable",
                    "The service is not available.".into(),
                )),
            }
        };
        let content_type = "application/json";
        Ok(match result {
            Ok(id) => serve::json(StatusCode::OK, content_type, &json!({ "MessageId": id })),
            Err(Refused(status, kind, message)) => {
                let body: Value = json!({ "message": message });
                let mut answer = serve::json(status, content_type, &body);
                answer.headers_mut().insert("x-amzn-errortype", header::HeaderValue::from_static(kind));
                answer
            }
        })
    }
}
