//! The typed inventory, read once from the embedded `inventory.toml`.

use std::sync::OnceLock;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Class;
use crate::flaw::{self, Flaw};
use crate::processor::Processor;
use crate::profile::Profile;
use crate::retention::{Kept, Mechanism, Period, Retention};

/// The inventory of this build.
pub fn inventory() -> &'static Inventory {
    static INVENTORY: OnceLock<Inventory> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    INVENTORY.get_or_init(|| Inventory::parse(include_str!("../inventory.toml")).expect("the embedded inventory is sound"))
}

/// The attributes among `names` that the inventory does not declare for `class`.
///
/// Tests call it with the attribute names of stored items, the fields of messages and of log lines: it must return nothing.
pub fn undeclared<'a>(class: Class, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let entry = class.entry();
    names.into_iter().filter(|name| !entry.field_names().any(|declared| declared == *name)).map(str::to_owned).collect()
}

/// Everything that is stored, and the rules that hold for all of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    version: String,
    sweep: Sweep,
    erasure: ErasureDeadline,
    lifecycle: Lifecycle,
    regions: Regions,
    processors: Vec<Processor>,
    backups: Vec<Backup>,
    row_fields: Vec<Field>,
    entries: Vec<Entry>,
}

impl Inventory {
    /// Reads and checks an inventory.
    ///
    /// # Errors
    /// What is wrong with the text: an unknown class, purpose or category, a missing duration, an entry twice or not at all, …
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let mut inventory: Self = toml::from_str(text)?;
        flaw::check(&inventory)?;
        inventory.entries.sort_by_key(|entry| entry.id);
        for entry in &mut inventory.entries {
            if matches!(entry.store, Store::DynamoDb { .. }) {
                entry.fields.splice(0..0, inventory.row_fields.iter().cloned());
            }
        }
        Ok(inventory)
    }

    /// The entry of `class`.
    #[must_use]
    pub fn entry(&self, class: Class) -> &Entry {
        // Sorted by class with each exactly once, as `flaw::check` made sure.
        &self.entries[class as usize]
    }

    /// Every entry, in the order of [`Class::ALL`].
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a deployment of `profile` stores, in the order of [`Class::ALL`].
    pub fn of(&self, profile: Profile) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.profiles.contains(&profile))
    }

    /// The classes whose rows the hourly deletion ends.
    pub fn sweeps(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.has(Mechanism::Sweep))
    }

    /// The rules of the hourly deletion.
    #[must_use]
    pub fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// How soon everything of somebody is gone on request.
    #[must_use]
    pub fn erasure(&self) -> &ErasureDeadline {
        &self.erasure
    }

    /// Where data may be kept.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// Who else touches the data.
    #[must_use]
    pub fn processors(&self) -> &[Processor] {
        &self.processors
    }

    /// The day this text last changed, as `YYYY-MM-DD`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How long a deleted row of `table` stays restorable; `None` when it has no backup.
    #[must_use]
    pub fn backup(&self, table: Table) -> Option<SignedDuration> {
        self.backups.iter().find(|backup| backup.table == table).map(|backup| backup.kept.0)
    }

    /// The whole days a lifecycle rule may set for `entry`: its duration less the margin; `None` where no rule may stand.
    #[must_use]
    pub fn lifecycle_days(&self, entry: &Entry) -> Option<u32> {
        let kept = entry.kept().filter(|_| entry.has(Mechanism::Lifecycle))?;
        let hours = (kept.duration - self.lifecycle.margin.0).as_hours();
        u32::try_from(hours / 24).ok().filter(|days| *days > 0)
    }

    pub(crate) fn backups(&self) -> &[Backup] {
        &self.backups
    }
}

/// The rules of the hourly deletion.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    every: Period,
    lookahead: Period,
    /// Rows asked for at once.
    pub batch: usize,
    /// How many times a class is asked for in one run.
    pub rounds: usize,
}

impl Sweep {
    /// How often it runs.
    #[must_use]
    pub fn every(&self) -> SignedDuration {
        self.every.0
    }

    /// How far ahead of its time a row that owns objects goes.
    #[must_use]
    pub fn lookahead(&self) -> SignedDuration {
        self.lookahead.0
    }
}

/// How soon everything of somebody is gone on request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureDeadline {
    within: Period,
    /// The promise behind it.
    pub promise: String,
}

impl ErasureDeadline {
    /// From the request to the last copy.
    #[must_use]
    pub fn within(&self) -> SignedDuration {
        self.within.0
    }
}

/// What keeps lifecycle rules inside the promises.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    margin: Period,
}

/// Where data may be kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// AWS regions.
    pub allowed: Vec<String>,
    /// The promise behind it.
    pub promise: String,
}

/// How long a table's deleted rows stay restorable.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The table.
    pub table: Table,
    pub(crate) kept: Period,
}

/// One class of data.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    id: Class,
    /// What it is, for a reader of the policy.
    pub what: String,
    /// Whose it is.
    pub subject: Subject,
    /// What it is used for; there is one purpose to an entry.
    pub purpose: Purpose,
    /// Where it is.
    pub store: Store,
    /// The class of the objects that die with this row.
    pub objects: Option<Class>,
    pub(crate) fields: Vec<Field>,
    retention: Retention,
    /// What erasure does with it.
    pub erasure: Erasure,
    /// What an export does with it.
    pub export: Export,
    /// The ids of the processors that touch it.
    pub processors: Vec<String>,
    /// The profiles that have it.
    pub profiles: Vec<Profile>,
}

