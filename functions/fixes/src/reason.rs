//! Why an item ended as it did: stable codes, and what they mean in plain words.

use graph::write::RefusedCode;
use model::Change;
use store::{Attempt, ItemState};

use crate::spared;

/// They already had what the fix was to bring about.
pub const ALREADY_SO: &str = Attempt::ALREADY_SO;
/// Something changed between the preview and the fix.
pub const CHANGED: &str = "changed_since_preview";
/// Somebody else changed the same thing.
pub const CHANGED_BY_OTHERS: &str = "changed_by_others";
/// The account was deleted.
pub const PERSON_GONE: &str = "person_gone";
/// Microsoft accepted it and does not show it.
pub const NOT_SHOWN_YET: &str = "not_shown_yet";
/// Microsoft accepted it, and an hour later it is not there: somebody may have changed it back.
pub const GONE_AGAIN: &str = "gone_again";
/// Microsoft did not say what became of it.
pub const NO_ANSWER: &str = "no_answer";
/// Microsoft was not reached for long.
pub const TOO_SLOW: &str = "too_slow";
/// The connection is not there any more.
pub const NOT_CONNECTED: &str = "not_connected";
/// Another directory is connected than the one it was approved for.
pub const OTHER_DIRECTORY: &str = "other_directory";
/// The permission to write was withdrawn.
pub const CONSENT_LOST: &str = "consent_lost";
/// The company's account is closed or read-only.
pub const ACCOUNT_CLOSED: &str = "account_closed";
/// Who approved it may no longer do so.
pub const APPROVER_GONE: &str = "approver_gone";
/// Microsoft lets Steward not do this.
pub const PERMISSION_MISSING: &str = "permission_missing";
/// A change that can be told to nobody: a bug of ours.
pub const NOBODY: &str = "nobody";
/// They are in the group again, and it had no licence to give.
pub const GROUP_GAVE_NONE: &str = "group_gave_no_licence";
/// They signed in since the check that found that they do not.
pub const SIGNED_IN: &str = "signed_in_since";
/// Microsoft told who signed in when it was approved, and does not tell any more.
pub const SIGN_INS_UNTOLD: &str = "sign_ins_not_told";
/// A later fix did it again, and stands.
pub const DONE_AGAIN: &str = Attempt::DONE_AGAIN;
/// What is to be given builds on a licence they do not have.
pub const LACKS_BASE: &str = "lacks_the_licence_it_needs";

/// Whether an item was left alone by what stopped the fix, and not by what was found: it can be tried again.
pub fn interrupted(attempt: &Attempt) -> bool {
    const FOUND: &[&str] = &[
        ALREADY_SO,
        CHANGED,
        PERSON_GONE,
        SIGNED_IN,
        DONE_AGAIN,
        spared::EXCLUDED,
        spared::IGNORED,
        spared::ACCEPTED,
        spared::NOT_FOUND,
    ];
    attempt.state == ItemState::Skipped && attempt.reason.as_deref().is_some_and(|why| !FOUND.contains(&why))
}

/// Whether Microsoft refused what was written last.
pub fn refused_by_microsoft(attempt: &Attempt) -> bool {
    const FOUND: &[&str] = &[CHANGED_BY_OTHERS, GONE_AGAIN, PERSON_GONE, GROUP_GAVE_NONE, NOBODY];
    attempt.state == ItemState::Failed && attempt.reason.as_deref().is_some_and(|why| !FOUND.contains(&why))
}

/// The code of a refusal by Microsoft of a change. What one licence needs of another reads differently where it is given
/// than where it is taken.
pub fn refused(code: RefusedCode, change: &Change) -> &'static str {
    let only_gives = matches!(change, Change::Licences { remove, .. } if remove.is_empty());
    match code {
        RefusedCode::CountViolation => "no_free_licence",
        RefusedCode::DependencyViolation if only_gives => LACKS_BASE,
        RefusedCode::DependencyViolation => "needed_by_another_licence",
        RefusedCode::MutuallyExclusiveViolation => "excluded_by_another_licence",
        RefusedCode::ProhibitedInUsageLocation => "not_in_this_country",
        RefusedCode::InheritedFromGroup => "comes_from_a_group",
        RefusedCode::NotAssigned => "not_assigned",
        RefusedCode::DynamicGroup => "group_has_a_rule",
        RefusedCode::Synced => "kept_in_active_directory",
        RefusedCode::MailGroup => "kept_in_exchange",
        RefusedCode::AlreadyMember => "already_in_the_group",
        RefusedCode::NotFound => "not_found",
        RefusedCode::Other => "refused",
    }
}

