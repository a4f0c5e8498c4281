//! The chain that seals a tenant's log (C12, docs/adr/0009): `h_n = SHA-256(h_{n-1} ‖ canonical(event))`, `h_0` is 32
//! zero bytes. Events are sealed in the order they arrive by the stream; verifying walks the links and names the first
//! that does not hold.

use std::collections::{BTreeSet, HashMap};

use aws_lc_rs::digest::{Context, SHA256};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use model::EventId;
use serde::{Deserialize, Serialize};

use crate::{
    ChainHead, Conflict, Link, Result, Store, StoreError, Tenant,
    commit::{Condition, What, item_of},
    db::{decode, key_of},
    key::{Collection, Item, Key, Month},
    records::{Seal, TenantRecord},
};

/// Tries at moving a head that others move too.
const TRIES: u32 = 12;
/// Links verified in one call.
const LINKS: u32 = 200;
/// The list that cursors of a verification belong to.
const LIST: &str = "chain";

/// What is wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The link, or the event it seals, is not there.
    Missing,
    /// The event, or the seal itself, is not what was sealed.
    Altered,
    /// The link does not follow the one before it.
    OutOfOrder,
}

/// The first link that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Break {
    /// Its place in the chain.
    pub sequence: u64,
    /// The event it seals, where the link still says so.
    pub event: Option<EventId>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// How far a chain was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Links of the chain.
    pub length: u64,
    /// The last link that holds; 0 when none does.
    pub through: u64,
    /// Its hash, in hexadecimal: who keeps it elsewhere can compare.
    pub hash: String,
    /// The first that does not.
    pub broken: Option<Break>,
    /// Where to go on; `None` at the end or at a break.
    pub next_cursor: Option<String>,
}

/// What shows that an event stands in the chain, to whoever has the proofs around it, without us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Its place in the chain, from 1 without a gap.
    pub sequence: u64,
    /// The hash of the place before, in hexadecimal; zeros before the first.
    pub previous: String,
    /// SHA-256 of the bytes of `previous` and those of `sealed`, in hexadecimal, as it was when it was sealed.
    pub hash: String,
    /// What is sealed: the entry as it stands, in a form that each entry has one of (docs/adr/0009).
    pub sealed: String,
}

impl Store {
    /// The form of an event that is sealed, of its image in the stream.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is no image.
    pub fn canonical_event(&self, detail: &serde_json::Value) -> Result<Vec<u8>> {
        let corrupt = |cause: &str| StoreError::Corrupt { kind: "Event", cause: cause.into() };
        let image = detail.pointer("/dynamodb/NewImage").ok_or_else(|| corrupt("no NewImage"))?;
        let item: serde_dynamo::Item =
            serde_json::from_value(image.clone()).map_err(|error| corrupt(&error.to_string()))?;
        canonical(&HashMap::from(item))
    }
}

