//! Sends the mails that follow from events. One event, one mail to each address: what was sent is remembered by event
//! and address, and a mail is sent twice only when we crash between sending and remembering. What a person can do
//! without goes to who wants it and has a mailbox that takes it.

use mailer::MailError;
use runtime::{Delivered, Failure, Function};
use store::TokenHash;

use crate::{Mail, desk::Addressed, letters};

/// `mail-send`.
pub const FUNCTION: Function<Mail> =
    Function::event("mail-send", letters::KINDS, |deps, event| Box::pin(send(deps, event)));

async fn send(deps: Mail, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.kernel.store.of(&event.scope);
    let id = event.recorded.id;
    let mails = letters::of(&deps, tenant, &event.recorded).await?;
    for Addressed { to, letter } in mails {
        let consumer = format!("mail-send.{}", TokenHash::of(&to).as_str());
        if !tenant.is_new(&consumer, id).await? {
            continue;
        }
        if let Some(topic) = letter.topic()
            && !tenant.wants_mail(&to, topic).await?
        {
            continue;
        }
        match deps.mailer.send(&to, &letter, event.scope.tenant(), &id.to_string()).await {
            Ok(_) => {}
            // No retry makes an address good; the event is done with, and the log says which.
            Err(error @ MailError::Address { .. }) => tracing::warn!(event = %id, %error, "mail not sent"),
            Err(error) => return Err(error.into()),
        }
        tenant.done(&consumer, id).await?;
    }
    Ok(())
}
