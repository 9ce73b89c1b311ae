//! Where everything of a person is: what the arms of the classes say, in the places that the inventory names.

use accounts::EmailKey;
use async_trait::async_trait;
use kernel::{AccountId, Failure, Timestamp};
use policy::{Class, Entry, Store, Table};

use super::Person;
use crate::{ARMS, Erasing};

/// Where something of a person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A partition with nothing in it but theirs.
    Partition { table: Table, pk: String },
    /// Objects below a prefix, of whichever classes.
    Objects { prefix: String },
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowPlace {
    pub table: Table,
    pub pk: String,
    pub sk: String,
}

/// A row that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub place: RowPlace,
    pub class: Class,
    /// Which third parties were sent something for it, and when last.
    pub vendors: Vec<(String, Timestamp)>,
}

/// Some rows of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundPage {
    pub rows: Vec<Found>,
    /// Whether others follow.
    pub more: bool,
}

#[async_trait]
pub trait Belongings: Send + Sync {
    /// Rows of a partition behind the key `after`, in the order of their keys.
    async fn rows(&self, table: Table, pk: &str, after: Option<&str>) -> Result<FoundPage, Failure>;

    /// Deletes rows; one that is gone already is a success.
    async fn remove(&self, rows: &[RowPlace]) -> Result<(), Failure>;

    /// The account that an address leads to.
    async fn account_of(&self, address: &EmailKey) -> Result<Option<AccountId>, Failure>;
}

/// Everything of an account: objects first, because rows say where they are; the table of accounts last, because what is closed there stays closed.
#[must_use]
pub fn places(person: &Person) -> Vec<Place> {
    let mut places = Vec::new();
    for arm in ARMS {
        let Some(class) = Class::from_id(arm.id) else { continue };
        let place = match arm.erasing {
            Erasing::Objects => person.account.and_then(|account| objects(class.entry(), account)),
            Erasing::Own => person.account.and_then(|account| partition(class.entry(), "<account>", &account.to_string())),
            Erasing::OfAddress => partition(class.entry(), "<email-hmac>", person.address.as_str()),
            // They are found by rows of other classes, or end by themselves.
            Erasing::Of(_)
            | Erasing::Unlinked(_)
            | Erasing::OfOperator
            | Erasing::OfTrial
            | Erasing::OfRequest
            | Erasing::OfItself
            | Erasing::Left => None,
        };
        places.extend(place.filter(|place| !places.contains(place)));
    }
    places.sort_by_key(|place| match place {
        Place::Objects { .. } => 0,
        Place::Partition { table, .. } if *table != Table::Accounts => 1,
        Place::Partition { .. } => 2,
    });
    places
}

fn objects(entry: &Entry, account: AccountId) -> Option<Place> {
    entry.prefix().map(|prefix| Place::Objects { prefix: format!("{prefix}{account}/") })
}

/// The class of an object by its key: the one whose pattern has the most segments in common, such as `drawings`.
pub(super) fn class_of(key: &str) -> Option<Class> {
    let segments: Vec<&str> = key.split('/').collect();
    let classes = ARMS.iter().filter(|arm| arm.erasing == Erasing::Objects).filter_map(|arm| Class::from_id(arm.id));
    let fitting = classes.filter_map(|class| {
        let Store::S3 { key, .. } = &class.entry().store else { return None };
        let said = blanked(key);
        let fixed: Vec<&str> = said.split('/').filter(|segment| !segment.contains('*')).collect();
        fixed.iter().all(|segment| segments.contains(segment)).then_some((fixed.len(), class))
    });
    fitting.max_by_key(|(fixed, _)| *fixed).map(|(_, class)| class)
}

/// The partition by the pattern of its key, such as `ACC#<account> or TRI#<trial>`.
fn partition(entry: &Entry, whose: &str, id: &str) -> Option<Place> {
    let Store::DynamoDb { table, pk, .. } = &entry.store else { return None };
    let pattern = pk.split(" or ").find(|pattern| pattern.contains(whose))?;
    Some(Place::Partition { table: *table, pk: pattern.replace(whose, id) })
}

/// A pattern with a star for each `<…>` of it, which may have slashes in it.
fn blanked(pattern: &str) -> String {
    let mut parts = pattern.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + "*" + part.split_once('>').map_or("", |(_, rest)| rest))
}

/// What is elsewhere, is found by a row of theirs, and goes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Linked {
    Row(RowPlace),
    /// A partition of what the row is about, such as the case of a generation.
    Partition {
        table: Table,
        pk: String,
    },
}

