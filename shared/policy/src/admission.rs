//! The processors that a deployment may send data to, and their hosts.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::inventory::{Inventory, inventory};
use crate::processor::{AgreementKind, Keeps, Processor, TrainingUse, ZeroRetention};
use crate::retention::in_words;
use crate::{Profile, TransferBasis};

/// Artists and screeners in our own process: no third party sees the data, so there is nothing to admit.
const OWN: [&str; 2] = ["palette", "offline"];

/// Maximum characters of the reference of an attestation.
const REFERENCE_CHARS: usize = 100;

/// Zero retention that the operator has agreed with processors, as in `ZERO_RETENTION`: `openai:ZDR-2026-114`.
///
/// The operator attests it; the ledger only says which processors offer it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attestations(BTreeMap<String, String>);

impl Attestations {
    /// The reference of the agreement with `processor`.
    #[must_use]
    pub fn reference(&self, processor: &str) -> Option<&str> {
        self.0.get(processor).map(String::as_str)
    }

    fn read(text: &str, inventory: &Inventory) -> Result<Self, NotAttested> {
        let mut attested = BTreeMap::new();
        for part in text.split(',').filter(|_| !text.trim().is_empty()) {
            let (id, reference) = part.split_once(':').ok_or(NotAttested::Form)?;
            let (id, reference) = (id.trim(), reference.trim());
            let processor = inventory.processor(id).ok_or(NotAttested::Unknown)?;
            if !matches!(processor.zero_retention, ZeroRetention::OnRequest(_)) {
                return Err(NotAttested::NotOffered(processor.id.clone()));
            }
            let printable = reference.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            if reference.is_empty() || reference.len() > REFERENCE_CHARS || !printable {
                return Err(NotAttested::Reference(processor.id.clone()));
            }
            if attested.insert(processor.id.clone(), reference.to_owned()).is_some() {
                return Err(NotAttested::Twice(processor.id.clone()));
            }
        }
        Ok(Self(attested))
    }
}

impl FromStr for Attestations {
    type Err = NotAttested;

    /// `processor:reference`, separated by commas; empty for none.
    fn from_str(text: &str) -> Result<Self, NotAttested> {
        Self::read(text, inventory())
    }
}

/// `ZERO_RETENTION` is malformed. A mistake here would be a broken promise, so no part is ignored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAttested {
    /// A part is no `processor:reference`.
    #[error("an attestation of zero retention is `processor:reference`, several with commas between")]
    Form,
    #[error("an attestation of zero retention names a processor that is not in the ledger")]
    Unknown,
    /// The processor offers no zero retention.
    #[error("{0} offers no zero retention that could be attested")]
    NotOffered(String),
    /// The reference is empty, too long or not printable.
    #[error("the attestation for {0} needs the reference of the agreement: 1 to {REFERENCE_CHARS} printable characters")]
    Reference(String),
    #[error("there are two attestations for {0}")]
    Twice(String),
}

/// Why a deployment may not send data to a processor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    #[error("`{0}` is not in the provider ledger")]
    Unknown(String),
    #[error("the provider ledger does not allow {processor} in the profile {profile}")]
    Profile { processor: String, profile: Profile },
    /// It has no data processing agreement (AN-29).
    #[error("{0} works under no data processing agreement")]
    NoAgreement(String),
    /// It trains on the data it receives (AN-32).
    #[error("{0} may train on the data it receives")]
    Trains(String),
    /// It retains the data it receives (RT-09).
    #[error(
        "{processor} retains the data it receives for {kept}, and the profile ephemeral sends it nothing before zero retention is agreed and attested: \
         ZERO_RETENTION={processor}:<reference of the agreement>"
    )]
    Keeps {
        processor: String,
        /// Its retention, in words.
        kept: String,
    },
    /// It retains the data it receives, and offers nothing else (RT-09).
    #[error("{processor} retains the data it receives for {kept} and offers no zero retention, so the profile ephemeral sends it nothing")]
    AlwaysKeeps {
        processor: String,
        /// Its retention, in words.
        kept: String,
    },
}

/// Whether a deployment of `profile` may send data to `processor`; the offline `palette` and `offline` are our own code and always admitted.
///
/// # Errors
/// [`NotAdmitted`]; the function then does not start.
pub fn admit(profile: Profile, processor: &str, attestations: &Attestations) -> Result<(), NotAdmitted> {
    inventory().admit(profile, processor, attestations)
}

/// The hosts that a deployment may call over HTTPS beside AWS's own: exactly those of the ledger (AN-19, AN-23, IM-09).
#[must_use]
pub fn outbound_hosts() -> BTreeSet<&'static str> {
    inventory().processors().iter().flat_map(|processor| &processor.hosts).map(String::as_str).collect()
}

impl Inventory {
    #[must_use]
    pub fn processor(&self, id: &str) -> Option<&Processor> {
        self.processors().iter().find(|processor| processor.id == id)
    }

    /// Attestations by this ledger; see [`Attestations`].
    ///
    /// # Errors
    /// [`NotAttested`].
    pub fn attestations(&self, text: &str) -> Result<Attestations, NotAttested> {
        Attestations::read(text, self)
    }

    /// As [`admit`], by this ledger.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn admit(&self, profile: Profile, id: &str, attestations: &Attestations) -> Result<(), NotAdmitted> {
        if OWN.contains(&id) {
            return Ok(());
        }
        let processor = self.processor(id).ok_or_else(|| NotAdmitted::Unknown(id.to_owned()))?;
        let id = processor.id.clone();
        if !processor.profiles.contains(&profile) {
            return Err(NotAdmitted::Profile { processor: id, profile });
        }
        if processor.agreement.kind == AgreementKind::None {
            return Err(NotAdmitted::NoAgreement(id));
        }
        if processor.training.r#use != TrainingUse::Never {
            return Err(NotAdmitted::Trains(id));
        }
        match (profile, &processor.keeps, &processor.zero_retention) {
            (Profile::Wallet, ..) | (_, Keeps::Nothing, _) | (_, _, ZeroRetention::Attested(_)) => Ok(()),
            (Profile::Ephemeral, _, ZeroRetention::OnRequest(_)) if attestations.reference(&id).is_some() => Ok(()),
            (Profile::Ephemeral, Keeps::Logs(kept), ZeroRetention::OnRequest(_)) => {
                Err(NotAdmitted::Keeps { processor: id, kept: in_words(kept.duration()) })
            }
            (Profile::Ephemeral, Keeps::Logs(kept), _) => Err(NotAdmitted::AlwaysKeeps { processor: id, kept: in_words(kept.duration()) }),
            (Profile::Ephemeral, Keeps::Unsaid(_), _) => {
                Err(NotAdmitted::AlwaysKeeps { processor: id, kept: "a time that it does not say".to_owned() })
            }
        }
    }
}

/// Whether a transfer on this basis is a safeguard that lets data leave.
pub(crate) fn leaves(basis: TransferBasis) -> bool {
    basis != TransferBasis::None
}
