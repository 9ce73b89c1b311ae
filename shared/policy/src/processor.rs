//! The provider ledger: the third parties that see data, and their terms. `inventory.toml` holds the entries, each fact with its source and date.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::purpose::Purpose;
use crate::retention::Period;
use crate::{Class, Profile};

/// A third party that sees data. Every field is required: an entry without region, agreement or transfer is invalid (AN-29, AN-39).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// The id in entries, `ARTIST`, `SCREENER` and `ZERO_RETENTION`.
    pub id: String,
    pub name: String,
    /// Its service for us.
    pub role: String,
    /// It uses the data for nothing else (AN-30).
    pub purposes: Vec<Purpose>,
    /// The data it receives beside the entries of the inventory stored with it.
    #[serde(default)]
    pub receives: Vec<Received>,
    /// The data it retains on its own account, beside the entries of the inventory stored with it.
    pub keeps: Keeps,
    /// `deployment` means the region of the stack.
    pub region: String,
    /// Whether it trains models on the data it receives (AN-32).
    pub training: Training,
    /// The contract (AN-29).
    pub agreement: Agreement,
    /// The legal basis of the data's transfer (AN-39).
    pub transfer: Transfer,
    /// Whether it can be bound to retain nothing (RT-09).
    pub zero_retention: ZeroRetention,
    /// The hosts we call over HTTPS, exact; empty for AWS and for callers of ours.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The pattern of the host that AWS's SDK calls; absent where we make no call.
    #[serde(default)]
    pub endpoint: Option<String>,
    pub profiles: Vec<Profile>,
}

impl Processor {
    /// The data it receives from a deployment of `profile`.
    pub fn received(&self, profile: Profile) -> impl Iterator<Item = &Received> {
        self.receives.iter().filter(move |received| received.profiles.as_ref().unwrap_or(&self.profiles).contains(&profile))
    }

    /// Whether it has hosts of its own, and draws from pictures or judges them.
    #[must_use]
    pub fn sees_pictures(&self) -> bool {
        self.is_provider() && self.purposes.iter().any(|purpose| matches!(purpose, Purpose::Generation | Purpose::Moderation))
    }

    /// Whether it has hosts of its own, and is not just a part of the stack's cloud.
    #[must_use]
    pub fn is_provider(&self) -> bool {
        !self.hosts.is_empty()
    }
}

/// One kind of data that a processor receives.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// A description for a reader of the policy.
    pub what: String,
    pub r#for: Purpose,
    /// The class it is taken from, if it is stored.
    #[serde(default)]
    pub class: Option<Class>,
    /// The fields of that class; never empty when there is a class.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The profiles that send it; by default those of the processor.
    #[serde(default)]
    pub profiles: Option<Vec<Profile>>,
}

/// The data a processor retains on its own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Nothing: everything it stores, it stores for us, with a retention in the inventory.
    Nothing,
    Logs(KeptThere),
    /// Something, and it does not say for how long.
    Unsaid(KeptUnsaid),
}

/// What is kept for a time that is not said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeptUnsaid {
    /// The purpose, as the end of "it keeps them …".
    pub why: String,
    /// The URL it was read at.
    pub source: String,
    pub read: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeptThere {
    r#for: Period,
    /// The purpose, as the end of "it keeps them …".
    pub why: String,
    /// The conditions of a longer retention.
    pub longer: String,
    /// The URL it was read at.
    pub source: String,
    pub read: Date,
}

impl KeptThere {
    /// The maximum, unless [`Self::longer`] applies.
    #[must_use]
    pub fn duration(&self) -> SignedDuration {
        self.r#for.0
    }
}

/// Whether a processor trains models on the data it receives.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    pub r#use: TrainingUse,
    /// The operator's action that would allow it, as the end of "if we chose to …"; the policy forbids it.
    #[serde(default)]
    pub unless: Option<String>,
    /// The URL it was read at.
    pub source: String,
    pub read: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingUse {
    /// Only at the operator's request, which no profile allows.
    Never,
    /// Unless the operator objects.
    OptOut,
    Always,
}

/// The contract with a processor. The operator concludes it: the ledger says which it must be and how it is concluded.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub kind: AgreementKind,
    /// How it is concluded.
    pub concluded: String,
    /// Its URL.
    pub source: String,
    pub read: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementKind {
    /// A data processing agreement: the data may be used to serve us and for nothing else.
    Dpa,
    None,
}

/// The legal basis for sending data to a processor's region (AN-39).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub basis: TransferBasis,
    pub why: String,
    /// Absent where nothing is transferred.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub read: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferBasis {
    /// Nothing leaves the region of the deployment.
    None,
    /// The European Commission's standard contractual clauses.
    StandardContractualClauses,
    Adequacy,
}

/// Whether a processor can be bound to retain nothing it receives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZeroRetention {
    /// It retains nothing on its own account anyway.
    NotNeeded,
    NotOffered,
    /// Offered on request; the operator's agreements are in `ZERO_RETENTION`.
    OnRequest(OnRequest),
    /// Agreed for every deployment of this build.
    Attested(Attested),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnRequest {
    /// Its exceptions, as the end of "except …".
    #[serde(default)]
    pub except: Option<String>,
    /// The URL it was read at.
    pub source: String,
    pub read: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attested {
    pub reference: String,
    pub date: Date,
}
