//! Whether the signed hashes cover a picture: all of it but the manifest store.
//!
//! `c2pa` before 0.91 does not check that the bytes its hash leaves out hold the store alone. The padding of a signature is unsigned: whoever cuts it off
//! can fill the freed room with another picture, under the old signature. So we check it ourselves before the word of `c2pa` counts. `c2pa` gets the store
//! that we found, so that it cannot find another; and it does not look into the XMP of a file without one, which it reads without bounds.
//!
//! 0.91 checks it too, and needs Rust 1.96. When `rust-version` in the root manifest is 1.96 or later, raise `c2pa` there. This module stays: `c2pa` admits
//! further exclusions beside the store, and we do not. Then look in the release notes for new kinds of hard bindings and unsigned parts, and run
//! `cargo test -p provenance`.

use std::borrow::Cow;
use std::ops::Range;

use c2pa::assertions::{BoxHash, BoxMap, DataHash};
use c2pa::{HashRange, Reader};
use coset::{CborSerializable, CoseSign1, Label, TaggedCborSerializable, cbor::Value};
use picture_files::PictureFormat;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::container::{APP11, Name, Part, box_name, parts};
use crate::jumbf::{self, Superbox, is_zero};

/// The codes of the C2PA specification for what does not fit
const DATA_MISMATCH: &str = "assertion.dataHash.mismatch";
const BOXES_MISMATCH: &str = "assertion.boxesHash.mismatch";
const MISSING: &str = "claim.hardBindings.missing";

/// PNG's chunk of the store (specification 2.2, A.3.3)
const PNG_STORE: Name = *b"caBX";
/// WebP's chunk of the store (specification 2.2, A.3.6)
const WEBP_STORE: Name = *b"C2PA";

/// The unsigned headers of a signature that are known, beside its padding (specification 2.2, 10.3.2.5): those of the specification, and that of older
/// versions of `c2pa`
const UNSIGNED: [&str; 5] = ["x5chain", "sigTst", "sigTst2", "rVals", "temp_signing_time"];
/// `x5chain` as a number (RFC 9360)
const X5CHAIN: i64 = 33;

/// The manifest store of a picture
pub(crate) struct Store<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Its place in the file
    range: Range<usize>,
    /// Whether it is there once and whole, with nothing between its parts
    is_tidy: bool,
}

/// A part with a manifest store, or with its beginning
fn is_store(part: &Part<'_>) -> bool {
    matches!(part.name, PNG_STORE | WEBP_STORE) || part.name == APP11 && part.body.get(24..28) == Some(b"c2pa".as_slice())
}

/// Checks what the hash of the manifest that `reader` found in `store`, that of the file `bytes`, leaves out.
///
/// # Errors
/// The code of the specification, where it leaves out anything but the store, or the store holds anything unsigned that is not known.
pub(crate) fn check(store: &Store<'_>, bytes: &[u8], format: PictureFormat, reader: &Reader) -> Result<(), &'static str> {
    let manifests = manifests(&store.bytes).filter(|_| store.is_tidy).ok_or(DATA_MISMATCH)?;
    let (manifest, updated) = bound(reader, &manifests).ok_or(MISSING)?;
    manifest.hard_bindings()?.try_for_each(|binding| {
        let body = binding.single(b"cbor").ok_or(DATA_MISMATCH)?;
        match kind(binding.label) {
            "c2pa.hash.data" => covers(body, &store.range, updated).then_some(()).ok_or(DATA_MISMATCH),
            "c2pa.hash.boxes" => covers_boxes(body, bytes, format, &store.range).then_some(()).ok_or(BOXES_MISMATCH),
            _ => Err(DATA_MISMATCH), // of other formats
        }
    })
}

/// Checks that the manifest beside a file leaves out no byte of it.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_detached(credentials: &[u8], reader: &Reader) -> Result<(), &'static str> {
    let manifests = manifests(credentials).ok_or(DATA_MISMATCH)?;
    let (manifest, _) = bound(reader, &manifests).ok_or(MISSING)?;
    manifest.hard_bindings()?.try_for_each(|binding| {
        let hash = data_hash(binding.single(b"cbor").ok_or(DATA_MISMATCH)?).ok_or(DATA_MISMATCH)?;
        hash.exclusions.unwrap_or_default().is_empty().then_some(()).ok_or(DATA_MISMATCH)
    })
}

