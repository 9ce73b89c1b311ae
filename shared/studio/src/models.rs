//! The daily check of the vendors' end dates of models (every-day-check-models): picture models live about a year, and without its model a vendor
//! stops every generation.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Clock, Failure};
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfiguredModel {
    /// The vendor's name in the configuration.
    pub vendor: String,
    pub model: String,
}

impl ConfiguredModel {
    /// The models in use among `candidates`: for each, the variable's list of names, such as `openai,palette`, the vendor, and its model. Vendors
    /// that are not named or have no model, such as the offline artist, are left out.
    #[must_use]
    pub fn used(candidates: &[(&str, &str, &str)]) -> Vec<Self> {
        let named =
            candidates.iter().filter(|(names, vendor, model)| !model.is_empty() && names.split(',').any(|name| name.trim() == *vendor));
        let used: BTreeSet<Self> = named.map(|(_, vendor, model)| Self { vendor: (*vendor).into(), model: (*model).into() }).collect();
        used.into_iter().collect()
    }
}

/// A model's entry in a vendor's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Listed, with its end date if one is set.
    Listed(Option<Date>),
    /// Not listed. Lists lag: the model may draw all the same.
    Absent,
}

/// A vendor whose API publishes the end dates of its models.
#[async_trait]
pub trait ModelCalendar: Send + Sync {
    /// The vendor's name in the configuration.
    fn vendor(&self) -> &str;

    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when the vendor could not be asked.
    async fn listing(&self, model: &str) -> Result<Listing, Failure>;
}

pub struct CheckModels<'a> {
    /// The models of this deployment.
    pub configured: &'a [ConfiguredModel],
    pub calendars: &'a [Box<dyn ModelCalendar>],
    pub clock: &'a dyn Clock,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The model ends within the warning period.
    EndsSoon {
        model: ConfiguredModel,
        /// The earliest date of all sources.
        shutdown: Date,
        /// Days until then.
        days_left: i32,
    },
    /// The end date has come or passed.
    Ended { model: ConfiguredModel, shutdown: Date },
    /// The vendor's list does not contain the model.
    Unlisted(ConfiguredModel),
}

/// A model in use has ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a model in use has ended: {0}")]
pub struct ModelEnded(String);

impl CheckModels<'_> {
    /// Checks every model, logs the findings, and returns them. A failure of one vendor does not stop the others' checks.
    ///
    /// # Errors
    /// [`Failure::Broken`] when a model in use has ended; otherwise the failure of a vendor that could not be asked.
    pub async fn run(&self) -> Result<Vec<Finding>, Failure> {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let (mut findings, mut failure, mut ended) = (Vec::new(), None, None);
        for model in self.configured {
            let listing = self.listing(model).await.unwrap_or_else(|why| {
                failure.get_or_insert(why);
                None
            });
            let found = look(model, listing, today);
            for finding in &found {
                log_finding(finding);
                if let Finding::Ended { model, .. } = finding {
                    ended.get_or_insert_with(|| Failure::broken(ModelEnded(model.model.clone())));
                }
            }
            findings.extend(found);
        }
        tracing::info!(checked = self.configured.len(), "checked the models");
        ended.or(failure).map_or(Ok(findings), Err)
    }

    async fn listing(&self, model: &ConfiguredModel) -> Result<Option<Listing>, Failure> {
        match self.calendars.iter().find(|calendar| calendar.vendor() == model.vendor) {
            Some(calendar) => calendar.listing(&model.model).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The findings on a model by the vendor's list and our table: the earlier date counts.
fn look(model: &ConfiguredModel, listing: Option<Listing>, today: Date) -> Vec<Finding> {
    let announced = match listing {
        Some(Listing::Listed(shutdown)) => shutdown,
        Some(Listing::Absent) | None => None,
    };
    let shutdown = announced.into_iter().chain(known(model).map(|known| known.shutdown)).min();
    let unlisted = (listing == Some(Listing::Absent)).then(|| Finding::Unlisted(model.clone()));
    let ending = shutdown.and_then(|shutdown| {
        let days_left = (shutdown - today).get_days();
        match days_left {
            ..=0 => Some(Finding::Ended { model: model.clone(), shutdown }),
            _ if days_left <= table().warn_days => Some(Finding::EndsSoon { model: model.clone(), shutdown, days_left }),
            _ => None,
        }
    });
    ending.into_iter().chain(unlisted).collect()
}

/// The alarm counts the lines whose message is `a model ends soon` (template.yaml).
fn log_finding(finding: &Finding) {
    let replacement = |model: &ConfiguredModel| known(model).map_or("", |known| known.replacement.as_str());
    match finding {
        Finding::EndsSoon { model, shutdown, days_left } => {
            let ConfiguredModel { vendor, model: id } = model;
            tracing::warn!(vendor, model = id, %shutdown, days_left, replacement = replacement(model), "a model ends soon");
        }
        Finding::Ended { model, shutdown } => {
            let ConfiguredModel { vendor, model: id } = model;
            tracing::error!(vendor, model = id, %shutdown, replacement = replacement(model), "a model has ended");
        }
        Finding::Unlisted(ConfiguredModel { vendor, model }) => {
            tracing::warn!(vendor, model, "the vendor's list does not contain this model; it may still draw");
        }
    }
}

/// `models.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    warn_days: i32,
    models: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    vendor: String,
    model: String,
    shutdown: Date,
    replacement: String,
    #[allow(dead_code, reason = "for who keeps the table")]
    source: String,
    #[allow(dead_code, reason = "for who keeps the table")]
    read: Date,
}

fn known(model: &ConfiguredModel) -> Option<&'static Known> {
    table().models.iter().find(|known| known.vendor == model.vendor && known.model == model.model)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    TABLE.get_or_init(|| toml::from_str(include_str!("../models.toml")).expect("the embedded table of models is sound"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_to_change_to_and_who_says_so() {
        let mut seen = BTreeSet::new();
        for known in &table().models {
            assert!(seen.insert((&known.vendor, &known.model)), "{} is there twice", known.model);
            assert!(["openai", "gemini"].contains(&known.vendor.as_str()), "{}", known.vendor);
            assert!(known.source.starts_with("https://"), "{}", known.model);
            let other = ConfiguredModel { vendor: known.vendor.clone(), model: known.replacement.clone() };
            assert!(other.model != known.model && super::known(&other).is_none(), "{} is replaced by what ends as well", known.model);
        }
        assert_eq!(table().warn_days, 45);
    }

    #[test]
    fn only_what_is_named_and_has_a_model_is_used() {
        let used = |artist: &str, screener: &str| {
            ConfiguredModel::used(&[(artist, "openai", "flare"), (artist, "gemini", "banana"), (screener, "openai", "omni")])
                .into_iter()
                .map(|used| used.model)
                .collect::<Vec<_>>()
        };
        assert_eq!(used("palette", "offline"), [""; 0]);
        assert_eq!(used("", ""), [""; 0]);
        assert_eq!(used("openai, gemini", "offline"), ["banana", "flare"]);
        assert_eq!(used("gemini,palette", "offline,openai"), ["banana", "omni"]);
        assert_eq!(ConfiguredModel::used(&[("openai", "openai", "")]), []);
    }
}
