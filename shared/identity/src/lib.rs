//! Who is calling and what they may do: access tokens, API keys, passwords, addresses, `Caller`.

mod access;
mod address;
pub mod api_key;
mod caller;
pub mod new_password;
mod password;
pub mod recovery_code;
mod signing_key;

pub use access::{ACCESS_GOOD_FOR, AccessToken, BadToken, Claims, REREAD, Signer, Verifier};
pub use address::{normalised, normalised_domain};
pub use caller::{Caller, Person, Recent, Right, can, visitor};
pub use password::{HashError, Hashers, Turn};
pub use signing_key::{BadSigningKey, SigningKey};
