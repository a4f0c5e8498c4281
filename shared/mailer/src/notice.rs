//! Letters about what happened to somebody's account or in their company: they share a shape and say their own words.

use std::net::IpAddr;

use jiff::{Timestamp, civil::Date};
use model::{
    Money, Policy,
    event::{Answer, Factor},
};

/// Something that happened, told to whom it concerns.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The name of the company it happened in.
    pub company: String,
    /// What happened.
    pub news: News,
    /// When, and by whom or from where.
    pub moment: Moment,
    /// Where the button leads: to what the reader does about it.
    pub link: String,
}

/// What can be put back of a fix as things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undoable {
    /// Changes that Microsoft would put back; where not all of the fix was done, at least so many.
    pub changes: u32,
    /// Until when; `None` without such a day.
    pub until: Option<Timestamp>,
    /// Whether Microsoft puts some of them back only while a licence of their type is free.
    pub while_free: bool,
}

/// When something happened, and by whom or from where.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When; shown in UTC to the minute.
    pub at: Timestamp,
    /// Whose doing it was.
    pub by: By,
}

/// Whose doing something was.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// Steward's own, by a schedule: neither person nor instant is worth telling.
    Steward,
    /// Another member's, by name. Where they sit is not the reader's business.
    Member(String),
    /// The reader's, or that of somebody who passes for them: where from.
    Device {
        /// Such as `Edge on Windows`.
        device: Option<String>,
        /// The internet address.
        ip: Option<IpAddr>,
    },
}

