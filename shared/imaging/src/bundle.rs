//! `bundle.zip`: every deliverable of a generation, and a manifest that says what each is.

use crate::{Deliverable, DigitalSource, Format, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// File name of the bundle
pub const BUNDLE_NAME: &str = "bundle.zip";
/// Media type of the bundle
pub const BUNDLE_CONTENT_TYPE: &str = "application/zip";
/// File name of the manifest inside the bundle; it is the last entry
pub const MANIFEST_NAME: &str = "manifest.json";
/// Version of the manifest's schema; rises with every change that a reader must know of
pub const SCHEMA_VERSION: u32 = 1;

/// What the manifest says about the generation as a whole; nothing in it is personal
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Its identifier
    pub generation_id: String,
    /// Identifier of the style it was drawn in
    pub style: String,
    /// The seed it was drawn with
    pub seed: u64,
    /// When it was asked for, RFC 3339, UTC
    pub created_at: String,
}

/// What the manifest says about one file
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path in the bundle, with forward slashes
    pub name: String,
    /// What it is for
    pub kind: Kind,
    /// Its format
    pub format: Format,
    /// Width in pixels
    pub width: u32,
    /// Height in pixels
    pub height: u32,
    /// Length in bytes
    pub bytes: u64,
    /// SHA-256 in lowercase hex
    pub sha256: String,
    /// IPTC Digital Source Type, a URI
    pub digital_source_type: DigitalSource,
}

/// `manifest.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`] of the writer
    pub schema_version: u32,
    /// The generation
    #[serde(flatten)]
    pub generation: Generation,
    /// The files, sorted by name
    pub files: Vec<FileEntry>,
}

/// Why a file did not go into the bundle
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The path could leave the folder it is unpacked into, or is not plain
    #[error("{0:?} is no safe path in a bundle")]
    UnsafeName(String),
    /// The path is already taken
    #[error("{0:?} is in the bundle already")]
    Repeated(String),
    /// The archive could not be written
    #[error("the archive could not be written")]
    Archive(#[from] zip::result::ZipError),
    /// The manifest could not be written
    #[error("the manifest could not be written")]
    Manifest(#[from] serde_json::Error),
}

/// A bundle in the making; files are stored, not compressed (they are compressed pictures), and each is copied once.
///
/// The bytes depend on the files and the order of adding alone: times are fixed at 1980-01-01, permissions at 0644.
pub struct Bundle {
    archive: ZipWriter<Cursor<Vec<u8>>>,
    manifest: Manifest,
    names: BTreeSet<String>,
}

impl Bundle {
    /// An empty bundle of `generation`
    pub fn new(generation: Generation) -> Self {
        Self {
            archive: ZipWriter::new(Cursor::new(Vec::new())),
            manifest: Manifest { schema_version: SCHEMA_VERSION, generation, files: Vec::new() },
            names: BTreeSet::new(),
        }
    }

    /// Adds a file under `folder`, such as `1` for the first drawing; an empty folder means the top.
    ///
    /// # Errors
    /// [`BundleError::UnsafeName`] unless every part of the path is of lowercase letters, digits, `-`, `_` and single dots inside;
    /// [`BundleError::Repeated`] if the path is taken.
    pub fn add(&mut self, folder: &str, file: &Deliverable) -> Result<(), BundleError> {
        let name = if folder.is_empty() { file.file_name() } else { format!("{folder}/{}", file.file_name()) };
        if !name.split('/').all(is_plain) {
            return Err(BundleError::UnsafeName(name));
        }
        if !self.names.insert(name.clone()) {
            return Err(BundleError::Repeated(name));
        }
        self.store(&name, &file.bytes)?;
        self.manifest.files.push(FileEntry {
            name,
            kind: file.kind,
            format: file.format,
            width: file.width,
            height: file.height,
            bytes: file.bytes.len() as u64,
            sha256: file.sha256.clone(),
            digital_source_type: file.digital_source,
        });
        Ok(())
    }

    /// Writes the manifest and gives the archive, with the manifest beside it.
    ///
    /// # Errors
    /// [`BundleError::Archive`] or [`BundleError::Manifest`] if writing fails.
    pub fn finish(mut self) -> Result<(Vec<u8>, Manifest), BundleError> {
        self.manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
        let json = serde_json::to_vec_pretty(&self.manifest)?;
        self.store(MANIFEST_NAME, &json)?;
        Ok((self.archive.finish()?.into_inner(), self.manifest))
    }

    fn store(&mut self, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.archive.start_file(name, options)?;
        self.archive.write_all(bytes).map_err(zip::result::ZipError::from)?;
        Ok(())
    }
}

/// Whether `part` is a plain file or folder name on every system
fn is_plain(part: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    !part.is_empty()
        && part.len() <= 100
        && part.chars().all(allowed)
        && !part.starts_with('.')
        && !part.ends_with('.')
        && !part.contains("..")
}
