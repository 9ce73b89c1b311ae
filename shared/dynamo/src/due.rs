//! Indexes by when a row is due, and the shards of a class in them.
//!
//! Under one key of an index, all rows of a class would be in one partition, which takes a thousand writes a second and no more. So a key of the index is
//! the class with one of sixteen shards, which follows from the row's own key, and a reader asks every shard.

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Failure, Timestamp};
use sha2::{Digest, Sha256};

use crate::database::Database;
use crate::item::{Attributes, Read, number, text};
use crate::key::Key;
use crate::read::Query;

/// An index whose partitions are the shards of classes, each sorted by an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueIndex {
    pub name: &'static str,
    /// The attribute with the class and the shard.
    pub shard: &'static str,
    /// The attribute with the instant, in epoch seconds.
    pub instant: &'static str,
}

/// Rows by their end.
pub const EXPIRY: DueIndex = DueIndex { name: "expiry", shard: "expiry_shard", instant: "expires_at" };

/// The attribute that ends a row by itself, in tables that hold rows which must not: those have none.
pub const TTL: &str = "ttl";

/// The shards of a class. Stored rows name theirs: another number needs them all written anew.
pub const SHARDS: u8 = 16;

/// Shards that a reader asks at the same time: each has a connection of its own, and a function wakes up with none.
const AT_ONCE: usize = 4;

/// The shard of the row of this class under this key, as an index knows it: `session#0a`.
#[must_use]
pub fn shard_of(class: &str, key: &Key) -> String {
    let hash = Sha256::new().chain_update(&key.pk).chain_update([0]).chain_update(&key.sk).finalize();
    shard(class, hash[0] % SHARDS)
}

fn shard(class: &str, number: u8) -> String {
    format!("{class}#{number:02x}")
}

impl DueIndex {
    fn query(&self, table: &str, shard: String, until: Timestamp, limit: usize) -> Query {
        Query::of(table, "#shard = :shard AND #instant <= :until")
            .by(self.name)
            .name("#shard", self.shard)
            .name("#instant", self.instant)
            .value(":shard", text(shard))
            .value(":until", number(until.as_second()))
            .limit(limit)
    }
}

/// Where the page before ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub key: Key,
    pub instant: Timestamp,
}

impl Database {
    /// One page of the rows of one shard of a class that are due at `until`: the earliest first, at most `limit`, and whether others follow.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn due_in(
        &self,
        table: &str,
        index: DueIndex,
        (class, number): (&str, u8),
        until: Timestamp,
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Attributes>, bool), Failure> {
        let shard = shard(class, number);
        let start = after.map(|Position { key, instant }| {
            let mut start = key.attributes();
            start.insert(index.shard.to_owned(), text(&shard));
            start.insert(index.instant.to_owned(), self::number(instant.as_second()));
            start
        });
        let page = self.query_page(index.query(table, shard, until, limit).after(start)).await?;
        Ok((page.rows, page.next.is_some()))
    }
}

/// A reader of all rows of a class that are due, page by page: it asks every shard that may have more.
#[must_use]
pub struct DuePages<'a> {
    database: &'a Database,
    /// The query of each shard that was not read to its end.
    queries: Vec<Query>,
    instant: &'static str,
}

impl Database {
    /// Begins to read the rows of a class that are due at `until`, of each shard at most `each` a page.
    pub fn due_pages(&self, table: &str, index: DueIndex, class: &str, until: Timestamp, each: usize) -> DuePages<'_> {
        let queries = (0..SHARDS).map(|number| index.query(table, shard(class, number), until, each)).collect();
        DuePages { database: self, queries, instant: index.instant }
    }
}

impl DuePages<'_> {
    /// The next rows, the earliest of them first; none when there are no more.
    ///
    /// # Errors
    /// As of [`Database::get`], when any shard cannot be asked.
    pub async fn next(&mut self) -> Result<Vec<Attributes>, Failure> {
        let (database, mut rows) = (self.database, Vec::new());
        while rows.is_empty() && !self.queries.is_empty() {
            let asked = stream::iter(std::mem::take(&mut self.queries)).map(|query| async move {
                let page = database.query_page(query.clone()).await?;
                Ok::<_, Failure>((page.rows, page.next.map(|place| query.after(Some(place)))))
            });
            let pages: Vec<_> = asked.buffered(AT_ONCE).try_collect().await?;
            for (found, next) in pages {
                rows.extend(found);
                self.queries.extend(next);
            }
        }
        rows.sort_by_key(|row| row.maybe_number::<i64>(self.instant));
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::{AccountId, FixedClock, SeededRandomness, SessionId};

    use super::*;

    const ROWS: usize = 10_000;

    /// The rows in each shard.
    fn spread(keys: impl Iterator<Item = Key>) -> BTreeMap<String, usize> {
        let mut rows = BTreeMap::new();
        for key in keys.take(ROWS) {
            *rows.entry(shard_of("session", &key)).or_default() += 1;
        }
        rows
    }

    #[test]
    fn rows_are_spread_evenly_whether_of_one_owner_or_of_many() {
        for seed in 0..4 {
            let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(seed));
            let account = || format!("ACC#{}", AccountId::new(&clock, &randomness));
            let session = || format!("SES#{}", SessionId::new(&clock, &randomness));
            let one = account();
            let of_one = spread(std::iter::repeat_with(|| Key::new(&one, session())));
            let of_many = spread(std::iter::repeat_with(|| Key::new(account(), session())));
            let of_windows = spread((0..).map(|window| Key::new(format!("LIMIT#uploads#{one}#{window}"), "COUNT")));
            for rows in [of_one, of_many, of_windows] {
                assert_eq!(rows.len(), usize::from(SHARDS), "no shard is empty");
                let even = ROWS / usize::from(SHARDS);
                assert!(rows.values().all(|rows| (even * 4 / 5..=even * 5 / 4).contains(rows)), "{rows:?}");
            }
        }
    }

    #[test]
    fn a_shard_stays_the_same_over_releases() {
        let keys = [("ACC#acc_1", "SES#ses_1"), ("CODE#00", "CODE"), ("CIRCUIT#openai", "STATE")];
        let shards = keys.map(|(pk, sk)| shard_of("session", &Key::new(pk, sk)));
        assert_eq!(shards, ["session#05", "session#0e", "session#0b"]);
    }
}