/// What happened. Names of people, keys and roles are as somebody typed them.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A new password was asked for; the link sets it (C6).
    PasswordReset {
        /// Minutes the link works for.
        minutes: u32,
    },
    /// A new password was asked for where there is none: the company lets people in with Microsoft only (C6).
    ResetWithMicrosoft,
    /// The password was changed.
    PasswordChanged {
        /// Whether by the link of a mail.
        by_reset: bool,
    },
    /// Confirm a new address; goes to that address (C7).
    ConfirmEmail {
        /// Hours the link works for.
        hours: u32,
    },
    /// The address was changed; goes to the old one, and the link undoes it (C7).
    EmailChanged {
        /// The new address.
        to: String,
        /// Hours the link works for.
        hours: u32,
    },
    /// The change of the address was undone; goes to the address that is back.
    EmailRestored,
    /// A device signed in that the account has not seen (ASVS 6.3.5).
    NewDevice,
    /// Signing in was tried in vain so often that it waits (C3).
    SignInBlocked {
        /// Failures in a row.
        failures: u32,
    },
    /// Somebody signed in gave so many wrong proofs of who they are that the next waits (C5).
    StepUpBlocked {
        /// Failures in a row.
        failures: u32,
    },
    /// A right first step was followed by a wrong second factor (C5).
    SecondFactorFailed {
        /// Whether the first step was a sign-in at Microsoft, not the password.
        by_microsoft: bool,
    },
    /// A recovery code was used to sign in, and few are left (C5).
    RecoveryCodesLow {
        /// How many.
        left: u32,
        /// Whether it was from a device that the account has not seen, which nothing else tells of then.
        new_device: bool,
    },
    /// A sign-in was ended because its token was used twice (C4).
    SessionEnded,
    /// Sign-ins were ended by who is in the account.
    SessionsRevoked {
        /// Whether all others, not one.
        all: bool,
    },
    /// A second factor was added.
    FactorAdded {
        /// Which sort.
        factor: Factor,
    },
    /// A second factor was removed, or recovery codes replaced.
    FactorRemoved {
        /// Which sort.
        factor: Factor,
    },
    /// All second factors were removed.
    FactorsReset {
        /// Whether whoever runs this installation did it, not an administrator of the company.
        by_operator: bool,
    },
    /// A work account with the reader's address signed in; the link links it (C8).
    ConfirmMicrosoft {
        /// Minutes the link works for.
        minutes: u32,
    },
    /// A Microsoft account was linked (C8).
    IdentityLinked,
    /// A Microsoft account was unlinked.
    IdentityUnlinked,
    /// An invitation to join; the link shows it, and opening it changes nothing (C2). May reach a stranger.
    Invitation {
        /// Who invites.
        inviter: String,
        /// The role that waits.
        role: String,
        /// Hours the link works for.
        hours: u32,
        /// Whether earlier links died with it.
        resent: bool,
    },
    /// An invitation was accepted; goes to the inviter.
    MemberJoined {
        /// Who joined.
        person: String,
        /// With which role.
        role: String,
    },
    /// An invitation was declined; goes to the inviter.
    InvitationDeclined {
        /// The address that was invited.
        email: String,
    },
    /// Somebody joined by invitation who can manage the team; goes to owners.
    JoinedToManage {
        /// Who joined.
        person: String,
        /// With which role.
        role: String,
        /// Who invited them; `None` when they left since.
        inviter: Option<String>,
    },
    /// Somebody joined by signing in with Microsoft; goes to owners.
    JoinedWithMicrosoft {
        /// Who joined.
        person: String,
        /// With which role.
        role: String,
    },
    /// The reader has another role.
    RoleChanged {
        /// The role before.
        before: String,
        /// The role now.
        after: String,
    },
    /// The reader's access is paused.
    MemberDeactivated,
    /// The reader's access is back.
    MemberReactivated,
    /// Somebody else ended the reader's membership.
    MemberRemoved,
    /// The reader ended their own membership.
    MemberLeft,
    /// The company's rules for signing in ask more of the reader (C5, C8). At least one of the two is set.
    RulesTightened {
        /// From when nobody gets in without a second factor.
        second_factor_from: Option<Timestamp>,
        /// Whether the reader's password no longer works.
        microsoft_only: bool,
    },
    /// The company's rules for signing in changed; goes to who looks after it.
    RulesChanged {
        /// The rules now.
        policy: Policy,
    },
    /// An API key was made (C10).
    KeyCreated {
        /// What it is called.
        key: String,
        /// When it ends.
        ends: Option<Timestamp>,
    },
    /// An API key got a new secret.
    KeyRotated {
        /// What it is called.
        key: String,
        /// Until when the old secret works.
        old_until: Timestamp,
    },
    /// An API key ends soon.
    KeyExpiring {
        /// What it is called.
        key: String,
        /// Days left.
        days: u32,
        /// When it ends.
        ends: Option<Timestamp>,
    },
    /// An API key was revoked.
    KeyRevoked {
        /// What it is called.
        key: String,
    },
    /// A fix ended, or its undo: the receipt. Goes to who approved it.
    FixEnded {
        /// What it did in words, number first.
        fix: String,
        /// Whether this was its undo.
        undone: bool,
        /// Changes done and read back.
        done: u32,
        /// Changes Microsoft refused.
        failed: u32,
        /// Changes left alone.
        skipped: u32,
        /// Changes Microsoft accepted and does not show yet.
        pending: u32,
        /// What can be put back of it; `None` where nothing ever can, or this was its undo.
        undo: Option<Undoable>,
        /// Whether some of what was not done can be tried again.
        again: bool,
        /// Seats that are nobody's now and what to do about them, a sentence each.
        freed: Vec<String>,
    },
    /// Does somebody still need their licences? Goes to their manager, who may be a stranger to Steward; the link leads
    /// to a page with three answers.
    AttestationAsked {
        /// Who has it asked.
        asker: String,
        /// Whom it is about.
        person: String,
        /// Their licences.
        licences: Vec<String>,
        /// Hours there are to answer.
        hours: u32,
        /// Whether they are asked in place of the manager: then nothing is said of whose manager they are.
        instead: bool,
    },
    /// A manager answered; goes to who had it asked.
    AttestationAnswered {
        /// Who answered.
        manager: String,
        /// Whom it is about.
        person: String,
        /// What they said.
        answer: Answer,
    },
    /// A manager did not say yes or no in time; goes to who had it asked.
    AttestationExpired {
        /// Who was asked.
        manager: String,
        /// Whom it is about.
        person: String,
        /// Whether they answered that they are to be asked later.
        asked_later: bool,
    },
    /// Seats can be given back before a renewal, or still after it; goes to who looks after the company.
    RenewalNear {
        /// The licence type, as it is called.
        product: String,
        /// How many.
        seats: u32,
        /// When it renews.
        renews_on: Date,
        /// Whether it did already.
        renewed: bool,
        /// Until when they are to be given back.
        reduce_by: Date,
        /// What they cost a month; `None` when the price is missing.
        monthly: Option<Money>,
        /// Bought through a reseller.
        through_reseller: bool,
    },
    /// An API key was revoked because its secret was found in the open.
    KeyLeaked {
        /// What it is called.
        key: String,
    },
}
