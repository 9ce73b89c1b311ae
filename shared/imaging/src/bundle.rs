//! `bundle.zip`: every deliverable of a generation, a page that shows them, and a manifest that describes them.

use crate::{Deliverable, FileEntry, page};
use archives::Archive;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom, Write};
use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

/// File name of the page that shows the content to a person; it is the first entry
pub const INDEX_NAME: &str = "index.html";
/// File name of the manifest inside the bundle; it is the last entry but for its Content Credentials
pub const MANIFEST_NAME: &str = "manifest.json";
/// File name of the manifest's credentials inside a bundle that has one: a C2PA manifest store over every byte of [`MANIFEST_NAME`]; it is the last entry
pub const CREDENTIALS_NAME: &str = "manifest.c2pa";
/// Version of the manifest's schema; rises with every change that a reader must know of
pub const SCHEMA_VERSION: u32 = 3;

/// The manifest's fields about the whole generation; none is personal
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    pub generation_id: String,
    /// The id of its style
    pub style: String,
    pub seed: u64,
    /// When it was requested, RFC 3339, UTC
    pub created_at: String,
}

/// `manifest.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`] of the writer
    pub schema_version: u32,
    #[serde(flatten)]
    pub generation: Generation,
    /// The files, sorted by name
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// The manifest of a bundle of `length` bytes that ends with `end`; none if `end` does not begin before the manifest, or is of something else.
    ///
    /// What comes behind all pictures of a bundle has less than half a kilobyte a file.
    #[must_use]
    pub fn at_end(end: &[u8], length: u64) -> Option<Self> {
        let tail = Tail { bytes: end, start: length.checked_sub(end.len() as u64)?, at: 0 };
        let mut archive = ZipArchive::with_config(Config { archive_offset: ArchiveOffset::Known(0) }, tail).ok()?;
        let file = archive.by_name(MANIFEST_NAME).ok()?;
        serde_json::from_reader(io::BufReader::new(file.take(end.len() as u64))).ok()
    }
}

/// A file of which the end alone is there
struct Tail<'a> {
    bytes: &'a [u8],
    /// Where in the file `bytes` begin
    start: u64,
    at: u64,
}

impl Read for Tail<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.at.checked_sub(self.start).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "not at hand"))?;
        let read = usize::try_from(from).ok().and_then(|from| self.bytes.get(from..)).map_or(Ok(0), |mut rest| rest.read(into))?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Tail<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.start + self.bytes.len() as u64;
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Why a file did not go into the bundle
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The path could leave the folder it is unpacked into, or has unusual characters
    #[error("{0:?} is no safe path in a bundle")]
    UnsafeName(String),
    #[error("{0:?} is in the bundle already")]
    Repeated(String),
    #[error("the archive could not be written")]
    Archive(#[from] io::Error),
    #[error("the manifest could not be written")]
    Manifest(#[from] serde_json::Error),
}

/// Writes a bundle into a `W` as files are added; they are stored, not compressed, since they are compressed pictures.
///
/// The entries of the directory are the page, the files in the order of adding, the manifest and its Content Credentials. Names are ASCII, times
/// fixed at 1980-01-01, permissions 0644. The bytes depend on the generation, the files, the order of adding and the manifest alone.
pub struct Bundle<W = Vec<u8>> {
    archive: Archive<W>,
    manifest: Manifest,
    names: BTreeSet<String>,
}

impl Bundle {
    /// An empty bundle of `generation`, in memory
    pub fn new(generation: Generation) -> Self {
        Self::writing(Vec::new(), generation)
    }
}

impl<W: Write> Bundle<W> {
    /// An empty bundle of `generation` that is written into `writer`
    pub fn writing(writer: W, generation: Generation) -> Self {
        Self {
            archive: Archive::new(writer),
            manifest: Manifest { schema_version: SCHEMA_VERSION, generation, files: Vec::new() },
            names: [INDEX_NAME, MANIFEST_NAME, CREDENTIALS_NAME].map(str::to_owned).into(),
        }
    }

    /// Adds a file under `folder`, such as `1` for the first drawing; an empty folder means the top.
    ///
    /// # Errors
    /// [`BundleError::UnsafeName`] unless every part of the path is of lowercase letters, digits, `-`, `_` and single dots inside;
    /// [`BundleError::Repeated`] if the path is taken; [`BundleError::Archive`] if writing fails.
    pub fn add(&mut self, folder: &str, file: &Deliverable) -> Result<(), BundleError> {
        let name = if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
        if !name.split('/').all(is_plain) {
            return Err(BundleError::UnsafeName(name));
        }
        if !self.names.insert(name.clone()) {
            return Err(BundleError::Repeated(name));
        }
        self.archive.add(&name, &file.bytes)?;
        self.manifest.files.push(FileEntry {
            name,
            kind: file.kind,
            format: file.format,
            width: file.width,
            height: file.height,
            bytes: file.bytes.len() as u64,
            sha256: file.sha256.clone(),
            digital_source_type: file.digital_source,
            provenance: file.provenance,
        });
        Ok(())
    }

    /// The manifest of the files added so far, byte for byte as [`Bundle::finish`] writes it: the input of its Content Credentials.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] if it cannot be written.
    pub fn manifest(&self) -> Result<Vec<u8>, BundleError> {
        let mut manifest = self.manifest.clone();
        manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(serde_json::to_vec_pretty(&manifest)?)
    }

    /// Writes the page, the manifest and its Content Credentials if there are any, and returns the writer and the manifest.
    ///
    /// # Errors
    /// [`BundleError::Archive`] or [`BundleError::Manifest`] if writing fails.
    pub fn finish(mut self, credentials: Option<&[u8]>) -> Result<(W, Manifest), BundleError> {
        self.archive.add(INDEX_NAME, page::of(&self.manifest).as_bytes())?;
        self.manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
        self.archive.add(MANIFEST_NAME, &serde_json::to_vec_pretty(&self.manifest)?)?;
        if let Some(credentials) = credentials {
            self.archive.add(CREDENTIALS_NAME, credentials)?;
        }
        Ok((self.archive.finish(INDEX_NAME)?, self.manifest))
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
