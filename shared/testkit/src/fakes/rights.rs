//! Requests to have everything erased, what is deleted for them, and the log of their receipts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use accounts::{EmailKey, LatestSessions, account_closing, code_refused};
use async_trait::async_trait;
use kernel::{AccountId, Failure, Timestamp};
use policy::deletion::Objects;
use policy::{Class, Table};
use receipts::{Hash, Tile, TileId};
use rights::{
    BATCH, Belongings, Closing, Erasure, ErasureId, Erasures, Found, FoundPage, Head, Listed, ObjectList, ReceiptLog, RowPlace, Signed,
    Waiting,
};

use super::{FakeDatabase, Rows};
use crate::Faults;

#[derive(Clone)]
pub struct FakeErasures(pub FakeDatabase);

#[async_trait]
impl Erasures for FakeErasures {
    async fn close(&self, closing: &Closing) -> Result<(), Failure> {
        self.0
            .transact("erasures.close", |rows| {
                let id = closing.erasure.id;
                if rows.erasures.contains_key(&id) {
                    return Err(account_closing());
                }
                if let Some(code) = &closing.code
                    && !rows.codes.remove(&code.slot).is_some_and(|(hash, _, _)| hash.matches(&code.hash))
                {
                    return Err(code_refused());
                }
                if let Some(account) = closing.erasure.person.as_ref().and_then(|person| person.account) {
                    if !rows.profiles.contains_key(&account) || rows.closing.insert(account, id).is_some() {
                        return Err(account_closing());
                    }
                    rows.sessions.retain(|_, session| session.account != account);
                    rows.email_index
                        .values_mut()
                        .filter(|known| known.id == account)
                        .for_each(|known| known.latest = LatestSessions::default());
                }
                rows.erasures.insert(id, closing.erasure.clone());
                Ok(())
            })
            .await
    }

    async fn find(&self, id: ErasureId) -> Result<Option<Erasure>, Failure> {
        self.0.read("erasures.find", |rows| Ok(rows.erasures.get(&id).cloned())).await
    }

    async fn advance(&self, next: &Erasure) -> Result<bool, Failure> {
        self.0
            .transact("erasures.advance", |rows| {
                let written = over(rows, next);
                if let Some(statement) = next.statement.as_ref().filter(|_| written && next.index.is_none()) {
                    rows.receipts.waiting.push(Waiting { erasure: next.id, leaf: Hash::of_leaf(statement.as_bytes()) });
                }
                Ok(written)
            })
            .await
    }

    async fn reopen(&self, next: &Erasure, account: Option<AccountId>) -> Result<bool, Failure> {
        self.0
            .transact("erasures.reopen", |rows| {
                let written = over(rows, next);
                if let Some(account) = account.filter(|_| written) {
                    rows.closing.remove(&account);
                }
                Ok(written)
            })
            .await
    }

    async fn due(&self, until: Timestamp) -> Result<Vec<ErasureId>, Failure> {
        self.0
            .read("erasures.due", |rows| {
                let due = rows.erasures.values().filter(|erasure| erasure.due.is_some_and(|due| due <= until));
                Ok(due.map(|erasure| erasure.id).collect())
            })
            .await
    }
}

fn over(rows: &mut Rows, next: &Erasure) -> bool {
    let fits = rows.erasures.get(&next.id).is_some_and(|known| known.version + 1 == next.version);
    if fits {
        rows.erasures.insert(next.id, next.clone());
    }
    fits
}

#[derive(Clone)]
pub struct FakeReceiptLog(pub FakeDatabase);

#[async_trait]
impl ReceiptLog for FakeReceiptLog {
    async fn head(&self) -> Result<Head, Failure> {
        self.0.read("log.head", |rows| Ok(rows.receipts.head.clone().unwrap_or_else(Head::empty))).await
    }