impl Tenant<'_> {
    /// Seals an event whose canonical form this is: one read, one transaction of three small items. A second delivery
    /// changes nothing. Answers the head, where it is one to tell outside of the table.
    ///
    /// # Errors
    /// [`Conflict::Version`] when others move the head again and again; [`Conflict::Taken`] when a link stands beyond
    /// the head, which no function of ours writes.
    pub async fn seal(&self, event: EventId, canonical: &[u8]) -> Result<Option<ChainHead>> {
        for attempt in 0..TRIES {
            if attempt > 0 {
                // Spread out, or those who lost meet again.
                let millis = 10 + i64::try_from(self.store.ids.random() % (40 << attempt.min(5))).unwrap_or(0);
                self.store.clock.sleep(SignedDuration::from_millis(millis)).await;
            }
            let head = self.get_strong::<ChainHead>(&()).await?;
            let (before, version) = head.map_or((ChainHead::genesis(), 0), |head| (head.value, head.version));
            let link = Link {
                sequence: before.sequence + 1,
                event,
                hash: next_hash(&before.hash, canonical),
                previous: before.hash.clone(),
            };
            let at = Some(self.store.clock.now());
            let head = ChainHead { sequence: link.sequence, hash: link.hash.clone(), at };
            let condition = if version == 0 { Condition::absent() } else { Condition::version(version) };
            let actions = vec![
                self.chained(
                    &Seal { event, sequence: link.sequence },
                    1,
                    Condition::absent(),
                    Conflict::Taken("seal"),
                )?,
                self.chained(&head, version + 1, condition, Conflict::Version)?,
                self.chained(&link, 1, Condition::absent(), Conflict::Taken("link"))?,
            ];
            match self.store.transact(actions).await {
                Ok(()) => return Ok(head.is_checkpoint(&before).then_some(head)),
                Err(StoreError::Conflict(Conflict::Taken("seal"))) => return Ok(None),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict(Conflict::Version))
    }

    fn chained<T: TenantRecord>(
        &self,
        record: &T,
        version: u64,
        condition: Condition,
        conflict: Conflict,
    ) -> Result<(Key, What, Conflict)> {
        let key = Key::new(Collection::Chain.partition(self.scope.tenant(), None), T::sort_key(&record.id()));
        Ok((key, What::Put { item: item_of(record, version)?, condition }, conflict))
    }

    /// Verifies the next [`LINKS`] links, from the first or from where a cursor says.
    pub async fn verify_chain(&self, cursor: Option<&str>) -> Result<Verified> {
        let start = cursor.map(|cursor| self.store.open_cursor(self.scope, LIST, cursor)).transpose()?;
        let (mut through, mut hash) = match start {
            // The cursor is ours and sealed: it holds what was verified, not where to look it up.
            Some(key) => (key.pk.parse().map_err(|_| StoreError::BadCursor)?, key.sk),
            None => (0, ChainHead::genesis().hash),
        };
        let mut head = self.head().await?;
        let links = self.links_after(through).await?;
        let events = self.sealed_events(&links).await?;
        let mut broken = None;
        for (Stored { place, link }, event) in links.iter().zip(events) {
            if *place > head.sequence {
                // Made since the head was read, unless the head was put back.
                head = self.head().await?;
            }
            let expected = through + 1;
            let flaw = match (link, event) {
                _ if *place > expected || head.sequence == 0 => Flaw::Missing,
                _ if *place > head.sequence => Flaw::OutOfOrder,
                (None, _) => Flaw::Altered,
                (Some(link), _) if link.sequence != *place || link.previous != hash => Flaw::OutOfOrder,
                (Some(_), None) => Flaw::Missing,
                (Some(link), Some(event)) if holds(link, &event) => {
                    (through, hash) = (expected, link.hash.clone());
                    continue;
                }
                _ => Flaw::Altered,
            };
            let event = link.as_ref().filter(|link| link.sequence == expected).map(|link| link.event);
            broken = Some(Break { sequence: expected, event, flaw });
            break;
        }
        let ended = links.len() < LINKS as usize || through >= head.sequence;
        if broken.is_none() && ended && through < head.sequence {
            broken = Some(Break { sequence: through + 1, event: None, flaw: Flaw::Missing });
        }
        if broken.is_none() && through == head.sequence && hash != head.hash {
            broken = Some(Break { sequence: through, event: None, flaw: Flaw::Altered });
        }
        let place = (broken.is_none() && !ended).then(|| Key::new(through.to_string(), hash.clone()));
        let next_cursor = place.map(|place| self.store.seal_cursor(self.scope, LIST, place)).transpose()?;
        Ok(Verified { length: head.sequence, through, hash, broken, next_cursor })
    }

    /// The proofs of at most 100 events, in their order; `None` for one that is not sealed, or whose seal does not lead
    /// to it. One that was altered has a proof that does not hold.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn proofs(&self, events: &[EventId]) -> Result<Vec<Option<Proof>>> {
        let pk = Collection::Chain.partition(self.scope.tenant(), None);
        let seals: Vec<Key> = events.iter().map(|event| Key::new(pk.as_str(), Seal::sort_key(event))).collect();
        let seals = self.store.get_many(&seals, true).await?.into_iter().flatten();
        let places: BTreeSet<u64> =
            seals.filter_map(|item| decode::<Seal>(Seal::KIND, item).ok()).map(|seal| seal.sequence).collect();
        let keys: Vec<Key> = places.iter().map(|place| Key::new(pk.as_str(), Link::sort_key(place))).collect();
        let found = self.store.get_many(&keys, true).await?;
        let links: Vec<Stored> = places
            .into_iter()
            .zip(found)
            .filter_map(|(place, item)| Some(Stored { place, link: Some(decode(Link::KIND, item?).ok()?) }))
            .collect();
        let items = self.sealed_events(&links).await?;
        let proven = links.into_iter().zip(items).filter_map(|(stored, item)| {
            let Link { sequence, event, previous, hash } = stored.link?;
            let sealed = String::from_utf8(canonical(&item?).ok()?).ok()?;
            Some((event, Proof { sequence, previous, hash, sealed }))
        });
        let mut proven: HashMap<EventId, Proof> = proven.collect();
        Ok(events.iter().map(|event| proven.remove(event)).collect())
    }

    async fn head(&self) -> Result<ChainHead> {
        Ok(self.get_strong::<ChainHead>(&()).await?.map_or_else(ChainHead::genesis, |head| head.value))
    }

    /// The next links, by where they stand.
    async fn links_after(&self, sequence: u64) -> Result<Vec<Stored>> {
        let pk = Collection::Chain.partition(self.scope.tenant(), None);
        let start = Key::new(pk.as_str(), Link::sort_key(&sequence));
        let (items, _) = self.store.query(&pk, Link::PREFIX, Some(start), Some(LINKS), false, true).await?;
        items
            .into_iter()
            .map(|item| {
                let place = key_of(&item).and_then(|key| key.sk.strip_prefix(Link::PREFIX)?.parse().ok());
                let place = place.ok_or_else(|| StoreError::corrupt(Link::KIND, "its key"))?;
                // One that does not read was written over: that is a finding, not a failure.
                Ok(Stored { place, link: decode(Link::KIND, item).ok() })
            })
            .collect()
    }

    /// The events that links seal, as they stand in the table.
    async fn sealed_events(&self, links: &[Stored]) -> Result<Vec<Option<Item>>> {
        let place = |stored: &Stored| {
            let event = stored.link.as_ref().map_or(EventId::from_bits(0), |link| link.event);
            let pk = Collection::Events.partition(self.scope.tenant(), Some(Month::of_event(event)));
            Key::new(pk, format!("EVENT#{event}"))
        };
        let mut events = Vec::with_capacity(links.len());
        for hundred in links.chunks(100) {
            let mut keys: Vec<Key> = hundred.iter().map(place).collect();
            // A call may not name a key twice; two links of one event are found out all the same.
            keys.sort_unstable_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
            keys.dedup();
            let found = self.store.get_many(&keys, true).await?;
            let found: HashMap<String, Item> =
                keys.into_iter().zip(found).filter_map(|(key, item)| Some((key.sk, item?))).collect();
            events.extend(hundred.iter().map(|stored| found.get(&place(stored).sk).cloned()));
        }
        Ok(events)
    }
}

