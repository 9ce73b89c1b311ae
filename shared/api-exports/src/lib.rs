//! The JSON of copies of everything.

use exports::{Export, Link, State};
use kernel::{ExportId, Timestamp};
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExportState {
    /// What is to be copied is being looked for.
    Queued,
    /// Its files are being written.
    Writing,
    /// Every file can be fetched.
    Ready,
    /// Its time is over.
    Expired,
}

/// How far it is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportProgress {
    /// Files that are there.
    pub finished: u32,
    /// Files in all, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<u32>,
}

/// A copy of everything.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportSummary {
    /// `exp_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub export_id: ExportId,
    pub state: ExportState,
    /// RFC 3339
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub asked_at: Timestamp,
    /// When the last file was there, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ready_at: Option<Timestamp>,
    /// Until when it can be fetched, RFC 3339. Nothing of it is left two days later.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub available_until: Timestamp,
    pub progress: ExportProgress,
}

/// A file of a copy, a zip.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VolumeReply {
    /// Counted from 1; the first has the rows and the page that explains all.
    pub number: u16,
    /// The pictures and packs in it, as planned: `manifest.json` in it says what went since.
    pub files: u32,
    /// Its size, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Where it can be fetched, for twenty minutes; ask again for another link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Until when the link works, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub url_expires_at: Option<Timestamp>,
}

/// A copy of everything, with links to its files.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportReply {
    #[serde(flatten)]
    pub summary: ExportSummary,
    /// None while it is `queued`.
    pub volumes: Vec<VolumeReply>,
}

/// The copies of the last days.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportsReply {
    /// The newest first.
    pub exports: Vec<ExportSummary>,
}

impl ExportSummary {
    #[must_use]
    pub fn new(export: &Export, now: Timestamp) -> Self {
        let state = match export.state {
            _ if export.available_until() <= now => ExportState::Expired,
            State::Queued => ExportState::Queued,
            State::Writing => ExportState::Writing,
            State::Ready => ExportState::Ready,
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let volumes = (export.state != State::Queued).then(|| count(export.volumes.len()));
        Self {
            export_id: export.id,
            state,
            asked_at: export.asked_at,
            ready_at: export.ready_at,
            available_until: export.available_until(),
            progress: ExportProgress { finished: count(export.finished()), volumes },
        }
    }
}

impl ExportReply {
    /// With a link for each volume that is there.
    #[must_use]
    pub fn new(export: &Export, links: Vec<Option<Link>>, now: Timestamp) -> Self {
        let with_links = export.volumes.iter().zip(links.into_iter().chain(std::iter::repeat(None)));
        let volumes = with_links.map(|(volume, link)| {
            let (url, url_expires_at) = link.map(|link| (link.url, link.expires_at)).unzip();
            VolumeReply { number: volume.number, files: volume.files, bytes: volume.bytes, url, url_expires_at }
        });
        Self { summary: ExportSummary::new(export, now), volumes: volumes.collect() }
    }
}

impl ExportsReply {
    #[must_use]
    pub fn new(exports: &[Export], now: Timestamp) -> Self {
        Self { exports: exports.iter().map(|export| ExportSummary::new(export, now)).collect() }
    }
}
