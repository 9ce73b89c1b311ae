use super::drawings::{SOURCE, file};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use imaging::{Target, validate};
use picture_files::Messenger;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// The broken rules of a file, as one text
fn broken(name: &str, bytes: &[u8]) -> String {
    validate(Target::of(name).unwrap(), bytes).iter().map(|violation| format!("{violation}\n")).collect()
}

/// A PNG with the XMP of a deliverable, of `color` pixels
fn png(width: u32, height: u32, color: ExtendedColorType, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, width, height, color).unwrap();
    let mut xmp = b"XML:com.adobe.xmp\0\0\0\0\0".to_vec();
    xmp.extend(SOURCE.xmp().bytes());
    with_chunk(&bytes, b"iTXt", &xmp)
}

/// A PNG with a chunk behind its header
fn with_chunk(png: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(body);
    chunk.extend(checksum(&chunk[4..]).to_be_bytes());
    [&png[..33], &chunk, &png[33..]].concat()
}

/// CRC-32 of PNG and ZIP
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1))))
}

/// A WebP with a chunk at its end
fn with_riff_chunk(webp: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = webp.to_vec();
    bytes.extend(name);
    bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    let length = u32::try_from(bytes.len() - 8).unwrap();
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// RGBA pixels of a square in the middle, overridden by `paint`
fn square(width: u32, height: u32, paint: impl Fn(u32, u32) -> Option<[u8; 4]>) -> Vec<u8> {
    let inside = |x: u32, y: u32| (width / 4..3 * width / 4).contains(&x) && (height / 4..3 * height / 4).contains(&y);
    let pixel = |x, y| paint(x, y).unwrap_or(if inside(x, y) { [200, 80, 40, 255] } else { [0; 4] });
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect()
}

fn rgba(width: u32, height: u32, paint: impl Fn(u32, u32) -> Option<[u8; 4]>) -> Vec<u8> {
    png(width, height, ExtendedColorType::Rgba8, &square(width, height, paint))
}

#[test]
fn a_picture_that_keeps_every_rule_breaks_none() {
    assert_eq!(broken("line.png", &rgba(370, 320, |_, _| None)), "");
    assert_eq!(broken("line.png", &rgba(200, 320, |_, _| None)), "", "LINE takes smaller ones");
    assert_eq!(broken("stickers/whatsapp.webp", &file("stickers/whatsapp.webp")), "");
}

/// Invariant: Every file keeps its messenger's rules, and every broken rule is noticed.
#[test]
fn every_broken_rule_is_named() {
    let webp = file("stickers/whatsapp.webp");
    let discord = file("stickers/discord.png");
    let deep: Vec<u8> = square(320, 320, |_, _| None).iter().flat_map(|value| [*value, *value]).collect();
    let gps = with_chunk(&rgba(320, 320, |_, _| None), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<exif:GPSLatitude>48</exif:GPSLatitude>");
    let bare = {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(&square(320, 320, |_, _| None), 320, 320, ExtendedColorType::Rgba8).unwrap();
        bytes
    };
    let mut flipped = discord.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("too many bytes", "whatsapp.webp", with_riff_chunk(&webp, b"JUNK", &[0; 100_000]), "at most 100000 are allowed"),
        ("another format", "whatsapp.webp", discord.clone(), "it must be image/webp"),
        ("no picture", "whatsapp.webp", b"GIF89a".to_vec(), "it is not image/webp"),
        ("nothing", "whatsapp.webp", Vec::new(), "it is not image/webp"),
        ("another size", "imessage-408.png", file("stickers/imessage-300.png"), "exactly 408×408"),
        (
            "no side of 512",
            "telegram.webp",
            {
                let mut small = webp.clone();
                small[24] = 0xfd;
                small[27] = 0xfd;
                small
            },
            "one side of 512",
        ),
        ("too wide", "line.png", rgba(372, 320, |_, _| None), "at most 370×320"),
        ("an odd side", "line.png", rgba(369, 320, |_, _| None), "both even"),
        ("moving PNG", "discord.png", with_chunk(&discord, b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), "it must be still"),
        ("moving WebP", "signal.webp", with_riff_chunk(&webp, b"ANIM", &[0; 6]), "it must be still"),
        ("no alpha", "discord.png", png(320, 320, ExtendedColorType::Rgb8, &[200; 320 * 320 * 3]), "no transparency"),
        ("a ground", "discord.png", rgba(320, 320, |_, _| Some([255; 4])), "it has a ground"),
        ("a full margin", "line.png", rgba(370, 320, |x, y| (x == 5 && y == 160).then_some([255; 4])), "margin of 10 pixels"),
        ("nothing on it", "discord.png", rgba(320, 320, |_, _| Some([0; 4])), "hardly anything"),
        ("16 bits", "discord.png", png(320, 320, ExtendedColorType::Rgba16, &deep), "16 bits a channel"),
        ("EXIF in PNG", "discord.png", with_chunk(&discord, b"eXIf", b"MM\0*\0\0\0\x08\0\0"), "\"eXIf\""),
        ("a text", "discord.png", with_chunk(&discord, b"tEXt", b"Author\0Ada"), "\"tEXt\""),
        ("XMP for WhatsApp", "whatsapp.webp", with_riff_chunk(&webp, b"XMP ", SOURCE.xmp().as_bytes()), "it says its origin"),
        ("a manifest for WhatsApp", "whatsapp.webp", with_riff_chunk(&webp, b"C2PA", b"jumb"), "it says its origin"),
        ("EXIF in WebP", "whatsapp.webp", with_riff_chunk(&webp, b"EXIF", b"MM\0*\0\0\0\x08\0\0"), "\"EXIF\""),
        ("a place", "discord.png", gps, "2 XMP packets"),
        ("no source", "discord.png", bare, "0 XMP packets"),
        ("a cut end", "discord.png", discord[..discord.len() - 9].to_vec(), "its end is missing"),
        ("a cut WebP", "whatsapp.webp", webp[..webp.len() / 2].to_vec(), "its end is missing"),
        ("a tail", "discord.png", [&discord[..], b"more"].concat(), "4 bytes follow its end"),
        ("a damaged middle", "discord.png", flipped, "it cannot be read"),
        ("another avatar", "youtube-800.png", rgba(400, 400, |_, _| None), "it must be 800×800"),
        ("a large tray", "whatsapp-tray.png", rgba(98, 96, |_, _| None), "exactly 96×96"),
    ];
    for (case, name, bytes, expected) in cases {
        let found = broken(name, &bytes);
        assert!(found.contains(expected), "{case}: {found:?} does not say {expected:?}");
    }
}

/// A zip of stored files; names may be repeated
fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn every_broken_rule_of_a_pack_is_named() {
    let sticker = file("stickers/whatsapp.webp");
    let moving = with_riff_chunk(&sticker, b"ANIM", &[0; 6]);
    let tray = rgba(96, 96, |_, _| None);
    let long = "a".repeat(129);
    let whole: Vec<(&str, &[u8])> = vec![
        ("title.txt", b"Ada"),
        ("author.txt", b""),
        ("cover.png", &tray),
        ("1.webp", &sticker),
        ("2.webp", &sticker),
        ("3.webp", &sticker),
    ];
    let with = |at: usize, name: &'static str, bytes: &[u8]| {
        let mut members: Vec<(&str, &[u8])> = whole.clone();
        members.truncate(at);
        members.push((name, bytes));
        members.extend(whole.iter().skip(at + 1));
        zipped(&members)
    };
    assert_eq!(broken("whatsapp.wastickers", &zipped(&whole)), "");
    let mut twice = with(6, "4.webp", &sticker);
    let places: Vec<usize> = (0..twice.len() - 6).filter(|&at| &twice[at..at + 6] == b"4.webp").collect();
    places.into_iter().for_each(|at| twice[at] = b'3');
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("two stickers", zipped(&whole[..5]), "3 to 30 stickers"),
        ("a gap", with(5, "4.webp", &sticker), "without gaps"),
        ("no cover", zipped(&[&whole[..2], &whole[3..]].concat()), "cover.png is missing"),
        ("a cover of another size", with(2, "cover.png", &rgba(90, 90, |_, _| None)), "cover.png: it is 90×90"),
        ("a broken sticker", with(4, "2.webp", b"RIFF"), "2.webp: it is not image/webp"),
        ("a long title", with(0, "title.txt", long.as_bytes()), "at most 128"),
        ("no title", with(0, "title.txt", b" "), "title.txt: it is empty"),
        ("no text", with(1, "author.txt", b"\xff\xfe"), "no UTF-8 text"),
        ("a stranger", with(6, "setup.exe", b"MZ"), "no member of such a pack"),
        ("a way out", with(6, "../1.webp", &sticker), "leave the folder"),
        ("a root", with(6, "/etc/passwd", b""), "leave the folder"),
        ("the same twice", twice, "two members of the same name"),
        ("still and moving", with(5, "3.webp", &moving), "mixes still and moving"),
        ("no archive", b"PK\x03\x04 and no more".to_vec(), "cannot be read as a zip"),
        ("nothing", Vec::new(), "cannot be read as a zip"),
    ];
    for (case, bytes, expected) in cases {
        let found = broken("whatsapp.wastickers", &bytes);
        assert!(found.contains(expected), "{case}: {found:?} does not say {expected:?}");
    }
}

