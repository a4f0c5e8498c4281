//! Who is calling and what they may do: access tokens, passwords, addresses, `Caller`.

mod access;
mod address;
mod caller;
mod password;

pub use access::{ACCESS_GOOD_FOR, AccessToken, BadToken, Claims, Signer, Verifier};
pub use address::normalised;
pub use caller::{Caller, Right, can, visitor};
pub use password::{Hashers, Weak};
