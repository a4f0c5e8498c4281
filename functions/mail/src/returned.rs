//! When SES says that a mail came back (F118): whoever has the address is marked, and their companies are told. A full
//! mailbox or a server that is away marks nobody: the next mail may arrive. A mail told of twice is marked once.

use std::{collections::BTreeMap, str::FromStr};

use model::mail::Returned;
use runtime::{Failure, Function, Kernel};
use serde::Deserialize;
use serde_json::Value;
use store::ReturnedMail;

/// `mail-returned`.
pub const FUNCTION: Function<Kernel> =
    Function::service("mail-returned", "aws.ses", &["Email Bounced", "Email Complaint Received"], |deps, detail| {
        Box::pin(returned(deps, detail))
    });

/// What SES tells of a mail that came back (SES developer guide, "Contents of event data"): what is read of it.
#[derive(Deserialize)]
#[serde(tag = "eventType")]
enum Told {
    Bounce { bounce: Bounce, mail: Sent },
    Complaint { complaint: Complaint, mail: Sent },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    /// `Permanent`, `Transient` or `Undetermined`.
    bounce_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    /// Such as `abuse`; with `not-spam` somebody took a complaint back.
    complaint_feedback_type: Option<String>,
}

/// The mail as it was sent.
#[derive(Deserialize)]
struct Sent {
    /// Where it went. Whom a bounce names may be another, to whom mail is passed on.
    destination: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

impl Sent {
    /// The value of a tag, if it is one of ours.
    fn tag<T: FromStr>(&self, name: &str) -> Option<T> {
        self.tags.get(name)?.first()?.parse().ok()
    }
}

async fn returned(deps: Kernel, detail: Value) -> Result<(), Failure> {
    // What is wrong with it stays unsaid: the words would quote an address into the log.
    let told: Told =
        serde_json::from_value(detail).map_err(|_| Failure::from("not in the form SES tells of mails in"))?;
    let (how, sent) = match told {
        Told::Bounce { bounce, mail } if bounce.bounce_type == "Permanent" => (Returned::Bounced, mail),
        Told::Bounce { bounce, mail } => {
            let event: Option<model::EventId> = mail.tag("event");
            tracing::info!(?event, kind = bounce.bounce_type, "a mail did not arrive; the next one may");
            return Ok(());
        }
        Told::Complaint { complaint, .. } if complaint.complaint_feedback_type.as_deref() == Some("not-spam") => {
            return Ok(());
        }
        Told::Complaint { mail, .. } => (Returned::Complained, mail),
    };
    let (Some(tenant), Some(event)) = (sent.tag("tenant"), sent.tag("event")) else {
        tracing::warn!("a mail came back that does not say what it was about");
        return Ok(());
    };
    let [to] = sent.destination.as_slice() else { return Err("a mail that did not go to one address".into()) };
    let mail = ReturnedMail { tenant, event, to: to.clone(), returned: how };
    let marks = deps.store.mail_returned(&mail).await?;
    tracing::info!(%event, %tenant, ?how, marks, "a mail came back");
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::{EventId, TenantId};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_ses_tells_is_read_and_what_else_it_says_is_passed_over() {
        let sample: Value = serde_json::from_str(include_str!("../../../events/mail-returned.json")).unwrap();
        let told: Told = serde_json::from_value(sample["detail"].clone()).unwrap();
        let Told::Bounce { bounce, mail } = told else { panic!("a bounce") };
        assert_eq!((bounce.bounce_type.as_str(), mail.destination.len()), ("Permanent", 1));
        assert!(mail.tag::<TenantId>("tenant").is_some() && mail.tag::<EventId>("event").is_some());
        assert!(mail.tag::<TenantId>("event").is_none() && mail.tag::<EventId>("nothing").is_none());
    }

    #[test]
    fn what_is_no_such_thing_is_refused() {
        let mail = json!({ "destination": ["anna@northwind.example"] });
        for bad in [
            json!({}),
            json!([]),
            json!({ "eventType": "Delivery", "mail": mail }),
            json!({ "eventType": "Bounce", "mail": mail }),
            json!({ "eventType": "Bounce", "bounce": { "bounceType": "Permanent" } }),
            json!({ "eventType": "Complaint", "complaint": {}, "mail": { "destination": "anna@northwind.example" } }),
        ] {
            assert!(serde_json::from_value::<Told>(bad.clone()).is_err(), "{bad}");
        }
    }
}
