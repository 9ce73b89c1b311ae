//! Files whose signature is right, and whose picture the signer never saw.

use std::io::Cursor;
use std::ops::Range;

use c2pa::HashRange;
use c2pa::assertions::{BoxHash, BoxMap, DataHash};
use picture_files::PictureFormat::{self, Jpeg, Png, Webp};
use provenance::State;
use serde_json::json;
use sha2::{Digest, Sha256};
use testkit::pictures;

use crate::writing::*;

const MISMATCH: &str = "assertion.dataHash.mismatch";

/// The ranges that a hash leaves out, each a start and a length, of a store at such a place.
type Exclusions = fn(u64, u64) -> Vec<(u64, u64)>;

fn assert_forged(bytes: &[u8], what: &str) {
    let found = credentials(bytes);
    assert_eq!(found.state, State::Invalid, "{what}: {:?}", found.codes);
}

/// A picture of one colour and as few bytes as there are
fn another() -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(64, 64, image::Rgb([200, 0, 0]));
    pictures::jpeg(&picture)[2..].to_vec()
}

#[test]
fn what_is_signed_is_trusted() {
    for format in FORMATS {
        for picture in [signed(format), signed_at_length(format)] {
            let found = credentials(&picture);
            assert_eq!((found.state, found.codes), (State::Trusted, vec![]), "{format:?}");
            // The tests' own writer changes nothing.
            assert_eq!(with_store(&picture, &packed(&store(&picture), format)), picture, "{format:?}");
        }
    }
}

/// The signature's padding is cut off, and the freed room holds another picture: every hash and the signature are as they were.
#[test]
fn a_picture_in_the_room_of_trimmed_padding_is_a_forgery() {
    for format in FORMATS {
        let picture = signed(format);
        let (small, freed) = trimmed(&store(&picture));
        let small = packed(&small, format);
        let room = store_range(&picture).len() - small.len();
        let fill = match format {
            Jpeg => {
                let mut fill = another();
                fill.resize(fill.len().max(room), 0);
                fill
            }
            Png => {
                let pixels = pictures::png_chunk(b"IDAT", &pictures::zlib_bomb(64 * (1 + 64 * 3)));
                let end = pictures::png_chunk(b"IEND", b"");
                [pixels, end].concat()
            }
            Webp => pictures::riff_chunk(b"XMP ", &vec![b' '; room - 8]),
        };
        let fills = [fill, vec![0; room], vec![0xff; room], b"words".repeat(room / 5 + 1)];
        for fill in fills {
            let mut fill = fill;
            fill.resize(room, 0);
            assert!(room + 8 >= freed, "{room} of {freed}");
            for filled in [[small.clone(), fill.clone()].concat(), [fill, small.clone()].concat()] {
                let forged = with_store(&picture, &filled);
                assert_eq!(forged.len(), picture.len(), "{format:?}");
                let found = credentials(&forged);
                assert!(found.state <= State::Invalid, "{format:?}: {:?} {:?}", found.state, found.codes);
            }
        }
        assert_forged(&with_store(&picture, &small), "trimmed and not filled");
    }
}

#[test]
fn the_forgery_of_a_jpeg_is_named_by_the_code_of_the_specification() {
    let picture = signed(Jpeg);
    let small = packed(&trimmed(&store(&picture)).0, Jpeg);
    let room = store_range(&picture).len() - small.len();
    let comment = [&[0xff, 0xfe], &(room as u16 - 2).to_be_bytes()[..], &vec![b'x'; room - 4]].concat();
    let forged = with_store(&picture, &[small, comment].concat());
    let found = credentials(&forged);
    assert_eq!((found.state, found.codes), (State::Invalid, vec![MISMATCH.to_owned()]));
}

