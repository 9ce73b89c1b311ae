//! Examining untrusted pictures.

use std::io::Cursor;
use std::panic::AssertUnwindSafe;

use c2pa::{Reader, ValidationState};
use picture_files::PictureFormat;

use crate::binding::Store;
use crate::report::{Credentials, ELSEWHERE};
use crate::sign::context;
use crate::xmp::Xmp;
use crate::{Anchors, Report, State, binding, statements};

/// Maximum bytes of an examined picture, decimal
pub const MOST_BYTES: usize = 8_000_000;
/// The manifest cannot be parsed; the C2PA specification has no code for it
const UNREADABLE: &str = "manifest.unreadable";

/// Why a picture is not examined
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unexaminable {
    /// It is neither PNG nor JPEG nor WebP by its first bytes
    #[error("it is neither PNG nor JPEG nor WebP")]
    Format,
    /// It has more than [`MOST_BYTES`]
    #[error("it has more than {MOST_BYTES} bytes")]
    TooLarge,
}

/// The origin that `bytes`, a PNG, JPEG or WebP, claim. The pixels are hashed and not decoded, and nothing is fetched. The bytes may be hostile: no
/// file causes a panic, and the memory is bounded by [`MOST_BYTES`].
///
/// # Errors
/// [`Unexaminable`] when the bytes are no such picture or too many. A wrong manifest is no error but [`State::Invalid`].
pub fn examine(bytes: &[u8], anchors: &Anchors) -> Result<Report, Unexaminable> {
    let format = PictureFormat::sniff(bytes).map_err(|_| Unexaminable::Format)?;
    contained(bytes.len(), || {
        let xmp = Xmp::read(bytes, format);
        let credentials = match Store::find(bytes, format) {
            Some(store) => {
                let read = context(anchors.pem()).and_then(|context| {
                    Reader::from_context(context).with_manifest_data_and_stream(&store.bytes, format.content_type(), Cursor::new(bytes))
                });
                credentials_of(read, |reader| binding::check(&store, bytes, format, reader))
            }
            None if xmp.names_a_manifest => Credentials::unreadable(ELSEWHERE),
            None => Credentials::none(),
        };
        Report::new(credentials, xmp.digital_source_type)
    })
}

/// Runs an examination of `length` bytes; a panic means a manifest made to cause it.
pub(crate) fn contained(length: usize, look: impl FnOnce() -> Report) -> Result<Report, Unexaminable> {
    if length > MOST_BYTES {
        return Err(Unexaminable::TooLarge);
    }
    let looked = std::panic::catch_unwind(AssertUnwindSafe(look));
    Ok(looked.unwrap_or_else(|_| Report::new(Credentials::unreadable(UNREADABLE), None)))
}

/// What `c2pa` read, unless `check` finds that the signature covers less than it should
pub(crate) fn credentials_of(read: Result<Reader, c2pa::Error>, check: impl FnOnce(&Reader) -> Result<(), &'static str>) -> Credentials {
    match read {
        Ok(reader) => credentials(&reader, check(&reader).err()),
        Err(c2pa::Error::JumbfNotFound) => Credentials::none(),
        Err(_) => Credentials::unreadable(UNREADABLE),
    }
}

fn credentials(reader: &Reader, fault: Option<&str>) -> Credentials {
    let state = match reader.validation_state() {
        _ if fault.is_some() => State::Invalid,
        ValidationState::Trusted => State::Trusted,
        ValidationState::Valid => State::Valid,
        _ => State::Invalid,
    };
    let found = reader.validation_status().into_iter().flatten().map(|status| status.code());
    let mut codes: Vec<String> = found.chain(fault).map(statements::short).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(statements::MOST_ENTRIES);
    let Some(manifest) = reader.active_manifest() else {
        return Credentials { state: State::Invalid, codes, ..Credentials::none() };
    };
    Credentials {
        state,
        codes,
        generator: statements::generator(manifest),
        signer: manifest.issuer().as_deref().map(statements::short),
        digital_source_type: statements::source_type(manifest),
        actions: statements::actions(manifest),
        ingredients: statements::ingredients(manifest, reader),
    }
}