/// A link as it stands in the table; `None` where what stands there is none.
struct Stored {
    place: u64,
    link: Option<Link>,
}

/// Whether a link is the seal of an event behind the one before.
fn holds(link: &Link, event: &Item) -> bool {
    canonical(event).is_ok_and(|canonical| next_hash(&link.previous, &canonical) == link.hash)
}

/// A link's hash, in hexadecimal.
fn next_hash(previous: &str, canonical: &[u8]) -> String {
    let mut context = Context::new(&SHA256);
    context.update(&bytes_of(previous));
    context.update(canonical);
    hex(context.finish().as_ref())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a hash in hexadecimal. What is no hash is taken as it stands: it is compared, never trusted.
fn bytes_of(hash: &str) -> Vec<u8> {
    let pair = |at: usize| hash.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..hash.len()).step_by(2).map(pair).collect();
    bytes.unwrap_or_else(|| hash.as_bytes().to_vec())
}

/// An item as bytes, every attribute and the key among them, the same for the same item and different for any other:
/// each value is its type's letter, its length and itself; fields stand in the order of their names. Independent of
/// the types events are read as, so that an event sealed today verifies under the code of any later day.
fn canonical(item: &Item) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(512);
    write_map(item, &mut out)?;
    Ok(out)
}

fn write_text(letter: char, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{letter}{}:", text.len()).as_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn write_map(map: &HashMap<String, AttributeValue>, out: &mut Vec<u8>) -> Result<()> {
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    out.extend_from_slice(format!("M{}:", fields.len()).as_bytes());
    for (name, value) in fields {
        write_text('S', name, out);
        write_value(value, out)?;
    }
    Ok(())
}

