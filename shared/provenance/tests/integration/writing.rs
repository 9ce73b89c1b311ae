//! Small pictures, signed with the keys of the tests, and their parts.

use std::io::Cursor;
use std::ops::Range;

use picture_files::PictureFormat::{self, Jpeg, Png, Webp};
use provenance::{Credentials, Report, examine};
use serde_json::{Value, json};
use testkit::pictures;
use testkit::signing::{KEYS, anchors};

pub(crate) const FORMATS: [PictureFormat; 3] = [Jpeg, Png, Webp];

pub(crate) fn report(bytes: &[u8]) -> Report {
    examine(bytes, &anchors()).unwrap()
}

pub(crate) fn credentials(bytes: &[u8]) -> Credentials {
    report(bytes).credentials
}

/// A picture that says nothing of itself
pub(crate) fn plain(format: PictureFormat) -> Vec<u8> {
    let card = image::DynamicImage::ImageRgb8(pictures::card()).resize_exact(64, 64, image::imageops::FilterType::Nearest).to_rgb8();
    match format {
        Jpeg => pictures::jpeg(&card),
        Png => pictures::rgb_png(&card, &[], &[]),
        Webp => pictures::webp(&card),
    }
}

pub(crate) fn uri(term: &str) -> String {
    format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}")
}

pub(crate) fn signer() -> Box<dyn c2pa::Signer> {
    c2pa::create_signer::from_keys(KEYS.chain.as_bytes(), KEYS.key.as_bytes(), c2pa::SigningAlg::Es256, None).unwrap()
}

pub(crate) fn builder(assertions: Value) -> c2pa::Builder {
    let definition = json!({ "claim_generator_info": [{ "name": "Program", "version": "1" }], "assertions": assertions });
    let settings = json!({ "verify": { "verify_after_sign": false }, "builder": { "thumbnail": { "enabled": false } } });
    let context = c2pa::Context::new().with_settings(c2pa::Settings::new().with_json(&settings.to_string()).unwrap()).unwrap();
    c2pa::Builder::from_context(context).with_definition(definition.to_string()).unwrap()
}

/// An assertion that a program made the picture of what it opened or without anything, by each of `types`
pub(crate) fn actions(label: &str, types: &[Option<&str>]) -> Value {
    let action = |(at, term): (usize, &Option<&str>)| {
        let name = if at == 0 { "c2pa.created" } else { "c2pa.edited" };
        term.map_or(json!({ "action": name }), |term| json!({ "action": name, "digitalSourceType": uri(term) }))
    };
    json!({ "label": label, "created": true, "data": { "actions": types.iter().enumerate().map(action).collect::<Vec<_>>() } })
}

pub(crate) fn signed_with(mut builder: c2pa::Builder, picture: &[u8]) -> Vec<u8> {
    let format = PictureFormat::sniff(picture).unwrap().content_type();
    let mut signed = Cursor::new(Vec::new());
    builder.sign(signer().as_ref(), format, &mut Cursor::new(picture), &mut signed).unwrap();
    signed.into_inner()
}

pub(crate) fn signed(format: PictureFormat) -> Vec<u8> {
    signed_with(builder(json!([actions("c2pa.actions.v2", &[Some("algorithmicMedia")])])), &plain(format))
}

/// A picture signed with so large a manifest that a JPEG needs several segments for it
pub(crate) fn signed_at_length(format: PictureFormat) -> Vec<u8> {
    let large = json!({ "label": "org.nigao.large", "data": { "text": "words ".repeat(30_000) } });
    signed_with(builder(json!([actions("c2pa.actions.v2", &[Some("algorithmicMedia")]), large])), &plain(format))
}

/// The parts of a picture: segments up to the pixels, or chunks. The last is what contradicts the format.
pub(crate) fn parts(bytes: &[u8]) -> Vec<Range<usize>> {
    let at = |at: usize, count: usize| {
        bytes.get(at..at + count).map_or([0; 4], |found| {
            let mut four = [0; 4];
            four[4 - count..].copy_from_slice(found);
            four
        })
    };
    let (mut start, mut found) = (0, Vec::new());
    while start < bytes.len() {
        let length = match PictureFormat::sniff(bytes).unwrap() {
            Jpeg if start == 0 => 2,
            Jpeg if at(start, 2)[3] == 0xda => bytes.len(),
            Jpeg => 2 + u32::from_be_bytes(at(start + 2, 2)).max(2) as usize,
            Png if start == 0 => 8,
            Png => 12 + u32::from_be_bytes(at(start, 4)) as usize,
            Webp if start == 0 => 12,
            Webp => 8 + (u32::from_le_bytes(at(start + 4, 4)) as usize).next_multiple_of(2),
        };
        let end = bytes.len().min(start + length);
        found.push(start..end);
        start = end;
    }
    found
}

