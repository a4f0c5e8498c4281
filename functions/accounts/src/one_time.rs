//! Secrets of ceremonies that go on in a second request: given out once, kept by their hash.

use jiff::SignedDuration;
use runtime::Kernel;
use store::{Purpose, Result, Token, TokenHash};

/// How long a ceremony may take (C5).
pub const CEREMONY: SignedDuration = SignedDuration::from_mins(10);

/// A new secret and the hash it is kept by.
pub fn mint(kernel: &Kernel) -> (String, TokenHash) {
    TokenHash::mint(&kernel.ids, "soc_")
}

/// What is kept for so long.
pub fn token(kernel: &Kernel, purpose: Purpose, good_for: SignedDuration) -> Token {
    Token { purpose, good_until: (kernel.clock.now() + good_for).as_second() }
}

/// Begins a ceremony: keeps what it needs and gives out the secret it goes on with.
///
/// # Errors
/// When the table does not answer.
pub async fn begin(kernel: &Kernel, purpose: Purpose) -> Result<String> {
    let (secret, hash) = mint(kernel);
    kernel.store.keep_token(&hash, &token(kernel, purpose, CEREMONY)).await?;
    Ok(secret)
}
