//! Brings rows of a restored table of accounts back into the one that serves (docs/decisions/restoring.md).
//!
//! No function may read a restored table, so nothing of it is served. Its rows are copied one by one, and what the table Rights knows wins: nothing comes
//! back of who has an erasure under way, and choices and addresses are those that were chosen last. A row that is there already stays as it is, so that
//! this may be repeated, and go on where it stopped.

use std::collections::HashMap;

use accounts::{ChoiceOf, ChoiceState, EmailKey, Flags, LatestSessions};
use dynamo::{Answer, Attributes, Batch, Database, Item, Key, Query, Read, Rows, Scan, parse_name, text};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{AccountId, Failure, Timestamp};
use policy::Class;
use rights::Step;
use via_dynamodb_accounts::{flags, keys as account_keys, protections, written};

use crate::erasures::DEADLINE;

/// Rows of a page.
const PAGE: usize = 400;

/// Rows whose protections one call asks for: each has two at most, of the hundred keys of a call.
const ASKED: usize = 50;

/// Rows that are written at the same time.
const AT_ONCE: usize = 32;

/// Requests of a shard that are read at once.
const EACH: usize = 100;

/// A part of the restored table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub number: u16,
    pub of: u16,
}

/// How many rows were looked at, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    pub read: u64,
    pub written: u64,
    /// There already.
    pub there: u64,
    /// Of who has an erasure under way, or what moved since.
    pub left: u64,
}

impl std::ops::AddAssign for Restored {
    fn add_assign(&mut self, more: Self) {
        *self = Self {
            read: self.read + more.read,
            written: self.written + more.written,
            there: self.there + more.there,
            left: self.left + more.left,
        };
    }
}

/// The names of the tables.
#[derive(Debug, Clone)]
pub struct RestoringTables {
    pub backup: String,
    pub accounts: String,
    pub fleeting: String,
    pub rights: String,
}

pub struct DynamoRestoring {
    database: Database,
    tables: RestoringTables,
}

/// Whose data is being erased.
#[derive(Debug, Default)]
struct Erasing {
    /// Those whose rows are gone, or on their way.
    accounts: HashMap<String, Closed>,
    addresses: HashMap<String, Closed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Closed {
    /// May be taken back, by the request of this id.
    Closing(String),
    Begun,
}

impl Erasing {
    fn note(&mut self, row: &Attributes) -> Result<(), Failure> {
        let id = row.required_text("pk")?.trim_start_matches("ERASURE#").to_owned();
        let closed = match row.parsed::<Step>("state")? {
            Step::TakenBack => return Ok(()),
            Step::Closing => Closed::Closing(id),
            _ => Closed::Begun,
        };
        // Of several requests of an address, one that has begun counts.
        let note = |known: &mut HashMap<String, Closed>, name: &str| {
            if let Some(value) = row.maybe_text(name).filter(|value| known.get(*value) != Some(&Closed::Begun)) {
                known.insert(value.to_owned(), closed.clone());
            }
        };
        note(&mut self.accounts, "account_id");
        note(&mut self.addresses, "email_key");
        Ok(())
    }

    /// Whether it is a row of somebody who is erased. What leads from an address to an account is the account's: another one may have the address by now.
    fn is_gone(&self, row: &Attributes) -> bool {
        let closed = match account_of(row) {
            Some(account) => self.accounts.get(account),
            None => address_of(row).and_then(|address| self.addresses.get(address)),
        };
        closed == Some(&Closed::Begun)
    }
}

impl DynamoRestoring {
    #[must_use]
    pub fn new(database: Database, tables: RestoringTables) -> Self {
        Self { database, tables }
    }

    /// Whose erasure is under way.
    async fn erasures(&self) -> Result<Erasing, Failure> {
        let mut erasures = Erasing::default();
        let mut pages = self.database.due_pages(&self.tables.rights, DEADLINE, Class::Erasure.id(), Timestamp::MAX, EACH);
        loop {
            let found = pages.next().await?;
            if found.is_empty() {
                return Ok(erasures);
            }
            for some in found.chunks(2 * ASKED) {
                let known = some.iter().map(key_of).collect::<Result<Vec<_>, _>>()?;
                let batch = known.iter().fold(Batch::default(), |batch, key| batch.of(&self.tables.rights, key));
                let rows = self.database.read(batch).await?;
                known.iter().filter_map(|key| rows.get(key)).try_for_each(|row| erasures.note(row))?;
            }
        }
    }

    /// Brings back the rows of one page of a segment behind the key `after`; the key that the next page is behind, while there is one.
    ///
    /// Whose erasure is under way is read for each page: what a page brings back of one that begins meanwhile, the erasure's second look finds, which is
    /// a quarter of an hour later at the earliest.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles, else [`Failure::Broken`].
    pub async fn page(&self, segment: Segment, after: Option<Key>) -> Result<(Restored, Option<Key>), Failure> {
        let erasures = self.erasures().await?;
        let scan = Scan::whole(&self.tables.backup, PAGE).segment(segment.number, segment.of).after(after);
        let page = self.database.scan_page(scan).await?;
        let mut restored = Restored::default();
        for some in page.rows.chunks(ASKED) {
            restored += self.bring_back(some, &erasures).await?;
        }
        Ok((restored, page.next.as_ref().map(key_of).transpose()?))
    }

