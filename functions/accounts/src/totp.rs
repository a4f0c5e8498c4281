//! Codes of an app (RFC 6238): SHA-1, six digits, 30 seconds, which is what every app can do; one step to either side.

use model::{Ids, UserId};
use store::{Sealed, Sealer};
use totp_rs::{Algorithm, Builder};

/// Who the app says the code is for.
const ISSUER: &str = "Steward";
/// Seconds of a time step.
const STEP: u64 = 30;

/// A new secret of 160 bits (RFC 4226 4, R6), sealed for its user.
pub fn new_seed(ids: &Ids, sealer: &Sealer, user: UserId) -> Sealed {
    sealer.seal(&purpose(user), &ids.bytes::<20>())
}

/// A user's codes.
#[derive(Debug)]
pub struct Totp(totp_rs::Totp);

impl Totp {
    /// Opens a seed. `None` when it was sealed for another user, or is none.
    pub fn open(sealer: &Sealer, user: UserId, email: &str, seed: &Sealed) -> Option<Self> {
        let seed = sealer.open(&purpose(user), seed)?;
        Self::of(seed, email)
    }

    fn of(seed: Vec<u8>, email: &str) -> Option<Self> {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(STEP)
            .with_skew(1)
            .with_secret(seed)
            .with_issuer(Some(ISSUER))
            .with_account_name(email);
        totp.build().ok().map(Self)
    }

    /// The time step whose code this is, if that was not used: later than `last_step` and at most one from now.
    pub fn step_of(&self, code: &str, now: jiff::Timestamp, last_step: u64) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = u64::try_from(now.as_second()).ok()?;
        self.0.check(&digits, now).filter(|step| *step > last_step)
    }

    /// The secret as people type it: base32 (RFC 4648).
    pub fn secret(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The secret as apps scan it: `otpauth://totp/…`.
    pub fn url(&self) -> Option<String> {
        self.0.to_url().ok()
    }
}

fn purpose(user: UserId) -> String {
    format!("totp:{user}")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let totp = Totp::of(b"12345678901234567890".to_vec(), "anna@northwind.example").unwrap();
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = u64::try_from(second / 30).unwrap();
            assert_eq!(totp.step_of(code, at(second), 0), Some(step));
            assert_eq!(totp.step_of(code, at(second + 30), 0), Some(step), "one step late");
            assert_eq!(totp.step_of(code, at(second - 30), 0), Some(step), "one step early");
            for far in [-60, 60] {
                assert_eq!(totp.step_of(code, at(second + far), 0), None);
            }
            assert_eq!(totp.step_of(code, at(second), step), None, "used");
            assert_eq!(totp.step_of(code, at(second), step - 1), Some(step));
        }
        for bad in ["", "28708", "2870822", "28708x", "-87082", "２８７０８２"] {
            assert_eq!(totp.step_of(bad, at(59), 0), None, "{bad}");
        }
        assert_eq!(totp.step_of("287 082", at(59), 0), Some(1), "as apps show it");
    }

    #[test]
    fn a_seed_opens_for_its_user_alone() {
        struct Sevens;
        impl model::clock::RandomSource for Sevens {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        let ids = Ids::new(Sevens);
        let sealer = Sealer::new(&[1; 32], ids.clone());
        let (anna, ben) = (UserId::from_bits(1), UserId::from_bits(2));
        let seed = new_seed(&ids, &sealer, anna);
        assert!(Totp::open(&sealer, ben, "ben@northwind.example", &seed).is_none());
        let totp = Totp::open(&sealer, anna, "anna+x@northwind.example", &seed).unwrap();
        assert_eq!(totp.secret().len(), 32);
        let url = totp.url().unwrap();
        assert!(url.starts_with("otpauth://totp/Steward:anna"), "{url}");
        assert!(url.contains(&totp.secret()) && url.contains("issuer=Steward"), "{url}");
    }
}
