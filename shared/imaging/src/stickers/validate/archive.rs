//! The rules for packs and bundles.

use super::{FORMATS, Found, MOST_BUNDLE, Target, check, container};
use crate::stickers::{PackSpec, StickerSpec, table};
use crate::{CREDENTIALS_NAME, Format, INDEX_NAME, MANIFEST_NAME};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Maximum members of a validated archive
const MOST_MEMBERS: usize = 2_000;
/// Maximum bytes of one unpacked member
const LARGEST_MEMBER: u64 = 64_000_000;
/// Our rule where no messenger has one
const SAFE: &str = "ours: an archive unpacks into its own folder, in bounded memory";

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Checks a pack and all its members.
pub(super) fn pack(pack: &PackSpec, bytes: &[u8], found: &mut Found) {
    let most = pack.most_bytes;
    found.check(bytes.len() <= most, pack.source, || format!("it has {} bytes; at most {most} are allowed", bytes.len()));
    let mut stickers = Vec::new();
    let mut moving = BTreeSet::new();
    let mut missing: BTreeSet<&str> = fixed(pack).iter().map(|(name, _)| *name).collect();
    let readable = members(bytes, most, found, |name, bytes, found| {
        missing.remove(name);
        if let Some((_, fixed)) = fixed(pack).iter().find(|(fixed, _)| *fixed == name) {
            match fixed {
                Fixed::Text => text(name, bytes, pack, found),
                Fixed::Picture(row) => picture(row, bytes, found),
            }
        } else if let Some(number) = number(pack.format, name) {
            stickers.push(number);
            moving.insert(
                container::open(if pack.format == Format::Zip { Format::Png } else { Format::Webp }, bytes).is_some_and(|c| c.animated),
            );
            picture(pack.sticker, bytes, found);
        } else {
            found.add(pack.source, "no member of such a pack is called so");
        }
    });
    if !readable {
        return;
    }
    for name in missing {
        found.add(pack.source, format!("{name} is missing"));
    }
    stickers.sort_unstable();
    let count = stickers.len();
    found.check(pack.counts.take(count), pack.source, || format!("it has {count} stickers; it must have {}", pack.counts));
    found.check(stickers.iter().copied().eq(1..=count), pack.source, || "its stickers are not numbered from 1 without gaps".into());
    found.check(moving.len() < 2, pack.source, || "it mixes still and moving stickers".into());
}

/// A member that every pack of its kind has
enum Fixed {
    Text,
    Picture(&'static str),
}

fn fixed(pack: &PackSpec) -> &'static [(&'static str, Fixed)] {
    match pack.format {
        Format::Wastickers => &[("title.txt", Fixed::Text), ("author.txt", Fixed::Text), ("cover.png", Fixed::Picture("whatsapp-tray"))],
        _ => &[("main.png", Fixed::Picture("line-main")), ("tab.png", Fixed::Picture("line-tab"))],
    }
}

/// The number of a sticker by its name: `1.webp` in one kind of pack, `01.png` in the other
fn number(format: Format, name: &str) -> Option<usize> {
    let (digits, ending) = name.split_once('.')?;
    let (long, expected) = if format == Format::Zip { (digits.len() == 2, "png") } else { (!digits.starts_with('0'), "webp") };
    let plain = long && ending == expected && digits.len() <= 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

fn picture(row: &'static str, bytes: &[u8], found: &mut Found) {
    let row: Option<&'static StickerSpec> = table::sticker(row);
    if let Some(row) = row {
        check(Target::Sticker(row), bytes, found);
    }
}

fn text(name: &str, bytes: &[u8], pack: &PackSpec, found: &mut Found) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        found.add(pack.source, "it is no UTF-8 text");
        return;
    };
    let (length, most) = (text.chars().count(), pack.most_characters);
    found.check(length <= most, pack.source, || format!("it has {length} characters; at most {most} are allowed"));
    found.check(name != "title.txt" || !text.trim().is_empty(), pack.source, || "it is empty".into());
    found.check(!text.contains(char::is_control), pack.source, || "it has control characters".into());
}