    async fn bring_back(&self, rows: &[Attributes], erasures: &Erasing) -> Result<Restored, Failure> {
        let kept = self.protections(rows).await?;
        let written = stream::iter(rows).map(|row| async {
            let rows = self.becomes(row, &kept, erasures).await?;
            let mut restored = Restored { read: 1, left: u64::from(rows.is_empty()), ..Restored::default() };
            for row in rows {
                match self.put(&row).await? {
                    true => restored.written += 1,
                    false => restored.there += 1,
                }
            }
            Ok::<_, Failure>(restored)
        });
        let each: Vec<Restored> = written.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut all = Restored::default();
        each.into_iter().for_each(|restored| all += restored);
        Ok(all)
    }

    /// What is kept of these rows in the table Rights.
    async fn protections(&self, rows: &[Attributes]) -> Result<Rows, Failure> {
        let mut wanted: Vec<Key> = Vec::new();
        for row in rows {
            wanted.extend(protections_of(row)?);
        }
        wanted.sort_by(|one, other| (&one.pk, &one.sk).cmp(&(&other.pk, &other.sk)));
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(Rows::default());
        }
        self.database.read(wanted.iter().fold(Batch::default(), |batch, key| batch.of(&self.tables.rights, key))).await
    }

    /// The rows that a row comes back as; none where it stays away.
    async fn becomes(&self, row: &Attributes, kept: &Rows, erasures: &Erasing) -> Result<Vec<Attributes>, Failure> {
        if erasures.is_gone(row) {
            return Ok(Vec::new());
        }
        let class = row.maybe_text("class").and_then(Class::from_id).ok_or_else(|| Failure::broken("a row of no class"))?;
        Ok(match class {
            Class::Account => [profile(row, kept, erasures)?].into_iter().chain(self.chosen_since(row, kept).await?).collect(),
            Class::EmailIndex => vec![index(row, kept)?],
            Class::Choices => vec![choices(row, kept.get(&account_keys::kept(&key_of(row)?)))],
            Class::MarketingConsent => match kept.get(&account_keys::kept(&key_of(row)?)) {
                Some(kept) if kept.contains_key(protections::MOVED) => Vec::new(),
                // What was given anew has no end any more.
                Some(kept) => vec![over(&without(row, is_marketing), Some(kept), is_marketing)],
                None => vec![row.clone()],
            },
            _ => vec![row.clone()],
        })
    }

    /// What an account chose since the backup, which may have no row of its choices.
    async fn chosen_since(&self, profile: &Attributes, kept: &Rows) -> Result<Option<Attributes>, Failure> {
        let key = choices_of(profile)?;
        let Some(kept) = kept.get(&account_keys::kept(&key)) else { return Ok(None) };
        let row = self.database.get(&self.tables.backup, &key).await?;
        let row = row.unwrap_or_else(|| Item::new(Class::Choices.id(), key).number("version", 1).attributes());
        Ok(Some(choices(&row, Some(kept))))
    }

    /// Writes a row unless there is one. Who can sign in again through it has to: which sessions there are, the backup does not know.
    async fn put(&self, row: &Attributes) -> Result<bool, Failure> {
        if row.maybe_text("class") == Some(Class::EmailIndex.id()) {
            if self.database.get(&self.tables.accounts, &key_of(row)?).await?.is_some() {
                return Ok(false);
            }
            self.end_sessions(row.required_text("account_id")?).await?;
        }
        let put = Item::stored(row.clone())?.put_new(&self.tables.accounts);
        Ok(matches!(self.database.write(put).await?, Answer::Written(_)))
    }

    async fn end_sessions(&self, account: &str) -> Result<(), Failure> {
        let query = Query::of(&self.tables.fleeting, "pk = :pk AND begins_with(sk, :sk)");
        let query = query.value(":pk", text(format!("ACC#{account}"))).value(":sk", text("SES#"));
        for row in self.database.query_all(query).await? {
            self.database.write(key_of(&row)?.delete(&self.tables.fleeting)).await.map(drop)?;
        }
        Ok(())
    }
}

/// With the address of now; closed where its erasure may still be taken back, and open where it was.
fn profile(row: &Attributes, kept: &Rows, erasures: &Erasing) -> Result<Attributes, Failure> {
    let mut profile = over(row, kept.get(&account_keys::kept(&key_of(row)?)), |name| name == "email");
    profile.remove("closing");
    if let Some(Closed::Closing(erasure)) = account_of(row).and_then(|account| erasures.accounts.get(account)) {
        profile.insert("closing".to_owned(), text(erasure));
    }
    Ok(profile)
}

