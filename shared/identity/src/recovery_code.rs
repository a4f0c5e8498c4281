//! Recovery codes: what gets somebody in who lost their second factor (C5). 120 bits each, so that a plain hash of them
//! may be kept (ASVS 6.5.2 asks for a password hash below 112 bits).

use model::Ids;
use store::TokenHash;

use crate::api_key::base32;

/// How many a user gets.
pub const COUNT: usize = 10;
/// With so many left the user is warned.
pub const LOW: usize = 3;

/// Characters of a code without its hyphens.
const LENGTH: usize = 24;
/// Characters between hyphens.
const GROUP: usize = 6;

/// A new code, written in groups, and the hash that is kept.
pub fn mint(ids: &Ids) -> (String, TokenHash) {
    let code = base32(&ids.bytes::<15>());
    let groups: Vec<&str> = (0..LENGTH).step_by(GROUP).filter_map(|at| code.get(at..at + GROUP)).collect();
    (groups.join("-"), TokenHash::of(&code))
}

/// The hash of a code as somebody typed it: hyphens, blanks and capitals do not matter, nor do letters that look like
/// digits (Crockford's base32). `None` when it cannot be a code.
pub fn hash_of(typed: &str) -> Option<TokenHash> {
    let read = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(read).take(LENGTH + 1).collect();
    (code.len() == LENGTH && code.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| TokenHash::of(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        struct Sevens;
        impl model::clock::RandomSource for Sevens {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0b0000_1000);
            }
        }
        let (code, hash) = mint(&Ids::new(Sevens));
        assert_eq!(code, "1040g2-081040-g20810-40g208");
        for typed in
            [code.clone(), code.to_uppercase(), code.replace('-', " "), code.replace('0', "o").replace('1', "L")]
        {
            assert_eq!(hash_of(&typed), Some(hash.clone()), "{typed}");
        }
        for bad in ["", "1040g2", &code[1..], &format!("{code}0"), "1040g2-081040-g20810-40g20ß"] {
            assert_eq!(hash_of(bad), None, "{bad}");
        }
    }
}
