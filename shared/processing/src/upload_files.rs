//! Signing and storing the files of a generation.

use std::sync::Arc;

use imaging::{Deliverable, Target};
use kernel::{Failure, GenerationId, Owner};
use picture_files::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, Kind, Provenance};
use provenance::{Origin, Signer};
use studio::{Generation, Pictures};

/// A file as it was made. Signing comes last: nothing but its credentials changes it from here on.
pub(crate) struct FinishedFile {
    /// The folder it goes to; empty for the top.
    pub(crate) folder: String,
    pub(crate) file: Deliverable,
    /// What its credentials say of its origin.
    pub(crate) origin: Arc<Origin>,
}

/// The destination of one generation's files.
pub(crate) struct FileUploader<'a> {
    pictures: &'a dyn Pictures,
    signer: Option<&'a dyn Signer>,
    owner: Owner,
    id: GenerationId,
}

impl<'a> FileUploader<'a> {
    pub(crate) fn new(pictures: &'a dyn Pictures, signer: Option<&'a dyn Signer>, generation: &Generation) -> Self {
        Self { pictures, signer, owner: generation.owner, id: generation.id }
    }

    /// Signs and stores the file, and answers it as it is stored.
    pub(crate) async fn store(&self, finished: Result<FinishedFile, Failure>) -> Result<FinishedFile, Failure> {
        let FinishedFile { folder, file, origin } = finished?;
        let file = self.keep(&folder, file, &origin).await?;
        Ok(FinishedFile { folder, file, origin })
    }

    /// Stores the bundle, and returns the stored bytes.
    pub(crate) async fn store_bundle(&self, zip: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.pictures.keep(self.owner, self.id, BUNDLE_NAME, BUNDLE_CONTENT_TYPE, zip).await
    }

    /// Signs and stores a file. A file that an earlier worker stored is kept, and used from then on.
    async fn keep(&self, folder: &str, file: Deliverable, origin: &Origin) -> Result<Deliverable, Failure> {
        let file = match self.signer {
            Some(signer) => signed(file, origin, signer).await?,
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

/// The file with its Content Credentials, if it is a picture, and its messenger takes them and leaves room.
async fn signed(file: Deliverable, origin: &Origin, signer: &dyn Signer) -> Result<Deliverable, Failure> {
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
