//! Signing and storing the files of a generation.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use imaging::{Deliverable, Target};
use kernel::{Failure, GenerationId, Owner};
use picture_files::{Kind, Provenance};
use provenance::{Origin, Signer};
use studio::{BundleFile, Generation, Pictures};

/// A file as it was made. Signing comes last: nothing but its credentials changes it from here on.
pub(crate) struct FinishedFile {
    /// The folder it goes to; empty for the top.
    pub(crate) folder: String,
    pub(crate) file: Deliverable,
    /// What its credentials say of its origin.
    pub(crate) origin: Arc<Origin>,
}

impl FinishedFile {
    /// Its name within the generation.
    fn name(&self) -> String {
        if self.folder.is_empty() { self.file.path.clone() } else { format!("{}/{}", self.folder, self.file.path) }
    }
}

/// The destination of one generation's files.
pub(crate) struct FileUploader<'a> {
    pictures: &'a dyn Pictures,
    signer: Option<&'a dyn Signer>,
    owner: Owner,
    id: GenerationId,
    /// The names of the objects that were there before: what another worker signed and stored is not signed again.
    stored: BTreeSet<String>,
}

impl<'a> FileUploader<'a> {
    pub(crate) fn new(
        pictures: &'a dyn Pictures,
        signer: Option<&'a dyn Signer>,
        generation: &Generation,
        stored: BTreeSet<String>,
    ) -> Self {
        Self { pictures, signer, owner: generation.owner, id: generation.id, stored }
    }

    /// Signs the file, and stores it if it is of use by itself; answers it as it goes into packs and bundle. A file that an earlier worker stored is
    /// kept, and used from then on.
    pub(crate) async fn store(&self, finished: Result<FinishedFile, Failure>) -> Result<FinishedFile, Failure> {
        let finished = finished?;
        let name = finished.name();
        let FinishedFile { folder, file, origin } = finished;
        let file = match self.stored_before(&name).await? {
            Some(bytes) => as_stored(file, bytes),
            None => self.keep(&name, signed(file, &origin, self.signer).await?).await?,
        };
        Ok(FinishedFile { folder, file, origin })
    }

    async fn stored_before(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        if self.stored.contains(name) { self.pictures.get(self.owner, self.id, name).await } else { Ok(None) }
    }

    async fn keep(&self, name: &str, file: Deliverable) -> Result<Deliverable, Failure> {
        if !stands_alone(name) {
            return Ok(file);
        }
        let kept = self.pictures.keep(self.owner, self.id, name, file.content_type(), file.bytes.clone()).await?;
        Ok(as_stored(file, kept))
    }

    /// Stores the bundle; `false` when there is another already.
    pub(crate) async fn keep_bundle(&self, bundle: &BundleFile, parts: Vec<Bytes>) -> Result<bool, Failure> {
        self.pictures.keep_bundle(self.owner, self.id, bundle, parts).await
    }
}

/// Whether the file of this name is an object with a link of its own; the others are in the bundle alone.
pub(crate) fn stands_alone(name: &str) -> bool {
    Target::of(name).is_none_or(Target::stands_alone)
}

/// The file with the bytes that are stored, which may be signed at another time.
fn as_stored(file: Deliverable, stored: Vec<u8>) -> Deliverable {
    if stored == file.bytes {
        return file;
    }
    let provenance = if file.kind == Kind::Pack { Provenance::Members } else { imaging::provenance_of(file.format, &stored) };
    file.with_bytes(provenance, stored)
}

/// The file with its Content Credentials, if there is a signer, it is a picture, and its messenger takes them and leaves room.
async fn signed(file: Deliverable, origin: &Origin, signer: Option<&dyn Signer>) -> Result<Deliverable, Failure> {
    let Some(signer) = signer else { return Ok(file) };
    if matches!(file.provenance, Provenance::Members | Provenance::Manifest) {
        return Ok(file);
    }
    let bytes = provenance::sign(&file.bytes, file.format.content_type(), origin, signer).await?;
    Ok(if bytes.len() <= most_bytes(&file) { file.with_bytes(Provenance::C2pa, bytes) } else { file })
}

/// The limit of the file's messenger; none for a picture of the avatar table.
fn most_bytes(file: &Deliverable) -> usize {
    match Target::of(&file.path) {
        Some(Target::Sticker(row)) => row.most_bytes,
        _ => usize::MAX,
    }
}
