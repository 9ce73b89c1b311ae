//! The typed inventory, read once from the embedded `inventory.toml`, as JSON.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::Class;
use crate::cookie::Cookie;
use crate::flaw::{self, Flaw};
use crate::notice::NoticeRule;
use crate::on_device::OnDevice;
use crate::processor::Processor;
use crate::profile::Profile;
use crate::purpose::{Basis, Purpose};
use crate::retention::{Backup, Kept, Lifecycle, Mechanism, Period, Retention};

pub fn inventory() -> &'static Inventory {
    static INVENTORY: OnceLock<Inventory> = OnceLock::new();
    // It is part of the binary, and a test checks it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    INVENTORY.get_or_init(|| {
        let read: Inventory =
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/inventory.json"))).expect("the inventory is sound");
        read.completed()
    })
}

/// The attributes among `names` that the inventory does not declare for `class`.
///
/// Tests pass the attribute names of stored items, the fields of messages and of log lines: the result must be empty.
pub fn undeclared<'a>(class: Class, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let entry = class.entry();
    names.into_iter().filter(|name| !entry.field_names().any(|declared| declared == *name)).map(str::to_owned).collect()
}

/// All stored data, and the rules for all of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    version: String,
    sweep: Sweep,
    cookies: Vec<Cookie>,
    on_device: Vec<OnDevice>,
    pub(crate) purposes: BTreeMap<Purpose, Basis>,
    erasure: ErasureDeadline,
    notice: NoticeRule,
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
    /// [`Flaw`]: an unknown class, purpose or category, a missing duration, a repeated or missing entry, …
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let inventory: Self = toml::from_str(text)?;
        flaw::check(&inventory)?;
        Ok(inventory.completed())
    }

    /// With its entries in the order of their classes, and with the fields of every row.
    fn completed(mut self) -> Self {
        self.entries.sort_by_key(|entry| entry.id);
        for entry in &mut self.entries {
            if matches!(entry.store, Store::DynamoDb { .. }) {
                entry.fields.splice(0..0, self.row_fields.iter().cloned());
            }
        }
        self
    }

    #[must_use]
    pub fn entry(&self, class: Class) -> &Entry {
        // Sorted by class with each exactly once, as `flaw::check` ensures.
        &self.entries[class as usize]
    }

    /// In the order of [`Class::ALL`].
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of a deployment of `profile`, in the order of [`Class::ALL`].
    pub fn of(&self, profile: Profile) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.profiles.contains(&profile))
    }

    /// The entries with the mechanism `sweep`.
    pub fn sweeps(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.has(Mechanism::Sweep))
    }

    #[must_use]
    pub fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// Every cookie that the service sets, in any profile.
    #[must_use]
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    /// The cookie of this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&Cookie> {
        self.cookies.iter().find(|cookie| cookie.name == name)
    }

    /// What the site keeps in a browser besides, in any profile.
    #[must_use]
    pub fn on_device(&self) -> &[OnDevice] {
        &self.on_device
    }

    /// What each purpose rests on.
    #[must_use]
    pub fn purposes(&self) -> &BTreeMap<Purpose, Basis> {
        &self.purposes
    }

    /// The rule for deletion on request.
    #[must_use]
    pub fn erasure(&self) -> &ErasureDeadline {
        &self.erasure
    }

    /// The rule for changes of the policy.
    #[must_use]
    pub fn notice(&self) -> &NoticeRule {
        &self.notice
    }

    /// The rule for regions.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// The provider ledger.
    #[must_use]
    pub fn processors(&self) -> &[Processor] {
        &self.processors
    }

    /// The version of the text: its date as `YYYY-MM-DD`, with a number where a day had several.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day of the version; `flaw` ensures that it begins with one.
    #[must_use]
    pub fn date(&self) -> Date {
        self.version.get(..10).and_then(|day| day.parse().ok()).unwrap_or_default()
    }

    /// The period in which a deleted row of `table` can be restored; `None` when it has no backup.
    #[must_use]
    pub fn backup(&self, table: Table) -> Option<SignedDuration> {
        self.backups.iter().find(|backup| backup.table == table).map(|backup| backup.kept.0)
    }

    /// The days of the lifecycle rule of `entry`: its duration less the margin; `None` where no rule is allowed.
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    every: Period,
    lookahead: Period,
    /// Maximum rows of one query.
    pub batch: usize,
}

impl Sweep {
    /// The period between runs.
    #[must_use]
    pub fn every(&self) -> SignedDuration {
        self.every.0
    }

    /// How long before its expiry a row with objects is deleted.
    #[must_use]
    pub fn lookahead(&self) -> SignedDuration {
        self.lookahead.0
    }
}

/// The rule for deletion on request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureDeadline {
    within: Period,
    regret: Period,
    /// The id of the promise.
    pub promise: String,
}

impl ErasureDeadline {
    /// The time in which a request may be taken back: nothing is deleted before.
    #[must_use]
    pub fn regret(&self) -> SignedDuration {
        self.regret.0
    }

    /// The time from the request to the deletion of the last copy.
    #[must_use]
    pub fn within(&self) -> SignedDuration {
        self.within.0
    }
}

/// The rule for regions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    pub allowed: Vec<String>,
    /// The id of the promise.
    pub promise: String,
}

