//! Signing and storing the files of a generation, a few at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use imaging::{Deliverable, Target};
use kernel::{Failure, GenerationId, Owner};
use picture_files::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, Kind, Provenance};
use provenance::{Origin, Signer};
use tokio::task::JoinSet;

use studio::{Generation, Pictures};

/// Files that are signed and stored at a time; so many wait in memory.
pub(crate) const IN_FLIGHT: usize = 8;

/// A file as it is stored.
pub(crate) struct StoredFile {
    /// The folder it lies in; empty for the top.
    pub(crate) folder: String,
    /// The file, its Content Credentials included.
    pub(crate) file: Deliverable,
}

/// The destination of one generation. Files come off in the order in which they were put on.
///
/// Signing comes last: a file is put on after its last change, and nothing changes it afterwards.
pub(crate) struct FileUploader {
    destination: Arc<Destination>,
    running: JoinSet<Result<(usize, StoredFile), Failure>>,
    arrived: BTreeMap<usize, StoredFile>,
    begun: usize,
    given: usize,
}

struct Destination {
    pictures: Arc<dyn Pictures>,
    signer: Option<Arc<dyn Signer>>,
    owner: Owner,
    id: GenerationId,
}

impl FileUploader {
    pub(crate) fn new(pictures: &Arc<dyn Pictures>, signer: Option<&Arc<dyn Signer>>, generation: &Generation) -> Self {
        let destination = Destination { pictures: pictures.clone(), signer: signer.cloned(), owner: generation.owner, id: generation.id };
        Self { destination: Arc::new(destination), running: JoinSet::new(), arrived: BTreeMap::new(), begun: 0, given: 0 }
    }

    /// Whether one has to come off before another can be put on.
    pub(crate) fn is_full(&self) -> bool {
        self.begun - self.given >= IN_FLIGHT
    }

    /// Puts a finished file on.
    pub(crate) fn put(&mut self, folder: &str, file: Deliverable, origin: &Arc<Origin>) {
        let (destination, folder, origin, at) = (self.destination.clone(), folder.to_owned(), origin.clone(), self.begun);
        self.begun += 1;
        self.running.spawn(async move {
            let file = destination.keep(&folder, file, &origin).await?;
            Ok((at, StoredFile { folder, file }))
        });
    }

    /// The next file, once it is stored; `None` when none is left.
    pub(crate) async fn next(&mut self) -> Result<Option<StoredFile>, Failure> {
        loop {
            if let Some(stored) = self.arrived.remove(&self.given) {
                self.given += 1;
                return Ok(Some(stored));
            }
            match self.running.join_next().await {
                None => return Ok(None),
                Some(Ok(stored)) => drop(stored.map(|(at, stored)| self.arrived.insert(at, stored))?),
                Some(Err(panicked)) => return Err(Failure::broken(panicked)),
            }
        }
    }

    /// Stores the bundle, and answers what is stored.
    pub(crate) async fn keep_bundle(&self, zip: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let Destination { pictures, owner, id, .. } = &*self.destination;
        pictures.keep(*owner, *id, BUNDLE_NAME, BUNDLE_CONTENT_TYPE, zip).await
    }
}

impl Destination {
    /// Signs and stores a file. What a worker before this one has stored stays, and is the file from then on.
    async fn keep(&self, folder: &str, file: Deliverable, origin: &Origin) -> Result<Deliverable, Failure> {
        let file = match &self.signer {
            Some(signer) => signed(file, origin, &**signer).await?,
            None => file,
        };
        let name = if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
        let kept = self.pictures.keep(self.owner, self.id, &name, file.content_type(), file.bytes.clone()).await?;
        if kept == file.bytes {
            return Ok(file);
        }
        let provenance = if file.kind == Kind::Pack { Provenance::Members } else { imaging::provenance_of(file.format, &kept) };
        Ok(file.with_bytes(provenance, kept))
    }
}

/// The file with its Content Credentials, if it is a picture and its messenger's limit leaves room.
async fn signed(file: Deliverable, origin: &Origin, signer: &dyn Signer) -> Result<Deliverable, Failure> {
    if file.kind == Kind::Pack {
        return Ok(file);
    }
    let bytes = provenance::sign(&file.bytes, file.format.content_type(), origin, signer).await?;
    Ok(if bytes.len() <= most_bytes(&file) { file.with_bytes(Provenance::C2pa, bytes) } else { file })
}

/// The limit of the messenger that takes this file; none for a picture of the avatar table.
fn most_bytes(file: &Deliverable) -> usize {
    match Target::of(&file.path) {
        Some(Target::Sticker(row)) => row.most_bytes,
        _ => usize::MAX,
    }
}