/// The place of the manifest store's chunk or segments
pub(crate) fn store_range(bytes: &[u8]) -> Range<usize> {
    let is_store = |part: &Range<usize>| {
        bytes[part.clone()].starts_with(&[0xff, 0xeb]) || {
            let name = &bytes[part.clone()];
            name.get(4..8) == Some(b"caBX") || name.starts_with(b"C2PA")
        }
    };
    let found: Vec<_> = parts(bytes).into_iter().filter(is_store).collect();
    found[0].start..found[found.len() - 1].end
}

/// The manifest store of a picture
pub(crate) fn store(bytes: &[u8]) -> Vec<u8> {
    let range = store_range(bytes);
    let own = &bytes[range.clone()];
    match PictureFormat::sniff(bytes).unwrap() {
        Jpeg => {
            let segments = parts(bytes).into_iter().filter(|part| range.contains(&part.start));
            segments.enumerate().flat_map(|(at, part)| bytes[part][if at == 0 { 12 } else { 20 }..].to_vec()).collect()
        }
        Png => own[8..own.len() - 4].to_vec(),
        Webp => own[8..8 + u32::from_le_bytes(own[4..8].try_into().unwrap()) as usize].to_vec(),
    }
}

/// A manifest store as it is in a file
pub(crate) fn packed(store: &[u8], format: PictureFormat) -> Vec<u8> {
    match format {
        Png => pictures::png_chunk(b"caBX", store),
        Webp => pictures::riff_chunk(b"C2PA", store),
        Jpeg => segments(store).concat(),
    }
}

/// A manifest store as segments of a JPEG
pub(crate) fn segments(store: &[u8]) -> Vec<Vec<u8>> {
    let segment = |(at, part): (usize, &[u8])| {
        let head: &[u8] = if at == 0 { b"" } else { &store[..8] };
        let length = (2 + 8 + head.len() + part.len()) as u16;
        [&[0xff, 0xeb], &length.to_be_bytes()[..], b"JP\x02\x11", &(at as u32 + 1).to_be_bytes(), head, part].concat()
    };
    store.chunks(64_000).enumerate().map(segment).collect()
}

/// `bytes` with something else in the place of its manifest store
pub(crate) fn with_store(bytes: &[u8], packed: &[u8]) -> Vec<u8> {
    let range = store_range(bytes);
    let mut changed = [&bytes[..range.start], packed, &bytes[range.end..]].concat();
    if changed.starts_with(b"RIFF") {
        let length = changed.len() as u32 - 8;
        changed[4..8].copy_from_slice(&length.to_le_bytes());
    }
    changed
}

/// The boxes in `range` of a store: place, length and type
fn boxes(store: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let (mut at, mut found) = (range.start, Vec::new());
    while at < range.end {
        let length = u32::from_be_bytes(store[at..at + 4].try_into().unwrap()) as usize;
        found.push(at..at + length);
        at += length;
    }
    found
}

/// The boxes around the signature of the active manifest, the outermost first and its content last
pub(crate) fn around_signature(store: &[u8]) -> Vec<Range<usize>> {
    let within = |outer: &Range<usize>| boxes(store, outer.start + 8..outer.end);
    let top = boxes(store, 0..store.len()).remove(0);
    let manifest = within(&top).pop().unwrap();
    let named = |found: &Range<usize>| store[found.clone()].windows(14).take(60).any(|name| name == b"c2pa.signature");
    let signature = within(&manifest).into_iter().find(named).unwrap();
    let content = within(&signature).pop().unwrap();
    vec![top, manifest, signature, content]
}

/// The store with `new` in the place `range` of its signature, and with the lengths that follow from it
pub(crate) fn spliced(store: &[u8], range: Range<usize>, new: &[u8]) -> Vec<u8> {
    let mut changed = [&store[..range.start], new, &store[range.end..]].concat();
    for outer in around_signature(store) {
        let length = (outer.len() + new.len() - range.len()) as u32;
        changed[outer.start..outer.start + 4].copy_from_slice(&length.to_be_bytes());
    }
    changed
}

/// The place of the signature's padding, with its length before it
pub(crate) fn padding(store: &[u8]) -> Range<usize> {
    let content = around_signature(store).pop().unwrap();
    let name = store[content.clone()].windows(4).rposition(|name| name == b"\x63pad").unwrap();
    let at = content.start + name + 4;
    assert_eq!(store[at], 0x59, "bytes with a length of 16 bits");
    let length = u16::from_be_bytes([store[at + 1], store[at + 2]]);
    at..at + 3 + usize::from(length)
}

/// The store without the padding of its signature, and how many bytes that freed
pub(crate) fn trimmed(store: &[u8]) -> (Vec<u8>, usize) {
    let range = padding(store);
    let freed = range.len() - 1;
    (spliced(store, range, &[0x40]), freed)
}
