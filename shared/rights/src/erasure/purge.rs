//! Counting, deleting and looking for what is left.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Clock, Failure, SignedDuration, Timestamp};
use policy::deletion::Objects;
use policy::{Class, Table};
use receipts::object_root;

use super::place::{Belongings, Found, Linked, Place, RowPlace, class_of, found_by, places};
use super::{Counted, Person, Salt};
use crate::ObjectList;

/// Deletions of rows at the same time.
const AT_ONCE: usize = 16;

/// What a run leaves of its time for the page that it has begun.
const RESERVE: SignedDuration = SignedDuration::from_secs(15);

/// Everything of one person.
#[derive(Clone, Copy)]
pub(super) struct Everything<'a> {
    pub person: &'a Person,
    pub belongings: &'a dyn Belongings,
    pub list: &'a dyn ObjectList,
    pub objects: &'a dyn Objects,
    pub clock: &'a dyn Clock,
    /// The end of this worker's time.
    pub until: Timestamp,
}

impl Everything<'_> {
    /// Where it is. What an address leads to is left alone where it is another account's by now.
    async fn places(&self) -> Result<Vec<Place>, Failure> {
        let holder = self.belongings.account_of(&self.person.address).await?;
        let is_anothers = holder.is_some() && holder != self.person.account;
        let of_address = |place: &Place| matches!(place, Place::Partition { pk, .. } if pk.ends_with(self.person.address.as_str()));
        Ok(places(self.person).into_iter().filter(|place| !(is_anothers && of_address(place))).collect())
    }

    /// What there is, and which third parties were sent something when.
    pub(super) async fn count(&self, salt: &Salt) -> Result<(Counted, BTreeMap<String, Timestamp>), Failure> {
        let (mut classes, mut vendors, mut keys) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for place in self.places().await? {
            match place {
                Place::Objects { prefix } => {
                    let found = self.keys(&prefix).await?;
                    found.iter().filter_map(|key| class_of(key)).for_each(|class| add(&mut classes, class));
                    keys.extend(found);
                }
                Place::Partition { table, pk } => {
                    for row in self.rows(table, &pk).await? {
                        add(&mut classes, row.class);
                        for linked in found_by(&row) {
                            self.count_linked(linked, &mut classes).await?;
                        }
                        for (vendor, at) in row.vendors {
                            vendors.entry(vendor).and_modify(|last: &mut Timestamp| *last = at.max(*last)).or_insert(at);
                        }
                    }
                }
            }
        }
        let objects = u32::try_from(keys.len()).map_err(Failure::broken)?;
        let root = object_root(salt.bytes(), keys.iter().map(String::as_str));
        Ok((Counted { classes, objects, root }, vendors))
    }

    /// A single row elsewhere is said by the row that leads to it.
    async fn count_linked(&self, linked: Linked, classes: &mut BTreeMap<String, u32>) -> Result<(), Failure> {
        if let Linked::Partition { table, pk } = linked {
            self.rows(table, &pk).await?.iter().for_each(|row| add(classes, row.class));
        }
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, Failure> {
        let mut keys: Vec<String> = Vec::new();
        loop {
            let page = self.list.page(prefix, keys.last().map(String::as_str)).await?;
            if page.is_empty() {
                return Ok(keys);
            }
            keys.extend(page.into_iter().map(|object| object.key));
        }
    }

    async fn rows(&self, table: Table, pk: &str) -> Result<Vec<Found>, Failure> {
        let mut rows: Vec<Found> = Vec::new();
        loop {
            let after = rows.last().map(|row| row.place.sk.as_str());
            let page = self.belongings.rows(table, pk, after).await?;
            rows.extend(page.rows);
            if !page.more {
                return Ok(rows);
            }
        }
    }

    /// Whether anything is there.
    pub(super) async fn is_there(&self) -> Result<bool, Failure> {
        for place in self.places().await? {
            let found = match place {
                Place::Objects { prefix } => !self.list.page(&prefix, None).await?.is_empty(),
                Place::Partition { table, pk } => !self.belongings.rows(table, &pk, None).await?.rows.is_empty(),
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Deletes all of it, page by page; `false` when the time was up before. The row that keeps the account closed goes last of all.
    pub(super) async fn delete(&self) -> Result<bool, Failure> {
        let mut last = Vec::new();
        for place in self.places().await? {
            let finished = match place {
                Place::Objects { prefix } => self.delete_objects(&prefix).await?,
                Place::Partition { table, pk } => self.delete_rows(table, &pk, &mut last).await?,
            };
            if !finished {
                return Ok(false);
            }
        }
        self.belongings.remove(&last).await?;
        Ok(true)
    }

    async fn delete_objects(&self, prefix: &str) -> Result<bool, Failure> {
        while self.has_time() {
            let page = self.list.page(prefix, None).await?;
            if page.is_empty() {
                return Ok(true);
            }
            let keys: Vec<String> = page.into_iter().map(|object| object.key).collect();
            if !self.objects.remove(&keys).await?.is_empty() {
                return Err(Failure::unavailable(std::time::Duration::from_secs(1)));
            }
        }
        Ok(false)
    }

    async fn delete_rows(&self, table: Table, pk: &str, last: &mut Vec<RowPlace>) -> Result<bool, Failure> {
        let mut after: Option<String> = None;
        while self.has_time() {
            let page = self.belongings.rows(table, pk, after.as_deref()).await?;
            after = page.rows.last().map(|row| row.place.sk.clone());
            let (kept, gone): (Vec<Found>, Vec<Found>) = page.rows.into_iter().partition(|row| row.class == Class::Account);
            last.extend(kept.into_iter().map(|row| row.place));
            // What is found by a row goes before it.
            for linked in gone.iter().flat_map(found_by) {
                self.remove(&self.linked(linked).await?).await?;
            }
            self.remove(&gone.into_iter().map(|row| row.place).collect::<Vec<_>>()).await?;
            if !page.more {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn linked(&self, linked: Linked) -> Result<Vec<RowPlace>, Failure> {
        match linked {
            Linked::Row(row) => Ok(vec![row]),
            Linked::Partition { table, pk } => Ok(self.rows(table, &pk).await?.into_iter().map(|row| row.place).collect()),
        }
    }

    async fn remove(&self, rows: &[RowPlace]) -> Result<(), Failure> {
        let each = rows.chunks(rows.len().div_ceil(AT_ONCE).max(1)).map(|some| self.belongings.remove(some));
        stream::iter(each).buffer_unordered(AT_ONCE).try_collect::<()>().await
    }

    fn has_time(&self) -> bool {
        self.clock.now().checked_add(RESERVE).is_ok_and(|end| end <= self.until)
    }
}

fn add(classes: &mut BTreeMap<String, u32>, class: Class) {
    let count = classes.entry(class.id().to_owned()).or_insert(0);
    *count = count.saturating_add(1);
}