    async fn tiles(&self, ids: &[TileId]) -> Result<Vec<Tile>, Failure> {
        self.0.read("log.tiles", |rows| Ok(ids.iter().filter_map(|id| rows.receipts.tiles.get(&id.to_string()).cloned()).collect())).await
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, Failure> {
        self.0.read("log.waiting", |rows| Ok(rows.receipts.waiting.iter().take(BATCH).copied().collect())).await
    }

    async fn grow(&self, from: &Head, size: u64, root: Hash, tiles: &[Tile], entries: &[(Waiting, u64)]) -> Result<bool, Failure> {
        self.0
            .transact("log.grow", |rows| {
                let head = rows.receipts.head.clone().unwrap_or_else(Head::empty);
                let all_wait = entries.iter().all(|(entry, _)| rows.receipts.waiting.contains(entry));
                if head.size != from.size || !all_wait {
                    return Ok(false);
                }
                rows.receipts.head = Some(Head { size, root, ..head });
                rows.receipts.tiles.extend(tiles.iter().map(|tile| (tile.id().to_string(), tile.clone())));
                for (entry, index) in entries {
                    rows.receipts.waiting.retain(|waiting| waiting != entry);
                    if let Some(erasure) = rows.erasures.get_mut(&entry.erasure) {
                        erasure.index = Some(*index);
                    }
                }
                Ok(true)
            })
            .await
    }

    async fn sign(&self, signed: &Signed) -> Result<(), Failure> {
        self.0
            .transact("log.sign", |rows| {
                let head = rows.receipts.head.get_or_insert_with(Head::empty);
                if head.signed.as_ref().is_none_or(|known| known.size <= signed.size) {
                    head.signed = Some(signed.clone());
                }
                Ok(())
            })
            .await
    }

    async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.0.read("log.tile", |rows| Ok(rows.receipts.tiles.get(path).map(Tile::to_bytes))).await
    }
}

/// Rows and objects of persons, whatever they are: three to a page.
#[derive(Clone)]
pub struct FakeBelongings {
    things: Arc<Mutex<Things>>,
    faults: Faults,
}

/// The class of a row, and who was sent something for it when.
type Thing = (Class, Vec<(String, Timestamp)>);

#[derive(Debug, Default)]
pub struct Things {
    /// By the table and the keys.
    pub rows: BTreeMap<(&'static str, String, String), Thing>,
    pub objects: BTreeMap<String, Timestamp>,
    pub accounts: BTreeMap<String, AccountId>,
}

const PAGE: usize = 3;

impl FakeBelongings {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { things: Arc::default(), faults }
    }

    /// All there is. Holding it blocks the fake.
    pub fn things(&self) -> MutexGuard<'_, Things> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, table: Table, pk: &str, sk: &str, class: Class, vendors: &[(&str, Timestamp)]) {
        let vendors = vendors.iter().map(|(vendor, at)| ((*vendor).to_owned(), *at)).collect();
        self.things().rows.insert((table.id(), pk.to_owned(), sk.to_owned()), (class, vendors));
    }
}

#[async_trait]
impl Belongings for FakeBelongings {
    async fn rows(&self, table: Table, pk: &str, after: Option<&str>) -> Result<FoundPage, Failure> {
        self.faults
            .call("belongings.rows", || {
                let things = self.things();
                let behind = things
                    .rows
                    .iter()
                    .filter(|((of, own, sk), _)| *of == table.id() && own == pk && after.is_none_or(|after| sk.as_str() > after));
                let found = behind.map(|((_, pk, sk), (class, vendors))| Found {
                    place: RowPlace { table, pk: pk.clone(), sk: sk.clone() },
                    class: *class,
                    vendors: vendors.clone(),
                });
                let mut rows: Vec<Found> = found.take(PAGE + 1).collect();
                let more = rows.len() > PAGE;
                rows.truncate(PAGE);
                Ok(FoundPage { rows, more })
            })
            .await
    }

    async fn remove(&self, rows: &[RowPlace]) -> Result<(), Failure> {
        self.faults
            .call("belongings.remove", || {
                let mut things = self.things();
                for row in rows {
                    things.rows.remove(&(row.table.id(), row.pk.clone(), row.sk.clone()));
                }
                Ok(())
            })
            .await
    }

    async fn account_of(&self, address: &EmailKey) -> Result<Option<AccountId>, Failure> {
        self.faults.call("belongings.account_of", || Ok(self.things().accounts.get(address.as_str()).copied())).await
    }
}

#[async_trait]
impl ObjectList for FakeBelongings {
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Listed>, Failure> {
        self.faults
            .call("objects.page", || {
                let things = self.things();
                let behind =
                    things.objects.iter().filter(|(key, _)| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after));
                Ok(behind.take(PAGE).map(|(key, written_at)| Listed { key: key.clone(), written_at: *written_at }).collect())
            })
            .await
    }
}

#[async_trait]
impl Objects for FakeBelongings {
    async fn remove(&self, keys: &[String]) -> Result<Vec<String>, Failure> {
        self.faults
            .call("objects.remove", || {
                self.things().objects.retain(|key, _| !keys.contains(key));
                Ok(Vec::new())
            })
            .await
    }

    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure> {
        self.faults
            .call("objects.remove_prefix", || {
                let mut things = self.things();
                let before = things.objects.len();
                things.objects.retain(|key, _| !key.starts_with(prefix));
                Ok((before - things.objects.len()) as u64)
            })
            .await
    }
}