fn write_value(value: &AttributeValue, out: &mut Vec<u8>) -> Result<()> {
    match value {
        AttributeValue::S(text) => write_text('S', text, out),
        AttributeValue::N(number) => write_text('N', number, out),
        AttributeValue::Bool(flag) => write_text('B', if *flag { "1" } else { "0" }, out),
        AttributeValue::Null(_) => write_text('0', "", out),
        AttributeValue::L(items) => {
            out.extend_from_slice(format!("L{}:", items.len()).as_bytes());
            items.iter().try_for_each(|item| write_value(item, out))?;
        }
        AttributeValue::M(map) => write_map(map, out)?,
        // An event holds neither bytes nor sets: one that does was not written by us.
        _ => {
            return Err(StoreError::Corrupt {
                kind: "Event",
                cause: "a value of a type that events do not have".into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> AttributeValue {
        AttributeValue::S(value.into())
    }

    fn item(fields: &[(&str, AttributeValue)]) -> Item {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn one_item_has_one_form_and_two_items_have_two() {
        let one = item(&[("a", text("1")), ("b", text("2"))]);
        let same = item(&[("b", text("2")), ("a", text("1"))]);
        assert_eq!(canonical(&one).unwrap(), canonical(&same).unwrap());
        assert_eq!(canonical(&one).unwrap(), b"M2:S1:aS1:1S1:bS1:2");
        let map = |fields: &[(&str, AttributeValue)]| AttributeValue::M(item(fields));
        let others = [
            item(&[("a", text("1")), ("b", text("3"))]),
            item(&[("a", text("1")), ("c", text("2"))]),
            item(&[("a", text("1S1:bS1:2"))]),
            item(&[("a", AttributeValue::N("1".into())), ("b", text("2"))]),
            item(&[("a", text("1")), ("b", AttributeValue::L(vec![text("2")]))]),
            item(&[("a", map(&[("b", text("2"))]))]),
            item(&[("a", AttributeValue::Bool(true))]),
            item(&[("a", AttributeValue::Bool(false))]),
            item(&[("a", AttributeValue::Null(true))]),
            item(&[]),
        ];
        let mut forms: Vec<_> = others.iter().map(|other| canonical(other).unwrap()).collect();
        forms.push(canonical(&one).unwrap());
        forms.sort();
        forms.dedup();
        assert_eq!(forms.len(), others.len() + 1);
        assert!(canonical(&item(&[("a", AttributeValue::Ss(vec!["x".into()]))])).is_err());
    }

    #[test]
    fn a_hash_is_of_the_hash_before_and_the_event() {
        // As `{ head -c 32 /dev/zero; printf abc; } | sha256sum` says.
        let first = next_hash(&ChainHead::genesis().hash, b"abc");
        assert_eq!(first, "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370");
        assert_ne!(first, next_hash(&first, b"abc"));
        assert_ne!(first, next_hash(&ChainHead::genesis().hash, b"abd"));
    }
}
