//! A volume on its way: a zip that goes to its sink while it is written, so that little of it is in memory.

use std::sync::Arc;

use archives::Archive;
use bytes::Bytes;
use crc32fast::Hasher;
use kernel::Failure;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::manifest::{FileEntry, GoneEntry, Manifest};
use crate::ports::Sink;

/// Bytes of a part: a volume of the largest size has some 65.
const PART: usize = 16 << 20;

/// Parts on their way at the same time, beside the one that is filled.
const AT_ONCE: usize = 2;

/// A volume that is being written.
pub(crate) struct VolumeWriter {
    sink: Arc<dyn Sink>,
    key: String,
    attempt: String,
    archive: Archive<Vec<u8>>,
    sent: u16,
    on_their_way: JoinSet<Result<(u16, String), Failure>>,
    stored: Vec<(u16, String)>,
    files: Vec<FileEntry>,
    gone: Vec<GoneEntry>,
}

/// Checksum and hash of a file that comes in pieces.
#[derive(Default)]
pub(crate) struct Measure {
    checksum: Hasher,
    hash: Sha256,
    bytes: u64,
}

/// What a file was measured to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) checksum: u32,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

impl Measure {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.checksum.update(bytes);
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn end(self) -> Measured {
        Measured { checksum: self.checksum.finalize(), sha256: hex::encode(self.hash.finalize()), bytes: self.bytes }
    }
}

impl VolumeWriter {
    pub(crate) async fn begin(sink: &Arc<dyn Sink>, key: String) -> Result<Self, Failure> {
        let attempt = sink.begin(&key).await?;
        Ok(Self {
            sink: Arc::clone(sink),
            key,
            attempt,
            archive: Archive::new(Vec::new()),
            sent: 0,
            on_their_way: JoinSet::new(),
            stored: Vec::new(),
            files: Vec::new(),
            gone: Vec::new(),
        })
    }

    /// Adds a file that is in memory.
    pub(crate) async fn add(&mut self, name: &str, bytes: &[u8], schema: Option<String>) -> Result<(), Failure> {
        let mut measure = Measure::default();
        measure.add(bytes);
        self.open(name, measure.end(), schema)?;
        self.write(bytes).await
    }

    /// Adds a file that was measured, whose bytes follow.
    pub(crate) fn open(&mut self, name: &str, measured: Measured, schema: Option<String>) -> Result<(), Failure> {
        let Measured { checksum, sha256, bytes } = measured;
        if !name.is_ascii() || name.split('/').any(|part| part.is_empty() || part == "..") {
            return Err(Failure::broken("a file whose name is none for an archive"));
        }
        self.archive.begin(name, checksum, bytes).map_err(Failure::broken)?;
        self.files.push(FileEntry { name: name.to_owned(), bytes, sha256, schema });
        Ok(())
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.archive.write(bytes).map_err(Failure::broken)?;
        while self.archive.writer().len() >= PART {
            let rest = self.archive.writer().split_off(PART);
            let part = std::mem::replace(self.archive.writer(), rest);
            self.send(part.into()).await?;
        }
        Ok(())
    }

    pub(crate) fn note_gone(&mut self, name: String, bytes: u64) {
        self.gone.push(GoneEntry { name, bytes });
    }

    pub(crate) fn attempt(&self) -> &str {
        &self.attempt
    }

    /// Writes the manifest and the directory, in which `first` stands before all others, and sends the rest.
    pub(crate) async fn end(mut self, mut manifest: Manifest, first: &str) -> Result<Written, Failure> {
        manifest.files = std::mem::take(&mut self.files);
        manifest.gone = std::mem::take(&mut self.gone);
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(Failure::broken)?;
        self.add(&Manifest::name(manifest.volume), &bytes, None).await?;
        let archive = std::mem::replace(&mut self.archive, Archive::new(Vec::new()));
        let mut rest = archive.finish(first).map_err(Failure::broken)?;
        while rest.len() > PART {
            let behind = rest.split_off(PART);
            let part = std::mem::replace(&mut rest, behind);
            self.send(part.into()).await?;
        }
        self.send(rest.into()).await?;
        while !self.on_their_way.is_empty() {
            self.arrive().await?;
        }
        self.stored.sort();
        let parts = self.stored.into_iter().map(|(_, part)| part).collect();
        Ok(Written { sink: self.sink, key: self.key, attempt: self.attempt, parts })
    }

    async fn send(&mut self, bytes: Bytes) -> Result<(), Failure> {
        if self.on_their_way.len() >= AT_ONCE {
            self.arrive().await?;
        }
        self.sent += 1;
        let (sink, key, attempt, number) = (Arc::clone(&self.sink), self.key.clone(), self.attempt.clone(), self.sent);
        self.on_their_way.spawn(async move { Ok((number, sink.part(&key, &attempt, number, bytes).await?)) });
        Ok(())
    }

    async fn arrive(&mut self) -> Result<(), Failure> {
        match self.on_their_way.join_next().await {
            Some(Ok(part)) => self.stored.push(part?),
            Some(Err(ended)) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            Some(Err(ended)) => return Err(Failure::broken(ended)),
            None => {}
        }
        Ok(())
    }
}

/// A volume whose parts are all stored.
pub(crate) struct Written {
    sink: Arc<dyn Sink>,
    key: String,
    attempt: String,
    parts: Vec<String>,
}

impl Written {
    /// Makes it the volume, unless there is one.
    pub(crate) async fn complete(&self) -> Result<(), Failure> {
        self.sink.complete(&self.key, &self.attempt, &self.parts).await.map(drop)
    }
}
