//! The notice of a material change, the rule for it, and what a version with one must have before it is deployed (AN-72).

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use kernel::Language;
use serde::{Deserialize, Serialize};

use crate::diff::{Change, diff};
use crate::inventory::Inventory;
use crate::profile::Profile;
use crate::published::{Archive, Published};
use crate::retention::Period;

/// The rule for changes of the policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    ahead: Period,
    /// The id of the promise.
    pub promise: String,
    /// The version that people have: the last one that was deployed. Nothing was without one.
    pub in_force: Option<String>,
    /// The day from which this version applies, where it changes something material of the one in force.
    pub effective: Option<Date>,
}

impl NoticeRule {
    /// The time from the day of a version to the day from which its material changes may apply.
    #[must_use]
    pub fn ahead(&self) -> SignedDuration {
        self.ahead.0
    }
}

/// The words of a notice in each language, in the form in which a campaign reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub en: Words,
    pub ja: Words,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub subject: String,
    /// Paragraphs, with an empty line between them.
    pub text: String,
}

impl Notice {
    /// What is told of changes that apply from a day on; `None` where none is material.
    #[must_use]
    pub fn of(changes: &[Change], effective: Date) -> Option<Self> {
        changes.iter().any(Change::is_material).then(|| Self {
            en: Words { subject: format!("Our privacy policy changes on {}", effective.strftime("%-d %B %Y")), text: english(changes) },
            ja: Words {
                subject: format!("プライバシーポリシー改定のお知らせ（{}から）", effective.strftime("%Y年%-m月%-d日")),
                text: japanese(changes),
            },
        })
    }

    #[must_use]
    pub fn words(&self, language: Language) -> &Words {
        match language {
            Language::English => &self.en,
            Language::Japanese => &self.ja,
        }
    }
}

fn english(changes: &[Change]) -> String {
    let rest = changes.iter().any(|change| !change.is_material());
    let rest = rest.then_some("Whatever else changes keeps less, or says the same in other words.");
    let choice = "If you do not want this, you may have your account and everything of it erased before that day. The policy says how.";
    paragraphs("This changes:", &listed(changes, Language::English), rest, choice)
}

fn japanese(changes: &[Change]) -> String {
    let rest = changes.iter().any(|change| !change.is_material());
    let rest = rest.then_some("このほかの変更は、保存するものを減らすもの、または言葉だけの変更です。");
    let choice = "ご同意いただけない場合は、その日までに、アカウントとそのすべてのデータの消去をご依頼いただけます。方法はプライバシーポリシーをご覧ください。";
    paragraphs("変更点は次のとおりです。", &listed(changes, Language::Japanese), rest, choice)
}

fn listed(changes: &[Change], language: Language) -> String {
    let material = changes.iter().filter(|change| change.is_material());
    material.map(|change| format!("• {}", change.sentence(language))).collect::<Vec<_>>().join("\n")
}

fn paragraphs(opening: &str, list: &str, rest: Option<&str>, choice: &str) -> String {
    [Some(opening), Some(list), rest, Some(choice)].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// What a version lacks that materially changes the one in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    #[error("version {0} is in force, and the folder `published` does not have it")]
    Unknown(String),
    #[error("something material changes under the version {0}, which is in force: give `version` the day of the change")]
    Version(String),
    #[error("something material changes since version {0}: say in `[notice]` from which day (`effective`)")]
    Date(String),
    #[error("material changes apply from {effective}, and the day of the version allows {earliest} at the earliest")]
    TooEarly { effective: Date, earliest: Date },
    #[error(
        "the notice of version {version} ({profile}) is missing, or does not say what changes: `cargo run -p policy --example publish` writes it"
    )]
    Notice { version: String, profile: Profile },
}

/// What `now`, the present version of each profile, lacks before it may be deployed. Nothing, while nothing was deployed yet.
#[must_use]
pub fn lacking(inventory: &Inventory, archive: &Archive, now: &[Published]) -> Vec<Lacking> {
    let Some(in_force) = &inventory.notice().in_force else { return Vec::new() };
    if archive.versions.iter().all(|kept| kept.version != *in_force) {
        return vec![Lacking::Unknown(in_force.clone())];
    }
    let mut lacking = Vec::new();
    for new in now {
        // Nobody has a profile yet that the version in force had not.
        let Some(old) = archive.version(in_force, new.profile) else { continue };
        let changes = diff(old, new);
        if changes.iter().any(Change::is_material) {
            lacking.extend(unannounced(inventory, archive, new, &changes));
        }
    }
    lacking.dedup();
    lacking
}

fn unannounced(inventory: &Inventory, archive: &Archive, new: &Published, changes: &[Change]) -> Option<Lacking> {
    let (rule, version) = (inventory.notice(), inventory.version());
    let in_force = rule.in_force.clone().unwrap_or_default();
    if in_force == version {
        return Some(Lacking::Version(in_force));
    }
    let Some(effective) = rule.effective else { return Some(Lacking::Date(in_force)) };
    let earliest = earliest(inventory.date(), rule.ahead());
    if effective < earliest {
        return Some(Lacking::TooEarly { effective, earliest });
    }
    let is_told = archive.notice(version, new.profile) == Notice::of(changes, effective).as_ref();
    (!is_told).then(|| Lacking::Notice { version: version.to_owned(), profile: new.profile })
}

fn earliest(version: Date, ahead: SignedDuration) -> Date {
    version.saturating_add(ahead.as_hours().hours())
}
