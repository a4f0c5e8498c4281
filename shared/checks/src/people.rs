//! People as they are kept between scans: rows, packed.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use jiff::civil::Date;
use model::PersonId;
use serde::{Deserialize, Serialize};

use crate::facts::Person;

/// What is kept of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The facts.
    pub person: Person,
    /// The day of the first scan that saw the account blocked, if every scan since has.
    pub disabled_since: Option<Date>,
}

/// Rows that do not read as such: written by another version.
#[derive(Debug, thiserror::Error)]
#[error("stored people do not decode: {0}")]
pub struct BadRows(String);

impl BadRows {
    /// For a reason.
    pub fn because(reason: impl std::fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// Days in the block that dates of kept rows are rounded down to, so that somebody at work every day does not change
/// theirs every day. A kept date says: then, or up to 27 days later.
pub const BLOCK: i32 = 28;

/// Which of `count` buckets a person lies in.
pub fn bucket_of(person: PersonId, count: u16) -> u16 {
    // Entra's ids are random: their low bits are a hash.
    u16::try_from(person.0.as_u128() % u128::from(count.max(1))).unwrap_or(0)
}

/// Packs rows: postcard, deflated.
///
/// # Errors
/// When a row does not serialise.
pub fn pack(rows: &[Row]) -> Result<Vec<u8>, BadRows> {
    let bad = |error: &dyn std::fmt::Display| BadRows(error.to_string());
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(4));
    for row in rows {
        let bytes = postcard::to_allocvec(row).map_err(|e| bad(&e))?;
        let length = u32::try_from(bytes.len()).map_err(|e| bad(&e))?;
        encoder.write_all(&length.to_le_bytes()).and_then(|()| encoder.write_all(&bytes)).map_err(|e| bad(&e))?;
    }
    encoder.finish().map_err(|e| bad(&e))
}

/// Hands out packed rows one by one: only one is in memory at a time.
///
/// # Errors
/// When they are not rows.
pub fn unpack(packed: &[u8], mut each: impl FnMut(Row)) -> Result<(), BadRows> {
    let bad = |error: &dyn std::fmt::Display| BadRows(error.to_string());
    let mut decoder = std::io::BufReader::new(DeflateDecoder::new(packed));
    let mut bytes = Vec::new();
    loop {
        let mut length = [0; 4];
        match decoder.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(bad(&error)),
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > 1 << 20 {
            return Err(BadRows("a row of over a megabyte".into()));
        }
        bytes.resize(length, 0);
        decoder.read_exact(&mut bytes).map_err(|e| bad(&e))?;
        each(postcard::from_bytes(&bytes).map_err(|e| bad(&e))?);
    }
}
