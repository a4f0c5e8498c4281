//! Secrets of ceremonies that go on in a second request: given out once, kept by their hash.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use runtime::Kernel;
use store::{Purpose, Result, Token, TokenHash};

/// How long a ceremony may take (C5).
pub const CEREMONY: SignedDuration = SignedDuration::from_mins(10);

/// A new secret and the hash it is kept by.
pub fn mint(kernel: &Kernel) -> (String, TokenHash) {
    let secret = format!("soc_{}", BASE64_URL_SAFE_NO_PAD.encode(kernel.ids.bytes::<32>()));
    let hash = TokenHash::of(&secret);
    (secret, hash)
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