#[test]
fn a_pack_for_line_has_eight_of_them_and_its_pictures() {
    let sticker = file("stickers/line.png");
    let (main, tab) = (rgba(240, 240, |_, _| None), rgba(96, 74, |_, _| None));
    let names: Vec<String> = (1..=9).map(|number| format!("{number:02}.png")).collect();
    let pack = |count: usize| {
        let mut members: Vec<(&str, &[u8])> = vec![("main.png", &main), ("tab.png", &tab)];
        members.extend(names.iter().take(count).map(|name| (name.as_str(), &sticker[..])));
        zipped(&members)
    };
    assert_eq!(broken("packs/line.zip", &pack(8)), "");
    assert!(broken("packs/line.zip", &pack(9)).contains("[8, 16, 24, 32, 40] stickers"));
}

#[test]
fn a_bundle_has_what_its_manifest_says() {
    let sticker = file("stickers/discord.png");
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&sticker));
    let manifest = |sum: &str| format!("{{\"files\":[{{\"name\":\"1/stickers/discord.png\",\"sha256\":\"{sum}\"}}]}}");
    let bundle =
        |manifest: &str| zipped(&[("1/stickers/discord.png", &sticker), ("index.html", b"<html>"), ("manifest.json", manifest.as_bytes())]);
    assert_eq!(broken("bundle.zip", &bundle(&manifest(&sum))), "");
    assert!(broken("bundle.zip", &bundle(&manifest("00"))).contains("does not name its files as they are"));
    assert!(broken("bundle.zip", &bundle("no JSON")).contains("does not name its files as they are"));
    assert!(broken("bundle.zip", &zipped(&[("notes.txt", b"")])).contains("no member of a bundle is called so"));
}

