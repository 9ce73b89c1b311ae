//! Examining untrusted pictures.

use std::io::Cursor;
use std::panic::AssertUnwindSafe;

use c2pa::{Manifest, Reader, ValidationState};
use picture_files::PictureFormat;

use crate::report::{Action, Credentials, Ingredient};
use crate::sign::context;
use crate::{Anchors, Report, State, xmp};

/// Maximum bytes of an examined picture, decimal
pub const MOST_BYTES: usize = 8_000_000;
/// Maximum entries of a list in a report
const MOST_ENTRIES: usize = 20;
/// Maximum characters of a text in a report
const MOST_CHARACTERS: usize = 200;
/// The manifest cannot be parsed; the C2PA specification has no code for it
const UNREADABLE: &str = "manifest.unreadable";
/// The manifest is elsewhere, and nothing is fetched
const ELSEWHERE: &str = "manifest.inaccessible";

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
        let read =
            context(anchors.pem()).and_then(|context| Reader::from_context(context).with_stream(format.content_type(), Cursor::new(bytes)));
        report_of(read, xmp::digital_source_type(bytes, format))
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

pub(crate) fn report_of(read: Result<Reader, c2pa::Error>, xmp: Option<String>) -> Report {
    let credentials = match read {
        Ok(reader) => credentials(&reader),
        Err(c2pa::Error::JumbfNotFound) => Credentials::none(),
        Err(c2pa::Error::RemoteManifestUrl(_)) => Credentials::unreadable(ELSEWHERE),
        Err(_) => Credentials::unreadable(UNREADABLE),
    };
    Report::new(credentials, xmp)
}

fn credentials(reader: &Reader) -> Credentials {
    let state = match reader.validation_state() {
        ValidationState::Trusted => State::Trusted,
        ValidationState::Valid => State::Valid,
        _ => State::Invalid,
    };
    let mut codes: Vec<String> = reader.validation_status().into_iter().flatten().map(|status| short(status.code())).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(MOST_ENTRIES);
    let Some(manifest) = reader.active_manifest() else {
        return Credentials { state: State::Invalid, codes, ..Credentials::none() };
    };
    let actions = actions(manifest);
    Credentials {
        state,
        codes,
        generator: generator(manifest),
        signer: manifest.issuer().as_deref().map(short),
        digital_source_type: source_type(&actions),
        actions,
        ingredients: manifest.ingredients().iter().take(MOST_ENTRIES).map(|given| ingredient(given, reader)).collect(),
    }
}

fn ingredient(given: &c2pa::Ingredient, reader: &Reader) -> Ingredient {
    let own = given.active_manifest().and_then(|label| reader.get_manifest(label));
    let relationship = serde_json::to_value(given.relationship()).unwrap_or_default();
    Ingredient {
        relationship: relationship.as_str().map(short).unwrap_or_default(),
        title: given.title().map(short),
        generator: own.and_then(generator),
        digital_source_type: own.and_then(|manifest| source_type(&actions(manifest))),
    }
}

/// The name and version of the software that made a manifest
fn generator(manifest: &Manifest) -> Option<String> {
    let info = manifest.claim_generator_info.as_ref().and_then(|infos| infos.first());
    let named = info.map(|info| [Some(info.name.as_str()), info.version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "));
    named.or_else(|| manifest.claim_generator().map(str::to_owned)).filter(|name| !name.is_empty()).as_deref().map(short)
}

/// The actions of either version of their assertion
fn actions(manifest: &Manifest) -> Vec<Action> {
    let found = ["c2pa.actions.v2", "c2pa.actions"].into_iter().find_map(|label| manifest.find_assertion::<serde_json::Value>(label).ok());
    let listed = found.as_ref().and_then(|found| found.get("actions")).and_then(serde_json::Value::as_array);
    let text = |action: &serde_json::Value, key: &str| action.get(key).and_then(|value| value.as_str()).map(short);
    let read =
        |action| Action { action: text(action, "action").unwrap_or_default(), digital_source_type: text(action, "digitalSourceType") };
    listed.into_iter().flatten().take(MOST_ENTRIES).map(read).collect()
}

/// The source type of the last action that has one
fn source_type(actions: &[Action]) -> Option<String> {
    actions.iter().rev().find_map(|action| action.digital_source_type.clone())
}

/// An untrusted text, cut, without control characters
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MOST_CHARACTERS).collect()
}
