//! The text of an API key (C10): `stw_live_<tenant><key>_<secret><checksum>`.
//!
//! Tenant and key stand in it, so that one read finds both; the secret has 160 bits; the checksum lets a scanner and our
//! own front tell a key from a typo without asking the table (the form GitHub's tokens have).

use std::net::IpAddr;

use ipnet::IpNet;
use model::{Ids, KeyId, TenantId};
use store::{Origin, TokenHash};

/// What every key begins with: what secret scanners look for.
pub const PREFIX: &str = "stw_live_";
/// A regular expression that finds keys in the open, for secret scanners.
pub const PATTERN: &str = "stw_live_[0-9a-hjkmnp-tv-z]{52}_[0-9a-hjkmnp-tv-z]{38}";

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a tenant's or a key's id without its prefix.
const ID: usize = 26;
/// Characters of the secret: 20 bytes.
const SECRET: usize = 32;
/// Characters of the checksum: 30 bits of CRC-32.
const CHECK: usize = 6;

/// A key as it was presented: of the right form, not yet compared with anything.
#[derive(Clone)]
pub struct PresentedKey {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Which.
    pub key: KeyId,
    secret: TokenHash,
}

impl PresentedKey {
    /// Reads a key; `None` when its form or its checksum is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.len() != 2 * ID + 1 + SECRET + CHECK || !rest.is_ascii() {
            return None;
        }
        let (ids, secret) = rest.split_once('_')?;
        let (secret, check) = secret.split_at_checked(SECRET)?;
        let (tenant, key) = ids.split_at_checked(ID)?;
        if secret.contains('_') || check != checksum(&format!("{ids}_{secret}")) {
            return None;
        }
        let tenant = format!("{}_{tenant}", TenantId::PREFIX).parse().ok()?;
        let key = format!("{}_{key}", KeyId::PREFIX).parse().ok()?;
        Some(Self { tenant, key, secret: TokenHash::of(secret) })
    }

    /// What the table is asked whether it is right.
    pub fn proof(self, origin: Origin) -> store::KeyProof {
        store::KeyProof { tenant: self.tenant, key: self.key, secret: self.secret, origin }
    }

    /// Hash of the secret, as it is kept.
    pub const fn secret(&self) -> &TokenHash {
        &self.secret
    }
}

/// What a key begins with before its secret: what may be shown of it.
pub fn shown(tenant: TenantId, key: KeyId) -> String {
    format!("{PREFIX}{}", named(tenant, key))
}

fn named(tenant: TenantId, key: KeyId) -> String {
    let bare = |id: String| id.split_once('_').map(|(_, id)| id.to_owned()).unwrap_or_default();
    bare(tenant.to_string()) + &bare(key.to_string())
}

/// A new secret for a key: its text, shown once, and the hash that is kept.
pub fn mint(tenant: TenantId, key: KeyId, ids: &Ids) -> (String, TokenHash) {
    let secret = base32(&ids.bytes::<20>());
    let body = format!("{}_{secret}", named(tenant, key));
    (format!("{PREFIX}{body}{}", checksum(&body)), TokenHash::of(&secret))
}

/// Whether a key that works from `networks` works from `ip`; from everywhere when there are none.
pub fn works_from(networks: &[String], ip: Option<IpAddr>) -> bool {
    let within = |ip: IpAddr| networks.iter().filter_map(|n| n.parse::<IpNet>().ok()).any(|net| net.contains(&ip));
    networks.is_empty() || ip.is_some_and(|ip| within(ip.to_canonical()))
}

/// A network in CIDR notation as it is kept; a single address is a network of one.
pub fn network(text: &str) -> Option<String> {
    let text = text.trim();
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(net.trunc().to_string())
}

fn checksum(body: &str) -> String {
    let crc = crc32fast::hash(body.as_bytes());
    (0..CHECK).rev().map(|i| char::from(ALPHABET[(crc >> (i * 5) & 31) as usize])).collect()
}

/// Five bytes are eight characters.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let group = |five: &[u8]| five.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letters = |bits: u64| (0..8).rev().map(move |i| char::from(ALPHABET[(bits >> (i * 5) & 31) as usize]));
    bytes.chunks_exact(5).flat_map(|five| letters(group(five))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> (String, TokenHash) {
        struct Zero;
        impl model::clock::RandomSource for Zero {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        mint(TenantId::from_bits(1), KeyId::from_bits(u128::MAX), &Ids::new(Zero))
    }

    #[test]
    fn a_key_reads_back() {
        let (text, hash) = key();
        let read = PresentedKey::parse(&text).unwrap();
        assert_eq!((read.tenant, read.key), (TenantId::from_bits(1), KeyId::from_bits(u128::MAX)));
        assert!(*read.secret() == hash);
        assert!(text.len() == PREFIX.len() + 52 + 1 + 38, "{text}");
    }

    #[test]
    fn a_typo_anywhere_is_no_key() {
        let (text, _) = key();
        for place in PREFIX.len()..text.len() {
            let mut typo: Vec<char> = text.chars().collect();
            typo[place] = if typo[place] == 'q' { 'r' } else { 'q' };
            assert!(PresentedKey::parse(&typo.into_iter().collect::<String>()).is_none(), "at {place}");
        }
    }

    proptest! {
        #[test]
        fn any_other_text_is_no_key_and_never_panics(text in "(stw_live_)?[\\PC]{0,110}") {
            prop_assert!(PresentedKey::parse(&text).is_none());
        }
    }

    #[test]
    fn a_network_is_one_or_many_addresses() {
        assert_eq!(network(" 203.0.113.7 ").as_deref(), Some("203.0.113.7/32"));
        assert_eq!(network("203.0.113.7/24").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network("2001:db8::1/48").as_deref(), Some("2001:db8::/48"));
        for bad in ["", "203.0.113", "203.0.113.0/33", "example.com"] {
            assert_eq!(network(bad), None, "{bad}");
        }
        let nets = ["203.0.113.0/24".to_owned()];
        assert!(works_from(&[], None));
        assert!(works_from(&nets, "203.0.113.9".parse().ok()));
        assert!(works_from(&nets, "::ffff:203.0.113.9".parse().ok()));
        assert!(!works_from(&nets, "203.0.114.9".parse().ok()));
        assert!(!works_from(&nets, None));
    }
}
