//! Who you are: sign-up, sign-in, tokens.

pub mod deps;
pub mod jwks;
pub mod me;
pub mod refresh;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod tokens;
pub mod verify_email;

pub use deps::{Accounts, Signing};
use runtime::Function;

/// The functions that need no secret of their own.
pub const FUNCTIONS: &[Function<Accounts>] =
    &[sign_up::FUNCTION, verify_email::FUNCTION, sign_out::FUNCTION, me::FUNCTION, jwks::FUNCTION];
/// The functions that sign access tokens: only they may read the signing key.
pub const SIGNING_FUNCTIONS: &[Function<Signing>] = &[sign_in::FUNCTION, refresh::FUNCTION];
