//! People as they are kept: rows in pages while a scan runs, rows in buckets after it.

use std::io::Write;

pub use checks::people::{BadRows, Row, bucket_of, pack, unpack};
use checks::{facts::SignIn, people::BLOCK};
use flate2::{Compression, write::DeflateEncoder};
use jiff::civil::Date;
use model::PersonId;
use store::Bucket;

/// People in a bucket, about. More buckets mean smaller rewrites, fewer mean fewer reads.
const PER_BUCKET: usize = 256;

/// How many buckets so many people lie in: a power of two, so that it seldom changes.
pub fn bucket_count(people: usize) -> u16 {
    u16::try_from(people.div_ceil(PER_BUCKET).next_power_of_two()).unwrap_or(1 << 15)
}

/// The buckets of all people, each sorted, with dates rounded; `complete` adds to a row what was read of it later.
///
/// # Errors
/// When rows do not decode.
pub fn buckets(pages: &[Vec<u8>], people: usize, complete: impl Fn(&mut Row)) -> Result<Vec<Bucket>, BadRows> {
    let count = bucket_count(people);
    let mut rows: Vec<Vec<(PersonId, Vec<u8>)>> = vec![Vec::new(); count.into()];
    let mut failed = None;
    for page in pages {
        unpack(page, |mut row| {
            complete(&mut row);
            row.person.sign_in = rounded(row.person.sign_in);
            match postcard::to_allocvec(&row) {
                Ok(bytes) => rows[usize::from(bucket_of(row.person.id, count))].push((row.person.id, bytes)),
                Err(error) => failed = Some(BadRows::because(error)),
            }
        })?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let mut buckets = Vec::with_capacity(count.into());
    for (number, mut rows) in (0u16..).zip(rows) {
        rows.sort_unstable_by_key(|(id, _)| *id);
        // A person Graph gave twice, on two pages, is one.
        rows.dedup_by_key(|(id, _)| *id);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        for (_, bytes) in &rows {
            let length = u32::try_from(bytes.len()).map_err(BadRows::because)?;
            let wrote = encoder.write_all(&length.to_le_bytes()).and_then(|()| encoder.write_all(bytes));
            wrote.map_err(BadRows::because)?;
        }
        let packed = encoder.finish().map_err(BadRows::because)?;
        buckets.push(Bucket { number, people: u32::try_from(rows.len()).unwrap_or(u32::MAX), rows: packed });
    }
    Ok(buckets)
}

/// Dates rounded down to a block of four weeks, the same on whatever day it is done: for showing, not for judging.
fn rounded(sign_in: SignIn) -> SignIn {
    let round = |date: Option<Date>| {
        date.map(|date| {
            let days = (date - Date::constant(2020, 1, 1)).get_days();
            date.saturating_sub(jiff::Span::new().days(days.rem_euclid(BLOCK)))
        })
    };
    match sign_in {
        SignIn::Unavailable => SignIn::Unavailable,
        SignIn::Known { successful, interactive, non_interactive } => SignIn::Known {
            successful: round(successful),
            interactive: round(interactive),
            non_interactive: round(non_interactive),
        },
    }
}