impl Entry {
    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.id
    }

    /// How long it is kept.
    #[must_use]
    pub fn retention(&self) -> &Retention {
        &self.retention
    }

    /// The retention, where it is a number.
    #[must_use]
    pub fn kept(&self) -> Option<&Kept> {
        match &self.retention {
            Retention::For(kept) => Some(kept),
            Retention::While(_) => None,
        }
    }

    /// Whether `mechanism` ends it.
    #[must_use]
    pub fn has(&self, mechanism: Mechanism) -> bool {
        self.kept().is_some_and(|kept| kept.mechanisms.contains(&mechanism))
    }

    /// Its fields; those of a row begin with its key and class.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields that a deployment of `profile` has.
    pub fn fields_of(&self, profile: Profile) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.profiles.as_ref().unwrap_or(&self.profiles).contains(&profile))
    }

    /// The entry as a deployment of `profile` has it: without the fields of others.
    pub(crate) fn as_of(&self, profile: Profile) -> Self {
        Self { fields: self.fields_of(profile).cloned().collect(), ..self.clone() }
    }

    /// The names of [`Self::fields`].
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// The table of a row, `None` for what is no row.
    #[must_use]
    pub fn table(&self) -> Option<Table> {
        match self.store {
            Store::DynamoDb { table, .. } => Some(table),
            _ => None,
        }
    }

    /// The first segment of an object's key with its slash, `None` for what is no object.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match &self.store {
            Store::S3 { prefix, .. } => Some(prefix),
            _ => None,
        }
    }

    /// How far ahead of its time the hourly deletion takes such a row: zero unless objects die with it.
    #[must_use]
    pub fn lookahead(&self) -> SignedDuration {
        if self.objects.is_some() { inventory().sweep.lookahead() } else { SignedDuration::ZERO }
    }
}

/// A field of a class.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The attribute's name.
    pub name: String,
    /// What kind of datum it is.
    pub category: Category,
    /// Whether it says something of a person.
    pub personal: bool,
    /// Its own retention, where it goes before the rest of its row.
    pub retention: Option<Retention>,
    /// The profiles that have it; those of its entry when it does not say.
    pub profiles: Option<Vec<Profile>>,
}

/// Kinds of data. There is none for a face's geometry: it is not stored (IM-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Names a thing or a person.
    Identifier,
    /// Reaches a person.
    Contact,
    /// A secret or its hash.
    Credential,
    /// Pixels.
    Image,
    /// What somebody chose.
    Preference,
    /// What somebody wrote.
    Content,
    /// Credits.
    Financial,
    /// What the screening found.
    Moderation,
    /// What the machinery needs.
    Technical,
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Somebody who uses the service.
    User,
    /// Somebody who runs it.
    Operator,
    /// Nobody's.
    None,
}

/// What data may be used for. Selling it is not among these (AN-38).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To have an account.
    Account,
    /// To sign in.
    SignIn,
    /// To pay with credits.
    Wallet,
    /// To make pictures.
    Generation,
    /// To hand them over.
    Delivery,
    /// To keep forbidden content out.
    Moderation,
    /// To keep the service usable for all.
    AbusePrevention,
    /// To run the service right.
    Operation,
}

/// Where something is stored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Store {
    /// A row.
    DynamoDb {
        /// In this table.
        #[serde(rename = "dynamodb")]
        table: Table,
        /// The pattern of its partition key.
        pk: String,
        /// The pattern of its sort key.
        sk: String,
    },
    /// An object of the bucket `pictures`.
    S3 {
        /// The first segment of its key, with the slash.
        #[serde(rename = "s3")]
        prefix: String,
        /// The pattern of its key.
        key: String,
    },
    /// A message.
    Sqs {
        /// Of these queues and their dead-letter queues.
        #[serde(rename = "sqs")]
        queues: Vec<String>,
    },
    /// A line of a log.
    Log {
        /// The pattern of the log group's name.
        #[serde(rename = "log")]
        group: String,
    },
}

/// The tables, one for each kind of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Accounts and wallets.
    Accounts,
    /// Uploads and generations.
    Studio,
    /// Decisions of the screening.
    Screening,
    /// Codes, sessions, counters, answers.
    Fleeting,
    /// Counters of the profile that keeps nothing else.
    RateKeys,
}

impl Table {
    /// Every table.
    pub const ALL: &'static [Self] = &[Self::Accounts, Self::Studio, Self::Screening, Self::Fleeting, Self::RateKeys];

    /// The name in kebab case.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Studio => "studio",
            Self::Screening => "screening",
            Self::Fleeting => "fleeting",
            Self::RateKeys => "rate-keys",
        }
    }

    /// The tables that a deployment of `profile` has.
    pub fn of(profile: Profile) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |table| inventory().of(profile).any(|entry| entry.table() == Some(*table)))
    }
}

/// What erasure does with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erasure {
    /// Removes it.
    Delete,
    /// Takes the person out of it.
    Anonymise,
    /// Leaves it to its own, shorter, end.
    Expires,
}

/// What an export does with something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Export {
    /// It is in this file of the export.
    #[serde(rename = "file")]
    Included(String),
    /// It is not, for this reason.
    Excluded(String),
}