pub(super) fn found_by(row: &Found) -> Vec<Linked> {
    let ours = ARMS.iter().filter(|arm| arm.erasing == Erasing::Of(row.class.id()));
    let mut found: Vec<Linked> = ours.filter_map(|arm| linked(Class::from_id(arm.id)?.entry(), row)).collect();
    found.dedup();
    found
}

/// The place of `entry` that has the id of `row` in its key: `REFUNDS#WAITING` / `ORD#<order>`, or the partition `CASE#<generation>`.
fn linked(entry: &Entry, row: &Found) -> Option<Linked> {
    let Store::DynamoDb { table, pk, sk } = &entry.store else { return None };
    let Store::DynamoDb { sk: own, .. } = &row.class.entry().store else { return None };
    let (before, name) = own.split_once('<')?;
    let (id, name) = (row.place.sk.strip_prefix(before)?, format!("<{name}"));
    let fill = |pattern: &str| pattern.replace(&name, id);
    match pk.contains(&name) {
        true => Some(Linked::Partition { table: *table, pk: fill(pk) }),
        false => Some(Linked::Row(RowPlace { table: *table, pk: pk.clone(), sk: fill(sk) })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accounts::Pepper;
    use kernel::{SeededRandomness, SystemClock};

    fn person(account: bool) -> Person {
        let account = account.then(|| AccountId::new(&SystemClock::default(), &SeededRandomness::new(1)));
        Person { account, address: Pepper::new(&[7; 32]).email_key(&"a@example.com".parse().unwrap()) }
    }

    #[test]
    fn an_49_every_place_of_a_person_is_said_once_and_accounts_come_last() {
        let person = person(true);
        let places = places(&person);
        let tables: Vec<_> =
            places.iter().filter_map(|place| if let Place::Partition { table, .. } = place { Some(*table) } else { None }).collect();
        for table in [Table::Studio, Table::Screening, Table::Fleeting, Table::Insights, Table::Accounts, Table::Leads] {
            assert!(tables.contains(&table), "{table:?}");
        }
        assert_eq!(tables.last(), Some(&Table::Accounts));
        let owned = places.iter().all(|place| match place {
            Place::Partition { pk, .. } if pk.contains(['<', '>', '|', ' ']) => false,
            Place::Partition { pk, .. } => pk.contains(&person.account.unwrap().to_string()) || pk.contains(person.address.as_str()),
            Place::Objects { prefix } => prefix.ends_with(&format!("/{}/", person.account.unwrap())),
        });
        assert!(owned, "{places:?}");
        assert!(places.iter().enumerate().all(|(at, place)| !places[..at].contains(place)));
    }

    #[test]
    fn without_an_account_there_is_nothing_but_what_an_address_leads_to() {
        let person = person(false);
        assert!(places(&person).iter().all(|place| matches!(place, Place::Partition { pk, .. } if pk.ends_with(person.address.as_str()))));
        assert_eq!(places(&person).len(), 3);
    }

    #[test]
    fn an_object_is_of_the_class_whose_pattern_it_fits_best() {
        assert_eq!(class_of("generated/acc_1/gen_1/drawings/0.x"), Some(Class::Drawing));
        assert_eq!(class_of("generated/acc_1/gen_1/bundle.zip"), Some(Class::GeneratedObject));
        assert_eq!(class_of("uploads/acc_1/upl_1/original"), Some(Class::UploadObject));
        assert_eq!(class_of("quarantine/acc_1/upl_1/selfie.png"), Some(Class::QuarantineObject));
    }

    #[test]
    fn a_request_for_a_refund_is_found_by_its_order() {
        let place = RowPlace { table: Table::Accounts, pk: "ACC#1".into(), sk: "ORD#ord_1".into() };
        let found = found_by(&Found { place, class: Class::Order, vendors: Vec::new() });
        let waiting = RowPlace { table: Table::Accounts, pk: "REFUNDS#WAITING".into(), sk: "ORD#ord_1".into() };
        assert_eq!(found, [Linked::Row(waiting)]);
    }

    #[test]
    fn the_case_of_a_selfie_is_found_by_its_record() {
        let place = RowPlace { table: Table::Screening, pk: "ACC#1".into(), sk: "SCR#gen_1".into() };
        let found = found_by(&Found { place, class: Class::ModerationRecord, vendors: Vec::new() });
        assert_eq!(found, [Linked::Partition { table: Table::Screening, pk: "CASE#gen_1".into() }]);
    }
}