/// The row that leads from an address to its account: that of the address of now, with what was chosen since, and no session.
fn index(row: &Attributes, kept: &Rows) -> Result<Attributes, Failure> {
    let account: AccountId = row.parsed("account_id")?;
    let address = kept.get(&account_keys::kept(&account_keys::profile(account))).and_then(|kept| kept.maybe_text("email_key"));
    let address = address.or_else(|| address_of(row)).unwrap_or_default();
    let address = EmailKey::stored(address).ok_or_else(|| Failure::broken("no key of an address"))?;
    let mut index = row.clone();
    index.extend(account_keys::email(&address).attributes());
    index.insert("sessions".to_owned(), text(written(&LatestSessions::default())?));
    let chosen = kept.get(&account_keys::kept(&account_keys::choices(account)));
    let refused = |of: ChoiceOf, before: bool| -> Result<bool, Failure> {
        let state = chosen.and_then(|chosen| chosen.maybe_text(of.name()));
        Ok(state.map(parse_name::<ChoiceState>).transpose()?.map_or(before, |state| !state.allows()))
    };
    let Flags { uncounted, restricted } = flags::read(row);
    let flags = Flags { uncounted: refused(ChoiceOf::Analytics, uncounted)?, restricted: refused(ChoiceOf::Restriction, restricted)? };
    flags::set(&mut index, flags);
    Ok(index)
}

/// The keys of what is kept of a row.
fn protections_of(row: &Attributes) -> Result<Vec<Key>, Failure> {
    let own = || key_of(row).map(|key| account_keys::kept(&key));
    Ok(match row.maybe_text("class").and_then(Class::from_id) {
        Some(Class::Account) => vec![own()?, account_keys::kept(&choices_of(row)?)],
        Some(Class::Choices | Class::MarketingConsent) => vec![own()?],
        Some(Class::EmailIndex) => {
            let account = row.parsed("account_id")?;
            vec![account_keys::kept(&account_keys::profile(account)), account_keys::kept(&account_keys::choices(account))]
        }
        _ => Vec::new(),
    })
}

/// Where the choices of this profile's account are.
fn choices_of(profile: &Attributes) -> Result<Key, Failure> {
    let account = account_of(profile).unwrap_or_default().parse().map_err(Failure::broken)?;
    Ok(account_keys::choices(account))
}

fn choices(row: &Attributes, kept: Option<&Attributes>) -> Attributes {
    over(row, kept, |name| name.starts_with("analytics") || name.starts_with("restriction"))
}

/// A row with those of the kept attributes that are its own.
fn over(row: &Attributes, kept: Option<&Attributes>, is_own: impl Fn(&str) -> bool) -> Attributes {
    let mut row = row.clone();
    let kept = kept.into_iter().flatten().filter(|(name, _)| is_own(name));
    row.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    row
}

/// A row without those of its attributes.
fn without(row: &Attributes, is_gone: impl Fn(&str) -> bool) -> Attributes {
    row.iter().filter(|(name, _)| !is_gone(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_marketing(name: &str) -> bool {
    ["text_version", "given_at", "given_by", "ended_at", "ended_by"].contains(&name)
}

/// Whose row it is, by its key or as it says.
fn account_of(row: &Attributes) -> Option<&str> {
    row.maybe_text("pk").and_then(|pk| pk.strip_prefix("ACC#")).or_else(|| row.maybe_text("account_id"))
}

fn address_of(row: &Attributes) -> Option<&str> {
    row.maybe_text("pk").and_then(|pk| pk.strip_prefix("EMAIL#"))
}

fn key_of(row: &Attributes) -> Result<Key, Failure> {
    Ok(Key::new(row.required_text("pk")?, row.required_text("sk")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(attributes: &[(&str, &str)]) -> Attributes {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), text(*value))).collect()
    }

    #[test]
    fn an_49_what_leads_from_an_erased_address_to_another_account_comes_back() {
        let mut erasing = Erasing::default();
        let request = [("pk", "ERASURE#1"), ("state", Step::Purging.name()), ("account_id", "acc_1"), ("email_key", "ab")];
        erasing.note(&row(&request)).unwrap();
        assert!(erasing.is_gone(&row(&[("pk", "ACC#acc_1"), ("sk", "WALLET")])));
        assert!(erasing.is_gone(&row(&[("pk", "EMAIL#ab"), ("sk", "ACCOUNT"), ("account_id", "acc_1")])));
        assert!(erasing.is_gone(&row(&[("pk", "EMAIL#ab"), ("sk", "MARKETING")])));
        assert!(!erasing.is_gone(&row(&[("pk", "EMAIL#ab"), ("sk", "ACCOUNT"), ("account_id", "acc_2")])));
        assert!(!erasing.is_gone(&row(&[("pk", "ACC#acc_2"), ("sk", "WALLET")])));
    }
}