#[test]
fn padding_that_is_not_zero_is_a_forgery() {
    for format in FORMATS {
        let picture = signed(format);
        let store = store(&picture);
        let padding = padding(&store);
        let mut written = store.clone();
        written[padding.start + 3..padding.end].fill(b'!');
        assert_forged(&with_store(&picture, &packed(&written, format)), "the signature's");
        // The freed room as a box of padding, and behind the store in its chunk
        let (small, freed) = trimmed(&store);
        let end = around_signature(&small)[2].end;
        let free = |fill: u8| [&(freed as u32).to_be_bytes()[..], b"free", &vec![fill; freed - 8]].concat();
        for (fill, state) in [(0, State::Trusted), (1, State::Invalid)] {
            let boxed = spliced(&small, end..end, &free(fill));
            // It is behind the content of the signature, whose own length stays.
            let mut boxed = boxed;
            let content = around_signature(&small).pop().unwrap();
            boxed[content.start..content.start + 4].copy_from_slice(&(content.len() as u32).to_be_bytes());
            let found = credentials(&with_store(&picture, &packed(&boxed, format)));
            assert_eq!(found.state, state, "{format:?}, a box of {fill}: {:?}", found.codes);
            let behind = [small.clone(), vec![fill; freed]].concat();
            let found = credentials(&with_store(&picture, &packed(&behind, format)));
            assert_eq!(found.state, state, "{format:?}, {fill} behind the store: {:?}", found.codes);
        }
    }
}

#[test]
fn unsigned_headers_that_nobody_knows_are_a_forgery() {
    let picture = signed(Png);
    let store = store(&picture);
    let mut renamed = store.clone();
    let at = padding(&store).start - 3;
    renamed[at..at + 3].copy_from_slice(b"sky");
    assert_forged(&with_store(&picture, &packed(&renamed, Png)), "padding by another name");
}

#[test]
fn segments_of_a_jpeg_have_nothing_between_them() {
    let picture = signed_at_length(Jpeg);
    let whole = segments(&store(&picture));
    let small = segments(&trimmed(&store(&picture)).0);
    assert!(whole.len() > 2);
    let room = whole.concat().len() - small.concat().len();
    let fill = [&[0xff, 0xfe], &(room as u16 - 2).to_be_bytes()[..], &vec![b'x'; room - 4]].concat();
    for at in 0..=small.len() {
        let mut parts = small.clone();
        parts.insert(at, fill.clone());
        assert_forged(&with_store(&picture, &parts.concat()), &format!("a comment before segment {at}"));
        parts[at] = vec![0xff; room];
        assert_forged(&with_store(&picture, &parts.concat()), &format!("fill bytes before segment {at}"));
    }
    let mut exchanged = whole.clone();
    exchanged.swap(1, 2);
    assert_forged(&with_store(&picture, &exchanged.concat()), "segments in another order");
    for at in [4, 6, 8, 11, 12, 19] {
        let mut headed = whole.clone();
        headed[1][at] ^= 1;
        assert_forged(&with_store(&picture, &headed.concat()), &format!("byte {at} of a segment's header"));
    }
    let mut again = whole.clone();
    again.push(whole[0].clone());
    assert_forged(&with_store(&picture, &again.concat()), "a segment twice");
}

#[test]
fn a_store_is_there_once_and_its_chunk_has_its_checksum() {
    for format in FORMATS {
        let picture = signed(format);
        let own = picture[store_range(&picture)].to_vec();
        assert_forged(&with_store(&picture, &[own.clone(), own].concat()), "a store twice");
    }
    let mut picture = signed(Png);
    let last = store_range(&picture).end - 1;
    picture[last] ^= 1;
    assert_forged(&picture, "a checksum");
}

/// `picture` with a store at `at` whose signer leaves `excluded` out, which may depend on the place of the store
fn leaving_out(picture: &[u8], at: usize, excluded: impl Fn(u64, u64) -> Vec<(u64, u64)>) -> Vec<u8> {
    let format = PictureFormat::sniff(picture).unwrap().content_type();
    let mut builder = builder(json!([actions("c2pa.actions.v2", &[Some("algorithmicMedia")])]));
    let placeholder = builder.data_hashed_placeholder(signer().reserve_size(), format).unwrap();
    let mut whole = [&picture[..at], &placeholder, &picture[at..]].concat();
    let mut hash = DataHash::new("jumbf manifest", "sha256");
    let ranges = excluded(at as u64, placeholder.len() as u64);
    hash.exclusions = Some(ranges.iter().map(|&(start, length)| HashRange::new(start, length)).collect());
    hash.set_hash(c2pa::hash_stream_by_alg("sha256", &mut Cursor::new(&whole), hash.exclusions.clone(), true).unwrap());
    let signed = builder.sign_data_hashed_embeddable(signer().as_ref(), &hash, format).unwrap();
    assert_eq!(signed.len(), placeholder.len());
    whole[at..at + signed.len()].copy_from_slice(&signed);
    whole
}

