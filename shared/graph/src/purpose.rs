//! What each call is for, in words for whoever decides whether Steward may make it: the transparency pages, the public
//! manifest and `docs/data-access.md` are made of it. A call without words here does not pass the tests.

use model::Tier;

use crate::{ENDPOINTS, Endpoint, Report};

/// What Steward's apps never ask for, so that Microsoft would refuse the call: what it is, and how the names of the
/// permissions begin that it would take.
pub const NEVER: &[(&str, &[&str])] = &[
    ("What is in mails, their subjects, senders and attachments", &["Mail."]),
    ("What is in files in OneDrive and SharePoint, and their names", &["Files.", "Sites."]),
    ("What is said in Teams chats, channels, meetings and calls", &["Chat", "Channel", "OnlineMeeting", "Call"]),
    ("Calendars, contacts, tasks and notes", &["Calendars.", "Contacts.", "Tasks.", "Notes."]),
    (
        "Passwords, and the devices and numbers people confirm sign-ins with",
        &["UserAuthenticationMethod.", "User-Pass"],
    ),
];

/// A call in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// What it reads or changes.
    pub what: &'static str,
    /// What it is for.
    pub why: &'static str,
}

impl Endpoint {
    /// Whether it changes something at Microsoft. A batch does what the calls in it do, which are counted beside it.
    pub fn writes(&self) -> bool {
        self.method != "GET" && self.code != "batch"
    }

    /// The calls that a consent is asked for: the reader's where `tier` is `None`.
    pub fn all_under(tier: Option<Tier>) -> impl Iterator<Item = &'static Self> {
        ENDPOINTS.iter().copied().filter(move |endpoint| endpoint.tier == tier)
    }

    /// What it is for; `None` only of a call this table does not know.
    pub fn purpose(&self) -> Option<Purpose> {
        let (what, why) = match self.code {
            "organization" => (
                "The company's name and domains",
                "To show which Microsoft 365 is connected, and to write to managers of these domains alone",
            ),
            "licence_types" => {
                ("Licence types with how many are bought and assigned", "To find what is paid for in vain")
            }
            "subscriptions" => ("Subscriptions with their renewal dates", "To say from when a saving is real"),
            "people" => ("Names, sign-in names, departments and licences of people", "To find licences nobody needs"),
            "people_sign_ins" => {
                ("Of people also the day of their last sign-in", "To find licences of people who no longer use them")
            }
            "roles" => ("Who is an administrator", "To leave administrators' accounts alone"),
            "deleted_people" => {
                ("People deleted within the last 30 days", "To find licences that hang on deleted accounts")
            }
            "report_settings" => ("Whether usage reports hide names", "To say why usage is not known"),
            "mailbox_purpose" => {
                ("Whether a mailbox is a person's, shared, a room's or a device's", "To leave shared mailboxes alone")
            }
            "manager" => (
                "Name and address of a person's manager",
                "To ask them whether a licence is still needed, when you say so",
            ),
            "person_now" => (
                "A person's licences, groups they come from and whether the account may sign in, now",
                "To show what a fix would change, and to see that it did",
            ),
            "sign_in_now" => {
                ("The day of a person's last sign-in, now", "To leave whoever came back since the last check alone")
            }
            "group_now" => {
                ("What a group is and which licences it assigns, now", "To say what leaving it would change")
            }
            "member_now" => ("Whether a person is in a group, now", "To see that leaving or joining it worked"),
            "assign_licence" => ("A person's licences", "To take back or exchange what you approved, and to undo it"),
            "leave_group" => ("Who is in a group", "To take back a licence that comes from it, once you approved that"),
            "join_group" => ("Who is in a group", "To undo that somebody left it"),
            "set_sign_in" => ("Whether an account may sign in", "To block or let in whom you approved, and to undo it"),
            "reprocess_licences" => {
                ("A person's assignments by groups", "To have Microsoft work them out anew, once their cause is mended")
            }
            "conceal_names" => {
                ("Whether usage reports hide names", "To show them once you approved that, and to hide them again")
            }
            "batch" => ("Up to twenty of the other calls in one", "To ask Microsoft less often"),
            "download" => ("The rows of a usage report", "Microsoft answers a report with an address to fetch it from"),
            code => return Report::ALL.iter().find(|one| one.endpoint().code == code).map(|one| report(*one)),
        };
        Some(Purpose { what, why })
    }
}

const fn report(report: Report) -> Purpose {
    let (what, why) = match report {
        Report::ActiveUsers => ("The day each person last used each service", "To find licences nobody uses"),
        Report::Mailboxes => {
            ("How full each mailbox is and when it was last used", "To say what a smaller licence would cut off")
        }
        Report::Apps => ("Which Office apps each person used, and on what", "To find who needs no desktop apps"),
        Report::Activations => {
            ("On how many machines each person activated Office", "To find who needs no desktop apps")
        }
        Report::OneDrive => {
            ("How full each OneDrive is and when it was last used", "To say what a smaller licence would cut off")
        }
        Report::Teams => ("How many calls, meetings and messages each person had", "To find Teams add-ons nobody uses"),
        Report::Copilot => ("The day each person last used Copilot", "To find Copilot licences nobody uses"),
    };
    Purpose { what, why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint;

    #[test]
    fn every_call_says_what_it_is_for() {
        for one in ENDPOINTS.iter().copied().chain(endpoint("download")) {
            let purpose = one.purpose().unwrap_or_else(|| panic!("shared/graph/src/purpose.rs lacks {}", one.code));
            assert!(!purpose.what.is_empty() && !purpose.why.is_empty(), "{}", one.code);
        }
    }

    #[test]
    fn no_call_takes_a_permission_to_what_is_never_read() {
        for one in ENDPOINTS.iter() {
            for permission in one.permissions {
                let of = NEVER.iter().find(|(_, begins)| begins.iter().any(|begin| permission.starts_with(begin)));
                assert_eq!(of, None, "{} takes {permission}", one.path);
            }
        }
    }
}