impl<'a> Store<'a> {
    /// The store of a picture, or what is left of it; none where there is nothing of one
    pub(crate) fn find(bytes: &'a [u8], format: PictureFormat) -> Option<Self> {
        if format == PictureFormat::Jpeg {
            return Self::of_segments(parts(bytes, format).filter(|part| part.name == APP11));
        }
        let mut found = parts(bytes, format).filter(is_store);
        let part = found.next()?;
        let is_whole = part.whole && (format != PictureFormat::Png || has_checksum(bytes, &part.range));
        Some(Self { bytes: Cow::Borrowed(part.body), range: part.range, is_tidy: is_whole && found.next().is_none() })
    }

    /// Joins segments without a gap between them (specification 2.2, A.3.1): each repeats number and header of the box, and counts on.
    fn of_segments(mut segments: impl Iterator<Item = Part<'a>>) -> Option<Self> {
        let first = segments.find(is_store)?;
        let header = first.body.first_chunk::<16>()?;
        let is_first = first.whole && header.starts_with(b"JP") && header[4..8] == 1_u32.to_be_bytes();
        let mut store = Self { bytes: Cow::Owned(first.body[8..].to_vec()), range: first.range, is_tidy: is_first };
        let mut count = 1_u32;
        for part in segments.filter(|part| is_store(part) || part.body.get(2..4) == Some(&header[2..4])) {
            count += 1;
            let follows = part.whole && part.range.start == store.range.end && part.body.len() > header.len();
            let expected = [&header[..4], &count.to_be_bytes(), &header[8..]].concat();
            if follows && part.body.starts_with(&expected) {
                store.bytes.to_mut().extend(&part.body[header.len()..]);
                store.range.end = part.range.end;
            } else {
                store.is_tidy = false;
            }
        }
        Some(store)
    }
}

/// Whether the last four bytes of a PNG's chunk are its checksum
fn has_checksum(bytes: &[u8], chunk: &Range<usize>) -> bool {
    let Some((named, checksum)) = bytes.get(chunk.start + 4..chunk.end).and_then(<[u8]>::split_last_chunk::<4>) else { return false };
    crc32fast::hash(named).to_be_bytes() == *checksum
}

/// One manifest of a store
struct Manifest<'a> {
    label: &'a [u8],
    /// Whether it adds to the manifest before it, and has no hash of the picture
    updates: bool,
    assertions: Vec<Superbox<'a>>,
}

/// The manifests of a store; none where it holds anything that no hash or signature covers, or padding that is not zero
fn manifests(store: &[u8]) -> Option<Vec<Manifest<'_>>> {
    let store = Superbox::open(jumbf::store(store)?)?;
    store.superboxes()?.into_iter().map(|manifest| Manifest::open(&manifest)).collect()
}

impl<'a> Manifest<'a> {
    fn open(manifest: &Superbox<'a>) -> Option<Self> {
        let mut assertions = None;
        for part in manifest.superboxes()? {
            match part.kind {
                b"c2as" if assertions.is_none() => assertions = Some(part.superboxes()?),
                b"c2cs" if is_plain_signature(part.single(b"cbor")?) => {}
                b"c2cl" => {
                    part.single(b"cbor")?;
                }
                b"c2vc" | b"c2db" => {
                    part.superboxes()?;
                }
                _ => return None,
            }
        }
        // A compressed manifest (`c2cm`) has none of these parts: no picture is known to carry one, and it cannot be checked here.
        Some(Self { label: manifest.label, updates: manifest.kind == b"c2um", assertions: assertions? })
    }

    /// Its hashes of the file.
    ///
    /// # Errors
    /// [`MISSING`] where there is none.
    fn hard_bindings(&self) -> Result<impl Iterator<Item = &Superbox<'a>>, &'static str> {
        let mut bindings = self.assertions.iter().filter(|assertion| is_hard_binding(assertion.label)).peekable();
        bindings.peek().ok_or(MISSING)?;
        Ok(bindings)
    }
}

/// Whether the unsigned headers of a signature are known, and its padding zero
fn is_plain_signature(bytes: &[u8]) -> bool {
    let read = CoseSign1::from_tagged_slice(bytes).or_else(|_| CoseSign1::from_slice(bytes));
    let is_known = |(label, value): &(Label, Value)| match label {
        Label::Int(X5CHAIN) => true,
        Label::Text(name) if name.starts_with("pad") => value.as_bytes().is_some_and(|padding| is_zero(padding)),
        Label::Text(name) => UNSIGNED.contains(&name.as_str()),
        Label::Int(_) => false,
    };
    read.is_ok_and(|signature| signature.unprotected.rest.iter().all(is_known))
}