#[test]
fn a_hash_leaves_out_the_store_and_not_a_byte_beside_it() {
    for format in [Jpeg, Png] {
        let picture = plain(format);
        let at = parts(&picture)[1].end;
        let rightly = leaving_out(&picture, at, |start, length| vec![(start, length)]);
        assert_eq!(credentials(&rightly).state, State::Trusted, "{format:?}: {:?}", credentials(&rightly).codes);
        let in_two = leaving_out(&picture, at, |start, length| vec![(start, 100), (start + 100, length - 100)]);
        assert_eq!(credentials(&in_two).state, State::Trusted, "{format:?}: {:?}", credentials(&in_two).codes);
        let wrongly: [(&str, Exclusions); 6] = [
            ("a byte before it", |start, length| vec![(start - 1, length + 1)]),
            ("bytes behind it", |start, length| vec![(start, length + 40)]),
            ("all behind it", |start, length| vec![(start, length), (start + length, 300)]),
            ("another place", |start, length| vec![(start, length), (start + length + 50, 20)]),
            ("a place before it", |start, length| vec![(8, 4), (start, length)]),
            ("a place before it and not the store", |_, _| vec![(8, 4)]),
        ];
        for (what, excluded) in wrongly {
            assert_forged(&leaving_out(&picture, at, excluded), &format!("{format:?}: {what}"));
        }
    }
}

/// A picture signed with the hashes of its boxes, of which `listed` makes the list
fn by_boxes(picture: &[u8], listed: impl Fn(Vec<BoxMap>) -> Vec<BoxMap>) -> Vec<u8> {
    let format = PictureFormat::sniff(picture).unwrap();
    let parts = parts(picture);
    let at = parts[1].end;
    let entry = |names: &[&str], hash: Vec<u8>| BoxMap {
        names: names.iter().map(|&name| name.to_owned()).collect(),
        alg: Some("sha256".to_owned()),
        hash: hash.into(),
        ..BoxMap::default()
    };
    let digest = |bytes: &[u8]| Sha256::digest(bytes).to_vec();
    let name = |part: &Range<usize>| match (format, picture[part.start + 1]) {
        (Png, _) => ["IDAT", "IEND"][usize::from(part.end == picture.len())],
        (_, 0xc0) => "SOF0",
        (_, 0xc4) => "DHT",
        (_, 0xdb) => "DQT",
        (_, 0xda) => "SOS",
        (_, other) => panic!("{other:x}"),
    };
    let before: &[&str] = if format == Jpeg { &["SOI", "APP0"] } else { &["PNGh", "IHDR"] };
    let mut behind: Vec<&str> = parts[2..].iter().map(name).collect();
    behind.extend((format == Jpeg).then_some("EOI"));
    let boxes = listed(vec![entry(before, digest(&picture[..at])), entry(&["C2PA"], vec![0]), entry(&behind, digest(&picture[at..]))]);
    let assertion = serde_json::to_value(BoxHash { boxes }).unwrap();
    let mut builder = builder(json!([actions("c2pa.actions.v2", &[Some("algorithmicMedia")])]));
    builder.add_assertion("c2pa.hash.boxes", &assertion).unwrap();
    let store = builder.sign_box_hashed_embeddable(signer().as_ref(), format.content_type()).unwrap();
    [&picture[..at], &store, &picture[at..]].concat()
}

#[test]
fn a_list_of_boxes_leaves_none_out() {
    for format in [Jpeg, Png] {
        let rightly = by_boxes(&plain(format), |boxes| boxes);
        assert_eq!(credentials(&rightly).state, State::Trusted, "{format:?}: {:?}", credentials(&rightly).codes);
        let shortened = by_boxes(&plain(format), |mut boxes| {
            boxes.pop();
            boxes
        });
        assert_forged(&shortened, "the boxes behind the store are not listed");
        let excluded = by_boxes(&plain(format), |mut boxes| {
            boxes[2].excluded = Some(true);
            boxes
        });
        assert_forged(&excluded, "the boxes behind the store are excluded");
        assert_forged(&[rightly, b"more".to_vec()].concat(), "bytes behind the end");
    }
}
