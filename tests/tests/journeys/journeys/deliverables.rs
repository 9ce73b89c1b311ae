//! The deliverables of a done generation, checked byte by byte.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use bytes::Bytes;
use imaging::{AVATARS, INDEX_NAME, PACKS, SPEECH_BUBBLE, STICKERS, StickerSpec, Target, validate};
use picture_files::{DigitalSource, Format, Kind, Messenger};
use provenance::{Anchors, State, check_detached, examine};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::Person;
use crate::harness::person::text;

/// Downloads all files and compares them with the API, the tables, the bundle and its manifest.
pub(crate) async fn assert_deliverables(person: &Person<'_>, done: &Value, bubble: bool) {
    let files = done["deliverables"].as_array().unwrap();
    let expected = expected_names(done, bubble);
    let alone = |name: &String| Target::of(name).unwrap().stands_alone();
    assert_eq!(names(files), expected.iter().filter(|name| alone(name)).cloned().collect());

    let bundle = &done["bundle"];
    let zip = person.download(&text(bundle, "url")).await;
    assert_eq!((hash(&zip), Some(zip.len() as u64)), (text(bundle, "sha256"), bundle["bytes"].as_u64()));
    assert_eq!(validate(Target::Bundle, &zip), []);
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let listed = assert_manifest(&mut archive, done);
    assert_eq!(names(&listed), expected, "the bundle has those without a link as well");
    let index = String::from_utf8(read(&mut archive, INDEX_NAME)).unwrap().to_lowercase();
    assert!(index.starts_with("<!doctype html>") && !index.contains("<script"), "{index}");
    assert_eq!(archive.len(), listed.len() + 3, "the files, the manifest with its Content Credentials, and the page");
    assert_signed_manifest(&mut archive);

    for file in &listed {
        assert_file(file, &read(&mut archive, &text(file, "name")));
    }
    for file in files {
        let bytes = person.download(&text(file, "url")).await;
        assert_eq!(read(&mut archive, &text(file, "name")), bytes, "{} in the bundle", file["name"]);
    }
}

fn names(files: &[Value]) -> BTreeSet<String> {
    files.iter().map(|file| text(file, "name")).collect()
}

/// The paths of all expected files of the bundle.
fn expected_names(done: &Value, bubble: bool) -> BTreeSet<String> {
    let count = usize::try_from(done["count"].as_u64().unwrap()).unwrap();
    let messengers: Vec<Messenger> = serde_json::from_value(done["stickers"].clone()).unwrap();
    let avatars = AVATARS.iter().chain(bubble.then_some(&SPEECH_BUBBLE));
    let mut paths: Vec<String> = avatars.flat_map(|row| Format::PICTURES.map(|format| row.path(format))).collect();
    let rows = |kind: Kind| STICKERS.iter().filter(move |row| row.kind == kind).filter(|row| messengers.contains(&row.messenger));
    paths.extend(rows(Kind::Sticker).map(StickerSpec::path));
    let mut names: BTreeSet<String> = (1..=count).flat_map(|drawing| paths.iter().map(move |path| format!("{drawing}/{path}"))).collect();
    names.extend(rows(Kind::Tray).map(StickerSpec::path));
    names.extend(PACKS.iter().filter(|pack| messengers.contains(&pack.messenger) && pack.counts.take(count)).map(imaging::PackSpec::path));
    names
}

/// Length, hash and size in pixels match the API, and every rule of the file's platform holds: its limits, and a digital source type as its only
/// metadata.
fn assert_file(file: &Value, bytes: &[u8]) {
    let (name, format) = (text(file, "name"), text(file, "format"));
    assert_eq!((hash(bytes), Some(bytes.len() as u64)), (text(file, "sha256"), file["bytes"].as_u64()), "{name}");
    assert_eq!(validate(Target::of(&name).unwrap(), bytes), [], "{name}");
    let picture = match format.as_str() {
        "png" => image::ImageFormat::Png,
        "webp" => image::ImageFormat::WebP,
        "wastickers" | "zip" => return,
        other => panic!("{other}"),
    };
    let decoded = image::load_from_memory_with_format(bytes, picture).unwrap();
    let size = (Some(u64::from(decoded.width())), Some(u64::from(decoded.height())));
    assert_eq!(size, (file["width"].as_u64(), file["height"].as_u64()), "{name}");
    let chunks = if picture == image::ImageFormat::Png { png_chunks(bytes) } else { riff_chunks(bytes) };
    if name.ends_with("/whatsapp.webp") {
        assert_eq!(file["provenance"], "manifest", "{name}");
        assert!(chunks.iter().all(|(kind, _)| ["VP8X", "ALPH", "VP8 "].contains(&kind.as_str())), "{name} is pixels alone");
        return;
    }
    assert_only_the_term(&name, &chunks);
    assert_eq!(file["provenance"], "c2pa", "{name}: the offline artist's credentials leave room in every sticker");
    let report = examine(bytes, &Anchors::default()).unwrap();
    assert_eq!(report.credentials.state, State::Valid, "{name}: {:?}", report.credentials.codes);
    assert_eq!(report.credentials.digital_source_type, report.xmp_digital_source_type, "{name}");
}

