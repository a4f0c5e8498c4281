//! What a change of one's factors does to the recovery codes, and what a company's rules say to it.

use api::{Code, Error, Result};
use identity::recovery_code;
use model::{Policy, policy::SecondFactor};
use runtime::Kernel;
use serde::{Deserialize, Serialize};
use store::Factors;
use utoipa::ToSchema;

/// Recovery codes, shown once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes that each stand in for the second factor once; empty when you have some already. Keep them on paper.
    #[schema(max_items = 10, example = json!(["1040g2-081040-g20810-40g208"]))]
    pub recovery_codes: Vec<String>,
}

/// New codes in place of those there are.
pub fn renew(factors: &mut Factors, kernel: &Kernel) -> RecoveryCodes {
    let (recovery_codes, hashes) = (0..recovery_code::COUNT).map(|_| recovery_code::mint(&kernel.ids)).unzip();
    factors.recovery_codes = hashes;
    factors.recovery_codes_at = Some(kernel.clock.now());
    RecoveryCodes { recovery_codes }
}

/// Codes with the first factor, without which a lost phone would lock its owner out.
pub fn with_first(had_any: bool, factors: &mut Factors, kernel: &Kernel) -> RecoveryCodes {
    if had_any { RecoveryCodes { recovery_codes: Vec::new() } } else { renew(factors, kernel) }
}

/// What is to hold after a factor was removed: where the company needs one, one is left; without one, codes that would
/// stand in for it go too.
///
/// # Errors
/// [`Code::SecondFactorRequired`].
pub fn after_removal(factors: &mut Factors, policy: &Policy) -> Result<()> {
    if factors.any() {
        return Ok(());
    }
    if matches!(policy.second_factor, SecondFactor::Required { .. }) {
        let told = "Your company needs a second factor of everybody. Add another one, then remove this one.";
        return Err(Error::new(Code::SecondFactorRequired, told));
    }
    factors.recovery_codes.clear();
    Ok(())
}
