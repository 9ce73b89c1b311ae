//! `manifest.json`: what is in a volume, what is gone, and what is in the others.

use kernel::{ExportId, Timestamp};
use policy::{Class, Export as Exported, Profile, inventory};
use serde::{Deserialize, Serialize};

use crate::plan::PlannedVolume;

/// Version of the manifest's own form; it rises with every change that a reader must know of.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema_version: u32,
    pub export_id: ExportId,
    /// The version of the policy whose inventory it follows.
    pub policy_version: String,
    pub asked_at: Timestamp,
    pub written_at: Timestamp,
    pub volume: u16,
    /// Every volume, with how many files of pictures it was planned to have.
    pub volumes: Vec<VolumeEntry>,
    /// In the order in which they were written; all but the manifest itself.
    pub files: Vec<FileEntry>,
    /// What was there when the export was planned and was not any more when it was written: removed by its owner, or at its end.
    pub gone: Vec<GoneEntry>,
    /// What no copy has, and why. In the first volume alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeEntry {
    pub volume: u16,
    pub files: u32,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub name: String,
    pub bytes: u64,
    /// In lowercase hex.
    pub sha256: String,
    /// The name of its JSON Schema in the first volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneEntry {
    pub name: String,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub class: String,
    pub why: String,
}

impl Manifest {
    /// The name of the manifest of a volume: another for each, so that all volumes may be unpacked into one folder.
    #[must_use]
    pub fn name(volume: u16) -> String {
        if volume == 1 { "manifest.json".to_owned() } else { format!("manifest-{volume}.json") }
    }
}

impl From<PlannedVolume> for VolumeEntry {
    fn from(PlannedVolume { number, files, bytes }: PlannedVolume) -> Self {
        Self { volume: number, files, bytes }
    }
}

/// What says something of a person and is in no copy.
pub(crate) fn left_out() -> Vec<LeftOut> {
    let of = |class: Class| match &class.entry().export {
        Exported::Excluded(why) if class.entry().subject == policy::Subject::User => {
            Some(LeftOut { class: class.id().to_owned(), why: why.clone() })
        }
        _ => None,
    };
    inventory().of(Profile::Wallet).filter_map(|entry| of(entry.class())).collect()
}