/// A chunk's name and body.
type Chunk = (String, Vec<u8>);

fn assert_only_the_term(name: &str, chunks: &[Chunk]) {
    const PIXELS: [&str; 13] = ["IHDR", "PLTE", "tRNS", "sRGB", "gAMA", "cHRM", "pHYs", "IDAT", "IEND", "VP8 ", "VP8L", "VP8X", "ALPH"];
    let (credentials, chunks): (Vec<&Chunk>, Vec<&Chunk>) = chunks.iter().partition(|(kind, _)| ["caBX", "C2PA"].contains(&kind.as_str()));
    assert_eq!(credentials.len(), 1, "{name} has one manifest store");
    let metadata: Vec<&Chunk> = chunks.iter().copied().filter(|(kind, _)| !PIXELS.contains(&kind.as_str())).collect();
    let [(kind, body)] = metadata.as_slice() else { panic!("{name} has {:?}", chunks.iter().map(|(kind, _)| kind).collect::<Vec<_>>()) };
    let body = String::from_utf8_lossy(body);
    let packet = match kind.as_str() {
        "iTXt" => body.strip_prefix("XML:com.adobe.xmp\0\0\0\0\0").unwrap_or_else(|| panic!("{name}: {body}")),
        "XMP " => &body,
        other => panic!("{name} has a chunk {other}"),
    };
    assert_eq!(packet, DigitalSource::AlgorithmicallyEnhanced.xmp(), "{name}");
}

/// The chunks of a PNG (PNG 3, 5.3: length, type, data, CRC).
fn png_chunks(bytes: &[u8]) -> Vec<Chunk> {
    let (mut chunks, mut rest) = (Vec::new(), &bytes[8..]);
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        chunks.push((String::from_utf8_lossy(&rest[4..8]).into_owned(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

/// The chunks of a WebP (RIFF: type, length, data, padded to even).
fn riff_chunks(bytes: &[u8]) -> Vec<Chunk> {
    let (mut chunks, mut rest) = (Vec::new(), &bytes[12..]);
    while rest.len() >= 8 {
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        chunks.push((String::from_utf8_lossy(&rest[..4]).into_owned(), rest[8..8 + length].to_vec()));
        rest = &rest[(8 + length + length % 2).min(rest.len())..];
    }
    chunks
}

/// The manifest matches the API in every file with a link. Answers all its files.
fn assert_manifest(archive: &mut zip::ZipArchive<Cursor<Bytes>>, done: &Value) -> Vec<Value> {
    let manifest: Value = serde_json::from_slice(&read(archive, imaging::MANIFEST_NAME)).unwrap();
    for field in ["generation_id", "style", "seed"] {
        assert_eq!(manifest[field], done[field], "{field}");
    }
    let listed = manifest["files"].as_array().unwrap();
    for file in done["deliverables"].as_array().unwrap() {
        let mut described = file.clone();
        let fields = described.as_object_mut().unwrap();
        fields.remove("url");
        fields.remove("expires_at");
        fields.insert("digital_source_type".into(), DigitalSource::AlgorithmicallyEnhanced.uri().into());
        assert!(listed.contains(&described), "{described}");
    }
    listed.clone()
}

/// The credentials of the manifest cover its bytes.
fn assert_signed_manifest(archive: &mut zip::ZipArchive<Cursor<Bytes>>) {
    let (manifest, credentials) = (read(archive, imaging::MANIFEST_NAME), read(archive, imaging::CREDENTIALS_NAME));
    assert_eq!(check_detached(&manifest, &credentials, &Anchors::default()).unwrap().credentials.state, State::Valid);
}

fn read(archive: &mut zip::ZipArchive<Cursor<Bytes>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}")).read_to_end(&mut bytes).unwrap();
    bytes
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