/// What a code means and what to do; for one that is not listed, that Microsoft refused.
pub fn words(code: &str) -> &'static str {
    match code {
        ALREADY_SO => "It was already so. Nothing was changed.",
        CHANGED => "Something changed since the preview, so it was left alone. Look at the preview again.",
        CHANGED_BY_OTHERS => "Somebody else changed the same thing meanwhile, so it was left as they set it.",
        PERSON_GONE => "The account was deleted from your Microsoft 365. There is nothing left to change.",
        NOT_SHOWN_YET => "Microsoft accepted it and does not show it yet. Try again in an hour to see how it ended.",
        GONE_AGAIN => {
            "Microsoft accepted it more than an hour ago, and it is not there: somebody may have changed it back. Try \
             again if it is still wanted."
        }
        NO_ANSWER => "Microsoft did not say whether it was done. Try again: what was done is not done twice.",
        TOO_SLOW => "Microsoft could not be reached for a long time. Try again later.",
        NOT_CONNECTED => "Your Microsoft 365 is not connected any more. Connect it, then try again.",
        OTHER_DIRECTORY => {
            "It is about another Microsoft 365 than the one that is connected now. Connect that one, then try again."
        }
        CONSENT_LOST => "The permission to change licences was withdrawn. Grant it again, then try again.",
        ACCOUNT_CLOSED => "Your company's account with Steward is read-only, so nothing was changed.",
        APPROVER_GONE => "Who approved it may no longer change your Microsoft 365, so it was called off.",
        PERMISSION_MISSING => {
            "Microsoft does not let Steward do this. An administrator's account, for one, is protected."
        }
        SIGNED_IN => "They signed in since the last check, so somebody may need it.",
        SIGN_INS_UNTOLD => {
            "Microsoft does not tell any more who signed in since the last check: that takes Microsoft Entra ID P1 and \
             the permission to read it. Try again once it does, or look at the preview again."
        }
        DONE_AGAIN => "A later change did the same again, so it was left alone. Undo that one instead.",
        LACKS_BASE => {
            "It builds on a licence that they do not have, so Microsoft does not give it. Give them that one first, then \
             try again."
        }
        GROUP_GAVE_NONE => {
            "They are in the group again, but Microsoft could not give them its licence: mostly none is free. Free or \
             buy one, then have Microsoft work out their licences again."
        }
        "credential_refused" => {
            "Microsoft does not accept this Steward's own key. Whoever runs it has to mend that; then try again."
        }
        spared::EXCLUDED => "Your settings say that this account is not to be touched.",
        spared::IGNORED => "Your settings say that this licence is not to be touched.",
        spared::ACCEPTED => "Your company accepted it as it is.",
        spared::NOT_FOUND => {
            "The last check before the fix began did not find this any more, so it was left alone. They may be back."
        }
        "administrator" => "They may administer your Microsoft 365. Change this at Microsoft, not here.",
        "member_by_way" => "They are in the group only by way of another group. Change it at Microsoft.",
        "instead_in_error" => "The licence to exchange it for is in error for them. Mend that first.",
        "nothing_instead" => "There is no smaller licence to exchange it for.",
        "no_free_licence" => "No licence of this type is free. Buy one or take one back, then try again.",
        "needed_by_another_licence" => "Another licence of theirs needs this one. Remove that one first.",
        "excluded_by_another_licence" => "Another licence of theirs cannot go with this one. Remove that one first.",
        "not_in_this_country" => {
            "The account has no country set, or the licence is not sold there. Set it at Microsoft."
        }
        "comes_from_a_group" => "The licence comes from a group. Take them out of the group instead.",
        "not_assigned" => "They did not have this licence any more.",
        "group_has_a_rule" => "A rule decides who is in this group. Change the rule at Microsoft.",
        "kept_in_active_directory" => "It is kept in your own Active Directory. Change it there.",
        "kept_in_exchange" => "The group receives mail, so only Exchange can change who is in it. Change it there.",
        "already_in_the_group" => "They are in the group already.",
        "not_found" => "Microsoft no longer knows the account or the group.",
        _ => "Microsoft refused the change.",
    }
}

#[cfg(test)]
mod tests {
    use model::{Assignment, SkuId};

    use super::*;

    const SKU: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");

    #[test]
    fn every_refusal_has_words_of_its_own() {
        let all = [
            RefusedCode::CountViolation,
            RefusedCode::DependencyViolation,
            RefusedCode::MutuallyExclusiveViolation,
            RefusedCode::ProhibitedInUsageLocation,
            RefusedCode::InheritedFromGroup,
            RefusedCode::NotAssigned,
            RefusedCode::DynamicGroup,
            RefusedCode::Synced,
            RefusedCode::MailGroup,
            RefusedCode::AlreadyMember,
            RefusedCode::NotFound,
        ];
        let take = Change::Licences { remove: vec![SKU], add: Vec::new() };
        for code in all {
            assert_ne!(words(refused(code, &take)), words("refused"), "{code:?}");
        }
        let give =
            Change::Licences { remove: Vec::new(), add: vec![Assignment { sku: SKU, disabled_plans: Vec::new() }] };
        assert_eq!(refused(RefusedCode::DependencyViolation, &take), "needed_by_another_licence");
        assert_eq!(refused(RefusedCode::DependencyViolation, &give), LACKS_BASE);
    }

    #[test]
    fn what_stopped_a_fix_can_be_tried_again_and_what_was_found_cannot() {
        let stopped = [NOT_CONNECTED, OTHER_DIRECTORY, CONSENT_LOST, ACCOUNT_CLOSED, TOO_SLOW, SIGN_INS_UNTOLD];
        for why in stopped.into_iter().chain(["credential_refused"]) {
            assert!(interrupted(&Attempt::skipped(why)), "{why}");
        }
        let spared = [spared::EXCLUDED, spared::IGNORED, spared::ACCEPTED, spared::NOT_FOUND];
        for why in [ALREADY_SO, CHANGED, PERSON_GONE, SIGNED_IN, DONE_AGAIN].into_iter().chain(spared) {
            assert!(!interrupted(&Attempt::skipped(why)), "{why}");
        }
        assert!(!interrupted(&Attempt { state: ItemState::Failed, ..Attempt::skipped(CONSENT_LOST) }));
    }
}