/// The manifest with the hash of the picture: the active one, or the one that it updates; and whether it was updated
fn bound<'m, 'a>(reader: &Reader, manifests: &'m [Manifest<'a>]) -> Option<(&'m Manifest<'a>, bool)> {
    let mut label = reader.active_label()?.to_owned();
    for updates in 0..=manifests.len() {
        let manifest = manifests.iter().find(|manifest| manifest.label == label.as_bytes())?;
        if !manifest.updates {
            return Some((manifest, updates > 0));
        }
        let parent = reader.get_manifest(&label)?.ingredients().iter().find(|ingredient| ingredient.is_parent())?;
        label = parent.active_manifest()?.to_owned();
    }
    None
}

/// A label without the number that tells it from others of its kind
fn kind(label: &[u8]) -> &str {
    let label = std::str::from_utf8(label).unwrap_or_default();
    label.split_once("__").map_or(label, |(kind, _)| kind)
}

fn is_hard_binding(label: &[u8]) -> bool {
    let kind = kind(label);
    let known = ["c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.bmff", "c2pa.hash.collection"];
    known.iter().any(|known| kind.starts_with(known)) && !kind.ends_with(".part")
}

fn data_hash(body: &[u8]) -> Option<DataHash> {
    // This padding is signed, and the first signers filled it with spaces.
    let is_padding = |bytes: &[u8]| is_zero(bytes) || bytes.iter().all(|&byte| byte == b' ');
    let hash: DataHash = c2pa_cbor::from_slice(body).ok()?;
    (is_padding(&hash.pad) && hash.pad2.as_ref().is_none_or(|padding| is_padding(padding))).then_some(hash)
}

/// Whether a hash leaves out the store and no byte more. An update makes the store longer, not what its first manifest says of it.
fn covers(body: &[u8], store: &Range<usize>, updated: bool) -> bool {
    let mut left_out: Vec<HashRange> = data_hash(body).and_then(|hash| hash.exclusions).unwrap_or_default();
    left_out.sort_by_key(HashRange::start);
    if let ([only], true) = (&left_out[..], updated) {
        return only.start() == store.start as u64 && only.length() <= store.len() as u64;
    }
    let joined = left_out.iter().try_fold(store.start as u64, |at, range| {
        let follows = range.start() == at && range.length() > 0;
        if follows { at.checked_add(range.length()) } else { None }
    });
    joined == Some(store.end as u64)
}

/// Whether the hashes of a list of boxes are those of all boxes of the file, without a gap and up to its end, but for the store. `c2pa` checks those that
/// are listed, and not whether there are others.
fn covers_boxes(body: &[u8], bytes: &[u8], format: PictureFormat, store: &Range<usize>) -> bool {
    let Ok(BoxHash { boxes }) = c2pa_cbor::from_slice::<BoxHash>(body) else { return false };
    let mut found = parts(bytes, format);
    let mut at = 0;
    for entry in &boxes {
        let start = at;
        for name in &entry.names {
            let Some(part) = found.next().filter(|part| part.whole && part.range.start == at) else { return false };
            let is_named = if name == "C2PA" { at == store.start } else { box_name(part.name).as_ref() == Some(name) };
            if !is_named {
                return false;
            }
            at = part.range.end;
            // The segments of the store are one box.
            while name == "C2PA" && at < store.end {
                at = found.next().map_or(store.end, |part| part.range.end);
            }
        }
        if !is_hashed(entry, &bytes[start..at]) {
            return false;
        }
    }
    at == bytes.len()
}

/// Whether the entry has the hash of `bytes`, or is the store alone
fn is_hashed(entry: &BoxMap, bytes: &[u8]) -> bool {
    if entry.names == ["C2PA"] {
        return is_zero(&entry.pad);
    }
    let excluded = entry.excluded.unwrap_or_default();
    let hash: &[u8] = &entry.hash;
    let same = match hash.len() {
        32 => Sha256::digest(bytes)[..] == *hash,
        48 => Sha384::digest(bytes)[..] == *hash,
        64 => Sha512::digest(bytes)[..] == *hash,
        _ => false,
    };
    same && !excluded && is_zero(&entry.pad)
}
