//! Content Credentials beside a file that cannot hold a manifest.

use std::io::Cursor;

use c2pa::Reader;
use kernel::Failure;
use picture_files::DigitalSource;

use crate::binding;
use crate::examine::{contained, credentials_of};
use crate::sign::{context, detached, write_signed};
use crate::{Anchors, Report, Signer, Unexaminable};

/// The media type for signing a file that is no picture: its hash covers all its bytes
const OPAQUE: &str = "application/json";

/// A C2PA manifest store of its own (`application/c2pa`) for `text`, the manifest of a bundle, over every byte of it. `source` applies to the
/// pictures listed in it.
///
/// # Errors
/// As [`sign`](crate::sign).
pub async fn sign_detached(text: &[u8], source: DigitalSource, signer: &dyn Signer) -> Result<Vec<u8>, Failure> {
    let mut builder = detached(source).map_err(Failure::broken)?;
    write_signed(&mut builder, OPAQUE, text, &mut Cursor::new(Vec::new()), signer).await
}

/// The claims of `credentials` about `text`, and their validity: [`State::Valid`](crate::State::Valid) or better means that no byte of it has
/// changed.
///
/// # Errors
/// [`Unexaminable`] when either is too large.
pub fn check_detached(text: &[u8], credentials: &[u8], anchors: &Anchors) -> Result<Report, Unexaminable> {
    contained(text.len().max(credentials.len()), || {
        let read = context(anchors.pem())
            .and_then(|context| Reader::from_context(context).with_manifest_data_and_stream(credentials, OPAQUE, Cursor::new(text)));
        Report::new(credentials_of(read, |reader| binding::check_detached(credentials, reader)), None)
    })
}
