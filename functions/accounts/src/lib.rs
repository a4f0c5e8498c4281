//! Who you are: sign-up, sign-in, tokens, second factors, work accounts.

pub mod add_passkey;
mod at_microsoft;
pub mod begin_passkey;
pub mod begin_passkey_sign_in;
pub mod begin_totp;
pub mod change_email;
pub mod change_password;
pub mod companies;
pub mod confirm_email;
pub mod confirm_microsoft;
pub mod confirm_totp;
mod cookies;
pub mod create_company;
pub mod deps;
mod device;
pub mod end_session;
mod entry;
mod factor_change;
pub mod factors;
pub mod failures_follow;
mod invited;
pub mod jwks;
pub mod keeper;
pub mod limits;
pub mod link_microsoft;
pub mod link_microsoft_callback;
pub mod me;
pub mod microsoft;
mod naming;
mod one_time;
mod passkey;
pub mod passkey_sign_in;
pub mod preview_sign_up;
mod proof;
mod recovery;
pub mod refresh;
pub mod remove_passkey;
pub mod remove_totp;
pub mod renew_recovery_codes;
pub mod request_password_reset;
pub mod resend_sign_up;
pub mod reset_password;
pub mod rotate_signing_key;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;
pub mod sign_in_microsoft;
pub mod sign_in_microsoft_callback;
pub mod sign_out;
pub mod sign_out_everywhere;
pub mod sign_up;
pub mod sign_up_status;
pub mod standing;
pub mod step_up;
pub mod switch_company;
mod throttle;
pub mod tokens;
mod totp;
pub mod undo_email;
pub mod unlink_microsoft;
pub mod update_me;
pub mod verify_email;
mod ways_in;
pub mod work_accounts;

pub use deps::{Accounts, Rotating, Signing};
pub use microsoft::{AtMicrosoft, MicrosoftSigning};
use runtime::Function;

/// The functions that need no secret of their own.
pub const FUNCTIONS: &[Function<Accounts>] = &[
    sign_up::FUNCTION,
    resend_sign_up::FUNCTION,
    sign_up_status::FUNCTION,
    preview_sign_up::FUNCTION,
    verify_email::FUNCTION,
    sign_out::FUNCTION,
    sign_out_everywhere::FUNCTION,
    jwks::FUNCTION,
    me::FUNCTION,
    update_me::FUNCTION,
    companies::FUNCTION,
    create_company::FUNCTION,
    request_password_reset::FUNCTION,
    reset_password::FUNCTION,
    change_password::FUNCTION,
    change_email::FUNCTION,
    confirm_email::FUNCTION,
    undo_email::FUNCTION,
    sessions::FUNCTION,
    end_session::FUNCTION,
    step_up::FUNCTION,
    factors::FUNCTION,
    begin_totp::FUNCTION,
    confirm_totp::FUNCTION,
    remove_totp::FUNCTION,
    renew_recovery_codes::FUNCTION,
    begin_passkey::FUNCTION,
    add_passkey::FUNCTION,
    remove_passkey::FUNCTION,
    begin_passkey_sign_in::FUNCTION,
    work_accounts::FUNCTION,
    unlink_microsoft::FUNCTION,
    confirm_microsoft::FUNCTION,
    failures_follow::FUNCTION,
];
/// The functions that sign access tokens: only they may read the signing key.
pub const SIGNING_FUNCTIONS: &[Function<Signing>] = &[
    sign_in::FUNCTION,
    second_factor::FUNCTION,
    passkey_sign_in::FUNCTION,
    refresh::FUNCTION,
    switch_company::FUNCTION,
];
/// The function that rotates the signing key: only it may write the secret.
pub const ROTATING_FUNCTIONS: &[Function<Rotating>] = &[rotate_signing_key::FUNCTION];
/// The functions that send people to Microsoft: they may read the reader app's key.
pub const MICROSOFT_FUNCTIONS: &[Function<AtMicrosoft>] =
    &[sign_in_microsoft::FUNCTION, link_microsoft::FUNCTION, link_microsoft_callback::FUNCTION];
/// The function that signs access tokens on Microsoft's word.
pub const MICROSOFT_SIGNING_FUNCTIONS: &[Function<MicrosoftSigning>] = &[sign_in_microsoft_callback::FUNCTION];