/// Checks a bundle, its members, and that its manifest matches them.
pub(super) fn bundle(bytes: &[u8], found: &mut Found) {
    let mut sums = BTreeMap::new();
    let mut manifest = None;
    let readable = members(bytes, MOST_BUNDLE, found, |name, bytes, found| match Target::of(name) {
        _ if name == MANIFEST_NAME => manifest = Some(bytes.to_vec()),
        _ if name == INDEX_NAME || name == CREDENTIALS_NAME => {}
        Some(Target::Bundle) | None => found.add(SAFE, "no member of a bundle is called so"),
        Some(target) => {
            check(target, bytes, found);
            sums.insert(name.to_owned(), hex::encode(Sha256::digest(bytes)));
        }
    });
    if readable {
        match manifest {
            Some(manifest) => named(&manifest, &sums, found),
            None => found.add(SAFE, format!("{MANIFEST_NAME} is missing")),
        }
    }
}

/// Whether the manifest names every file with its hash, and no other
fn named(manifest: &[u8], sums: &BTreeMap<String, String>, found: &mut Found) {
    let json: serde_json::Value = serde_json::from_slice(manifest).unwrap_or_default();
    let text = |entry: &serde_json::Value, key: &str| entry.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let entries = json.get("files").and_then(|files| files.as_array()).into_iter().flatten();
    let named: BTreeMap<String, String> = entries.filter_map(|entry| Some((text(entry, "name")?, text(entry, "sha256")?))).collect();
    found.check(named == *sums, SAFE, || format!("{MANIFEST_NAME} does not name its files as they are"));
}

/// Passes each member of an archive to `look`, one at a time; false if the archive cannot be opened.
fn members(bytes: &[u8], most: usize, found: &mut Found, look: impl FnMut(&str, &[u8], &mut Found)) -> bool {
    if bytes.len() > most.saturating_mul(2) {
        found.add(SAFE, "it is too large to be looked into");
        return false;
    }
    let opened = std::panic::catch_unwind(|| ZipArchive::new(Cursor::new(bytes)));
    let Ok(Ok(archive)) = opened else {
        found.add(FORMATS, "it cannot be read as a zip archive");
        return false;
    };
    if archive.len() > MOST_MEMBERS {
        found.add(SAFE, format!("it has {} members; {MOST_MEMBERS} are more than enough", archive.len()));
        return false;
    }
    // Of members with the same name the reader keeps one.
    found.check(declared(bytes) == Some(archive.len()), SAFE, || "it has two members of the same name, or its directory is wrong".into());
    look_into(archive, bytes.len() as u64, found, look);
    true
}

/// The number of members in the end of the archive's directory (APPNOTE, 4.3.16)
fn declared(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    Some(usize::from(u16::from_le_bytes(bytes.get(end + 10..end + 12)?.try_into().ok()?)))
}

fn look_into(mut archive: Archive<'_>, length: u64, found: &mut Found, mut look: impl FnMut(&str, &[u8], &mut Found)) {
    // Members are stored, not compressed: together they are not longer than the archive. Those of a bomb overlap.
    let mut left = length;
    for index in 0..archive.len() {
        let Ok(mut member) = archive.by_index(index) else {
            found.add(FORMATS, format!("its member {} cannot be opened; members must be stored, not compressed", index + 1));
            continue;
        };
        let Ok(name) = member.name().map(std::borrow::Cow::into_owned) else {
            found.add(FORMATS, format!("the name of its member {} cannot be read", index + 1));
            continue;
        };
        found.member = name.chars().filter(|c| !c.is_control()).take(100).collect();
        let safe = !name.is_empty()
            && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
            && !name.contains(['\\', ':', '\0']);
        if !safe {
            found.add(SAFE, "its path could leave the folder it is unpacked into");
        } else if member.size() > LARGEST_MEMBER.min(left) {
            found.add(SAFE, "it unpacks to more than the archive can hold");
        } else {
            left -= member.size();
            let mut bytes = Vec::new();
            match member.by_ref().take(LARGEST_MEMBER).read_to_end(&mut bytes) {
                Ok(_) => look(&name, &bytes, found),
                Err(_) => found.add(FORMATS, "it cannot be read to its end"),
            }
        }
    }
    found.member.clear();
}
