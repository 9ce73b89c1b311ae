//! The provider ledger: who else touches the data, and on what terms. `inventory.toml` holds the entries, each with where a fact was read and when.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::inventory::Purpose;
use crate::retention::Period;
use crate::{Class, Profile};

/// Somebody else who touches the data. Every field is required: an entry that lacks its region, agreement or transfer is no entry (AN-29, AN-39).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// What entries call it, and what `ARTIST`, `SCREENER` and `ZERO_RETENTION` call it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub role: String,
    /// What for; it does nothing else with the data (AN-30).
    pub purposes: Vec<Purpose>,
    /// What is sent to it beside what the inventory's entries store with it.
    #[serde(default)]
    pub receives: Vec<Received>,
    /// What it keeps on its own account, beside what the inventory's entries store with it.
    pub keeps: Keeps,
    /// Where; `deployment` is the region of the stack.
    pub region: String,
    /// Whether it trains models on what it is sent (AN-32).
    pub training: Training,
    /// The contract it works under (AN-29).
    pub agreement: Agreement,
    /// Why the data may go where it goes (AN-39).
    pub transfer: Transfer,
    /// Whether it can be held to keep nothing (RT-09).
    pub zero_retention: ZeroRetention,
    /// The hosts we call over HTTPS, exact; empty for AWS and for who calls us.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The pattern of the host that AWS's SDK calls; absent where no call of ours goes there.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The profiles that may use it.
    pub profiles: Vec<Profile>,
}

impl Processor {
    /// What a deployment of `profile` sends it.
    pub fn received(&self, profile: Profile) -> impl Iterator<Item = &Received> {
        self.receives.iter().filter(move |received| received.profiles.as_ref().unwrap_or(&self.profiles).contains(&profile))
    }

    /// Whether it has hosts of its own, and so is more than a part of the cloud the stack runs in.
    #[must_use]
    pub fn is_provider(&self) -> bool {
        !self.hosts.is_empty()
    }
}

/// One kind of data that is sent to a processor.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// What it is, for a reader of the policy.
    pub what: String,
    /// What for.
    pub r#for: Purpose,
    /// The class it is taken from, where it is stored at all.
    #[serde(default)]
    pub class: Option<Class>,
    /// The fields of that class; never empty when there is a class.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The profiles that send it; those of the processor when it does not say.
    #[serde(default)]
    pub profiles: Option<Vec<Profile>>,
}

/// What a processor keeps on its own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Nothing: what it stores, it stores for us, and an entry of the inventory says for how long.
    Nothing,
    /// Logs of its own.
    Logs(KeptThere),
}

/// Logs a processor keeps on its own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeptThere {
    r#for: Period,
    /// What for, as the end of "it keeps them …".
    pub why: String,
    /// When it may keep them longer.
    pub longer: String,
    /// Where this was read.
    pub source: String,
    /// When.
    pub read: Date,
}

impl KeptThere {
    /// How long, at most, unless [`Self::longer`] applies.
    #[must_use]
    pub fn duration(&self) -> SignedDuration {
        self.r#for.0
    }
}

/// Whether a processor trains models on what it is sent.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Whether.
    pub r#use: TrainingUse,
    /// What an operator would have to do for it to happen after all, as the end of "if we chose to …"; the policy forbids it.
    #[serde(default)]
    pub unless: Option<String>,
    /// Where this was read.
    pub source: String,
    /// When.
    pub read: Date,
}

/// The use of what is sent for training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingUse {
    /// Never, unless the operator asks for it, which no profile allows.
    Never,
    /// Unless the operator objects.
    OptOut,
    /// Always.
    Always,
}

/// The contract a processor works under. It is the operator's to conclude: the ledger says which it must be and how it comes about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Its kind.
    pub kind: AgreementKind,
    /// How it comes about.
    pub concluded: String,
    /// Where it is.
    pub source: String,
    /// When that was read.
    pub read: Date,
}

/// Kinds of contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementKind {
    /// A data processing agreement: the data may be used to serve us and for nothing else.
    Dpa,
    /// None.
    None,
}

/// Why data may go to a processor's region (AN-39).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The basis.
    pub basis: TransferBasis,
    /// In words.
    pub why: String,
    /// Where this was read; absent where nothing is transferred.
    #[serde(default)]
    pub source: Option<String>,
    /// When.
    #[serde(default)]
    pub read: Option<Date>,
}

/// The bases of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferBasis {
    /// Nothing leaves the region of the deployment.
    None,
    /// The European Commission's standard contractual clauses.
    StandardContractualClauses,
    /// An adequacy decision.
    Adequacy,
}

/// Whether a processor can be held to keep nothing of what it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZeroRetention {
    /// It keeps nothing on its own account anyway.
    NotNeeded,
    /// It does not offer it.
    NotOffered,
    /// It offers it on request; what the operator has agreed is in `ZERO_RETENTION`.
    OnRequest(OnRequest),
    /// It is agreed for every deployment of this build.
    Attested(Attested),
}

/// Zero retention on request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnRequest {
    /// What it does not cover, as the end of "except …".
    #[serde(default)]
    pub except: Option<String>,
    /// Where this was read.
    pub source: String,
    /// When.
    pub read: Date,
}

/// Zero retention that is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attested {
    /// The agreement's reference.
    pub reference: String,
    /// Its date.
    pub date: Date,
}