/// One class of data.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    id: Class,
    /// A description for a reader of the policy.
    pub what: String,
    pub subject: Subject,
    /// Exactly one to an entry.
    pub purpose: Purpose,
    pub store: Store,
    /// The class of the objects that are deleted with this row.
    pub objects: Option<Class>,
    pub(crate) fields: Vec<Field>,
    retention: Retention,
    pub erasure: Erasure,
    pub export: Export,
    pub processors: Vec<String>,
    pub profiles: Vec<Profile>,
}

impl Entry {
    #[must_use]
    pub fn class(&self) -> Class {
        self.id
    }

    #[must_use]
    pub fn retention(&self) -> &Retention {
        &self.retention
    }

    /// The retention, where it is a duration.
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

    /// Those of a row begin with its key and class.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields in a deployment of `profile`.
    pub fn fields_of(&self, profile: Profile) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.profiles.as_ref().unwrap_or(&self.profiles).contains(&profile))
    }

    /// The entry in a deployment of `profile`: without fields of other profiles.
    pub(crate) fn as_of(&self, profile: Profile) -> Self {
        Self { fields: self.fields_of(profile).cloned().collect(), ..self.clone() }
    }

    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// `None` unless the entry is a row.
    #[must_use]
    pub fn table(&self) -> Option<Table> {
        match self.store {
            Store::DynamoDb { table, .. } => Some(table),
            _ => None,
        }
    }

    /// The first segment of an object's key with its slash, `None` unless the entry is an object.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match &self.store {
            Store::S3 { prefix, .. } => Some(prefix),
            _ => None,
        }
    }

    /// The names of the objects that one owner has below its folder, by the last segment of their key: `<original|selfie.png>` are two.
    pub fn object_names(&self) -> impl Iterator<Item = &str> {
        let key = match &self.store {
            Store::S3 { key, .. } => key.as_str(),
            _ => "",
        };
        let last = key.rsplit('/').next().unwrap_or_default();
        last.trim_start_matches('<').trim_end_matches('>').split('|').filter(|name| !name.is_empty())
    }

    /// How long before its expiry the hourly deletion takes such a row: zero unless it owns objects.
    #[must_use]
    pub fn lookahead(&self) -> SignedDuration {
        if self.objects.is_some() { inventory().sweep.lookahead() } else { SignedDuration::ZERO }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    pub category: Category,
    /// Whether it says something of a person.
    pub personal: bool,
    /// Its own retention, if it is shorter than that of its row.
    pub retention: Option<Retention>,
    /// The profiles that have it; by default those of its entry.
    pub profiles: Option<Vec<Profile>>,
}

/// Kinds of data. There is none for a face's geometry: it is never stored (IM-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Names a thing or a person.
    Identifier,
    /// A way to reach a person.
    Contact,
    /// A secret or its hash.
    Credential,
    Image,
    /// A person's choice.
    Preference,
    /// A person's own words.
    Content,
    Financial,
    /// A result of the screening.
    Moderation,
    /// What somebody did, of a closed list.
    Usage,
    /// Data for operating the service.
    Technical,
}

/// The person the data is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    User,
    Operator,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Store {
    /// A row.
    DynamoDb {
        #[serde(rename = "dynamodb")]
        table: Table,
        pk: String,
        sk: String,
    },
    /// An object of the bucket `pictures`.
    S3 {
        /// The first segment of its key, with the slash.
        #[serde(rename = "s3")]
        prefix: String,
        key: String,
    },
    /// A message.
    Sqs {
        /// The queues and their dead-letter queues.
        #[serde(rename = "sqs")]
        queues: Vec<String>,
    },
    Log {
        /// The pattern of the log group's name.
        #[serde(rename = "log")]
        group: String,
    },
}

/// The tables, one for each kind of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Table {
    Accounts,
    Studio,
    Screening,
    /// Codes, sessions, counters, idempotency records.
    Fleeting,
    /// What the service is used for, and messages to its operator.
    Insights,
    /// Counters of the profile `ephemeral`.
    RateKeys,
    /// Addresses of people, with or without an account.
    Leads,
    /// Requests about one's data, and the log of what came of them.
    Rights,
    /// Those who run the service, and the trail of what they did.
    Desk,
}

impl Table {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    /// The attribute by which the database itself ends rows: in a table with rows that own objects one of its own, which those do not have.
    #[must_use]
    pub const fn ttl(self) -> &'static str {
        match self {
            Self::Studio | Self::Screening | Self::Rights => "ttl",
            Self::Accounts | Self::Fleeting | Self::Insights | Self::RateKeys | Self::Leads | Self::Desk => "expires_at",
        }
    }

    /// The tables of a deployment of `profile`.
    pub fn of(profile: Profile) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |table| inventory().of(profile).any(|entry| entry.table() == Some(*table)))
    }
}

/// The arm of erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erasure {
    Delete,
    /// Removes the reference to the person.
    Anonymise,
    /// Leaves it to its own, shorter, retention.
    Expires,
    /// Leaves it to its own, longer, retention: what remains says nothing of a person but a keyed hash (AN-49).
    Stays,
}

/// The arm of export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Export {
    /// Included in this file of the export.
    #[serde(rename = "file")]
    Included(String),
    /// Excluded, for this reason.
    Excluded(String),
}