#[test]
fn a_header_of_terapixels_is_only_read() {
    let mut huge = rgba(320, 320, |_, _| None);
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let sum = checksum(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    assert!(broken("discord.png", &huge).contains("it cannot be read"));
}

#[test]
fn files_are_known_by_their_names() {
    for name in ["x.jpg", "whatsapp.png", "1.webp", "avatar", "line.tar.zip", ""] {
        assert_eq!(Target::of(name), None, "{name}");
    }
    for name in
        ["2/stickers/imessage-408.png", "a\\b\\signal.webp", "master.webp", "1/drawing/speech-bubble.png", "x.wastickers", "bundle.zip"]
    {
        assert!(Target::of(name).is_some(), "{name}");
    }
    let detected = Target::of_messenger(Messenger::Imessage, &file("stickers/imessage-618.png"));
    assert_eq!(detected, Target::of("imessage-618.png"));
    assert_eq!(Target::of_messenger(Messenger::Line, b"no picture"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_makes_it_panic(which in 0..4_usize, cut in 0.0..1.0_f64, at in 0.0..1.0_f64, bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        let sticker = file("stickers/discord.png");
        let (name, whole) = match which {
            0 => ("whatsapp.webp", file("stickers/whatsapp.webp")),
            1 => ("discord.png", sticker),
            2 => ("x.wastickers", zipped(&[("title.txt", b"Ada"), ("cover.png", &sticker), ("1.webp", &sticker)])),
            _ => ("bundle.zip", zipped(&[("1/stickers/discord.png", &sticker), ("manifest.json", b"{}")])),
        };
        // Readers trust headers and directories, at the ends: most damage is placed there.
        let place = |share: f64, length: usize| if share < 0.4 { (share * 200.0) as usize } else if share < 0.8 { length.saturating_sub((share * 200.0) as usize) } else { (share * length as f64) as usize };
        let mut damaged = whole[..place(cut, whole.len()).clamp(whole.len() / 2, whole.len())].to_vec();
        if cut < 0.5 {
            damaged = whole;
        }
        let start = place(at, damaged.len()).min(damaged.len());
        damaged.iter_mut().skip(start).zip(&bytes).for_each(|(to, from)| *to = *from);
        let _ = validate(Target::of(name).unwrap(), &damaged);
    }

    #[test]
    fn no_bytes_make_it_panic(which in 0..4_usize, mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (name, magic): (&str, &[u8]) = [
            ("whatsapp.webp", &b"RIFF\xf0\0\0\0WEBPVP8X"[..]), ("discord.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), ("x.wastickers", b"PK\x03\x04"), ("bundle.zip", b"PK\x05\x06"),
        ][which];
        bytes.splice(0..0, magic.iter().copied());
        let _ = validate(Target::of(name).unwrap(), &bytes);
    }
}
