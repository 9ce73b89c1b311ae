//! The deliverables: the avatar table, the bundle, the contact sheet.

use image::{GenericImageView, Rgba, RgbaImage};
use imaging::{
    AVATARS, Bundle, BundleError, Deliverable, Extras, Fit, Generation, Manifest, Packs, Rendering, SPEECH_BUBBLE, contact_sheet, render,
};
use picture_files::{DigitalSource, Format, Kind, Messenger};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

const SOURCE: DigitalSource = DigitalSource::AlgorithmicallyEnhanced;
const SKIN: [u8; 3] = [230, 150, 120];
const SKY: [u8; 3] = [90, 140, 220];

/// A head at `head` (shares of the side) with shoulders, over a sky that grows lighter downwards
fn drawing(head: (f32, f32)) -> RgbaImage {
    RgbaImage::from_fn(1024, 1024, |x, y| {
        let (across, down) = ((x as f32 + 0.5) / 1024.0, (y as f32 + 0.5) / 1024.0);
        let far = |(cx, cy): (f32, f32), (rx, ry): (f32, f32)| ((across - cx) / rx).hypot((down - cy) / ry);
        let inside = far(head, (0.2, 0.25)).min(far((head.0, 1.05), (0.42, 0.4)));
        let alpha = ((1.0 - inside) * 60.0 + 0.5).clamp(0.0, 1.0);
        let sky = SKY.map(|channel| f32::from(channel) + 30.0 * down);
        let mix = |i: usize| (f32::from(SKIN[i]) * alpha + sky[i] * (1.0 - alpha)) as u8;
        Rgba([mix(0), mix(1), mix(2), (255.0 * alpha) as u8])
    })
}

fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn rendered(picture: &RgbaImage) -> Vec<Deliverable> {
    rendered_with(picture, &Extras::default())
}

fn rendered_with(picture: &RgbaImage, extras: &Extras) -> Vec<Deliverable> {
    render(&png(picture), SOURCE, extras).unwrap().map(Result::unwrap).collect()
}

/// Stickers of all messengers, and a bubble
fn everything() -> Extras {
    let words = bubble_text::Words::parse("Nobody else reads this").unwrap();
    Extras { stickers: Messenger::ALL.to_vec(), bubble: Some(imaging::BubbleRequest { words, side: None }), ..Extras::default() }
}

fn decoded(file: &Deliverable) -> RgbaImage {
    image::load_from_memory(&file.bytes).unwrap().into_rgba8()
}

fn find<'a>(files: &'a [Deliverable], name: &str) -> &'a Deliverable {
    files.iter().find(|file| file.path.ends_with(&format!("/{name}.png"))).unwrap()
}

/// Peak signal-to-noise ratio in decibels, of premultiplied colours
fn psnr(a: &RgbaImage, b: &RgbaImage) -> f64 {
    let shown = |pixel: &Rgba<u8>, channel: usize| f64::from(pixel.0[channel]) * f64::from(pixel.0[3]) / 255.0;
    let squares =
        a.pixels().zip(b.pixels()).map(|(a, b)| (0..3).map(|channel| (shown(a, channel) - shown(b, channel)).powi(2)).sum::<f64>());
    10.0 * (255.0 * 255.0 * 3.0 * f64::from(a.width() * a.height()) / squares.sum::<f64>().max(1e-9)).log10()
}

fn near(a: [u8; 3], b: [u8; 3], by: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= by)
}

fn rgb(picture: &RgbaImage, across: f32, down: f32) -> [u8; 3] {
    let place = |share: f32, length: u32| ((share * length as f32) as u32).min(length - 1);
    let [red, green, blue, _] = picture.get_pixel(place(across, picture.width()), place(down, picture.height())).0;
    [red, green, blue]
}

/// Name and body of every chunk of a PNG or WebP
fn chunks(file: &Deliverable) -> Vec<(String, Vec<u8>)> {
    let bytes = &file.bytes;
    let mut found = Vec::new();
    let mut at = if file.format == Format::Png { 8 } else { 12 };
    while at < bytes.len() {
        let four = |at: usize| <[u8; 4]>::try_from(&bytes[at..at + 4]).unwrap();
        let (name, length, end) = match file.format {
            Format::Png => {
                let length = u32::from_be_bytes(four(at)) as usize;
                (four(at + 4), length, at + 12 + length)
            }
            _ => {
                let length = u32::from_le_bytes(four(at + 4)) as usize;
                (four(at), length, at + 8 + length.next_multiple_of(2))
            }
        };
        found.push((String::from_utf8(name.to_vec()).unwrap(), bytes[at + 8..at + 8 + length].to_vec()));
        at = end;
    }
    found
}

#[test]
fn the_table_is_sound() {
    let names: BTreeSet<_> = AVATARS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), AVATARS.len());
    for row in AVATARS {
        assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", row.name);
        assert!(!row.source.is_empty() && row.read.len() == 10, "{}", row.name);
        assert!(row.kind != Kind::Avatar || (row.fit == Fit::Circle && row.width == row.height), "{}", row.name);
    }
    let sizes: BTreeSet<_> = AVATARS.iter().map(|row| (row.width, row.height)).collect();
    for side in [1024, 800, 512, 400, 320, 256, 200, 180, 165, 128, 32] {
        assert!(sizes.contains(&(side, side)), "{side}");
    }
    for size in [(1200, 630), (1500, 500), (1080, 1920), (1920, 1080)] {
        assert!(sizes.contains(&size), "{size:?}");
    }
}

#[test]
fn every_row_is_delivered_in_both_formats_and_is_what_it_says() {
    let files = rendered(&drawing((0.5, 0.36)));
    assert_eq!(files.iter().map(|file| file.path.clone()).collect::<Vec<_>>(), Rendering::paths(&Extras::default()));
    assert_eq!(files.len(), 2 * AVATARS.len());
    for (row, pair) in AVATARS.iter().zip(files.chunks(2)) {
        assert_eq!([pair[0].format, pair[1].format], Format::PICTURES);
        let apart = psnr(&decoded(&pair[0]), &decoded(&pair[1]));
        assert!(apart > 25.0, "{}: both formats show the same, but for {apart} dB", row.name);
        for file in pair {
            assert_eq!((&file.path, file.kind, file.width, file.height), (&row.path(file.format), row.kind, row.width, row.height));
            assert_eq!(decoded(file).dimensions(), (row.width, row.height));
            assert_eq!(file.sha256, hex::encode(Sha256::digest(&file.bytes)));
            assert_eq!(file.content_type(), if file.format == Format::Png { "image/png" } else { "image/webp" });
            assert_eq!(image::guess_format(&file.bytes).unwrap().to_mime_type(), file.content_type());
        }
    }
}

#[test]
fn the_digital_source_is_the_only_metadata() {
    for source in [SOURCE, DigitalSource::TrainedAlgorithmicMedia, DigitalSource::CompositeWithTrainedAlgorithmicMedia] {
        let files = render(&png(&drawing((0.5, 0.36))), source, &Extras::default()).unwrap().map(Result::unwrap);
        for file in files.filter(|file| file.width <= 400) {
            let chunks = chunks(&file);
            let mut names: Vec<_> = chunks.iter().map(|(name, _)| name.as_str()).collect();
            names.dedup();
            let xmp = match file.format {
                Format::Png => {
                    assert_eq!(names, ["IHDR", "iTXt", "IDAT", "IEND"]);
                    chunks[1].1.strip_prefix(b"XML:com.adobe.xmp\0\0\0\0\0".as_slice()).unwrap()
                }
                _ => {
                    assert!(names == ["VP8X", "VP8L", "XMP "] || names == ["VP8X", "VP8 ", "XMP "], "{names:?}");
                    assert_eq!(chunks[0].1[0] & !0x10, 0x04, "the XMP flag, and no other but alpha");
                    &chunks[2].1[..]
                }
            };
            let xmp = std::str::from_utf8(xmp).unwrap();
            assert_eq!(xmp, source.xmp());
            assert!(xmp.contains(&format!("Iptc4xmpExt:DigitalSourceType=\"{}\"", source.uri())));
            assert_eq!(serde_json::to_value(source).unwrap(), source.uri());
        }
    }
}

#[test]
fn the_same_drawing_gives_the_same_bytes() {
    let picture = image::imageops::thumbnail(&drawing((0.45, 0.4)), 300, 300);
    assert_eq!(rendered(&picture), rendered(&picture));
}

#[test]
fn stickers_and_a_bubble_come_after_the_avatars_and_only_if_requested() {
    let picture = drawing((0.5, 0.4));
    let extras = everything();
    let files = rendered_with(&picture, &extras);
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(paths, Rendering::paths(&extras));
    let extra = &paths[2 * AVATARS.len()..];
    assert_eq!(extra[..2], ["drawing/speech-bubble.png", "drawing/speech-bubble.webp"]);
    let stickers = extra[2..].iter().all(|path| path.starts_with("stickers/"));
    assert!(stickers && extra.len() == 2 + 8, "{extra:?}");
    let bubble = find(&files, SPEECH_BUBBLE.name);
    assert_eq!((bubble.kind, bubble.width, bubble.height), (Kind::SpeechBubble, 1024, 1024));
    assert_ne!(decoded(bubble), decoded(find(&files, "master")));
    let one = Extras { stickers: vec![Messenger::Telegram], ..Extras::default() };
    let paths = Rendering::paths(&one);
    assert_eq!(paths[2 * AVATARS.len()..], ["stickers/telegram.webp"]);
}

#[test]
fn the_cutout_has_the_matte_and_no_rim_of_the_backdrop() {
    let picture = drawing((0.5, 0.36));
    let cutout = decoded(find(&rendered(&picture), "transparent"));
    for ((_, _, from), (_, _, to)) in picture.enumerate_pixels().zip(cutout.enumerate_pixels()) {
        assert_eq!(from.0[3], to.0[3]);
        match to.0[3] {
            0 => assert_eq!(to.0, [0; 4], "nothing hides where nothing shows"),
            alpha if alpha > 100 => assert!(near([to.0[0], to.0[1], to.0[2]], SKIN, 12), "{to:?}"),
            _ => {}
        }
    }
}

#[test]
fn wide_and_tall_frames_show_the_head_over_the_backdrop() {
    let picture = drawing((0.4, 0.36));
    let files = rendered(&picture);
    for row in AVATARS {
        let Fit::Scene { across, presence } = row.fit else {
            continue;
        };
        let frame = decoded(find(&files, row.name));
        let brow = 1.0 - 0.9 * presence;
        assert_eq!(rgb(&frame, across, brow), SKIN, "{}: the head stands where the table says", row.name);
        for corner in [(0.01, 0.01), (0.99, 0.01)] {
            assert!(near(rgb(&frame, corner.0, corner.1), SKY, 12), "{}: {:?}", row.name, rgb(&frame, corner.0, corner.1));
        }
        assert!(near(rgb(&frame, across, (1.0 - presence) / 2.0), SKY, 30), "{}: nothing above the head", row.name);
    }
}

#[test]
fn a_head_in_a_corner_is_brought_into_the_circle() {
    let frame = decoded(find(&rendered(&drawing((0.24, 0.26))), "youtube-800"));
    for (x, y, pixel) in frame.enumerate_pixels().filter(|(_, y, _)| *y < 300) {
        let outside = (x as f32 - 399.5).hypot(y as f32 - 399.5) > 408.0;
        assert!(!outside || !near([pixel.0[0], pixel.0[1], pixel.0[2]], SKIN, 12), "{x} {y}");
    }
    let middle = decoded(find(&rendered(&drawing((0.5, 0.36))), "youtube-800"));
    assert!(near(rgb(&middle, 0.5, 0.36), SKIN, 2) && near(rgb(&middle, 0.02, 0.02), SKY, 8));
}

#[test]
fn a_drawing_without_a_matte_is_delivered_too() {
    let mut picture = drawing((0.5, 0.36));
    picture.pixels_mut().for_each(|pixel| pixel.0[3] = 255);
    let files = rendered(&picture);
    assert_eq!(files.len(), 2 * AVATARS.len());
    assert_eq!(decoded(find(&files, "transparent")), picture, "what is unknown is not cut");
    assert!(near(rgb(&decoded(find(&files, "banner")), 0.02, 0.05), SKY, 25));
}

#[test]
fn odd_drawings_are_scaled_or_refused() {
    let small = image::imageops::thumbnail(&drawing((0.5, 0.36)), 512, 512);
    assert_eq!(rendered(&small).len(), 2 * AVATARS.len());
    let invisible = RgbaImage::new(1024, 1024);
    assert_eq!(rendered(&invisible).len(), 2 * AVATARS.len());
    let reason = |bytes: &[u8]| render(bytes, SOURCE, &Extras::default()).err().map(|refusal| refusal.reason());
    assert_eq!(reason(&png(&RgbaImage::new(20, 10))), Some("unsupported-variant"));
    assert_eq!(reason(b"GIF89a"), Some("unknown-format"));
    assert_eq!(reason(&[]), Some("empty"));
    assert_eq!(reason(&png(&small)[..900]), Some("truncated"));
}

fn generation() -> Generation {
    Generation { generation_id: "gen_01".into(), style: "soft-anime".into(), seed: 7, created_at: "2026-11-21T12:00:00Z".into() }
}

fn bundled(files: &[Deliverable]) -> (Vec<u8>, Manifest) {
    let mut bundle = Bundle::new(generation());
    for folder in ["1", "2"] {
        files.iter().for_each(|file| bundle.add(folder, file).unwrap());
    }
    bundle.finish(None).unwrap()
}

#[test]
fn the_bundle_holds_every_file_and_a_manifest_that_is_true() {
    let files: Vec<_> = rendered(&drawing((0.5, 0.36))).into_iter().filter(|file| file.width < 500).collect();
    let (bytes, manifest) = bundled(&files);
    assert_eq!(bytes, bundled(&files).0, "the same files give the same bytes");
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(archive.len(), 2 * files.len() + 2);
    let name = |at: usize| archive.name_for_index(at).unwrap().unwrap().into_owned();
    assert_eq!((name(0), name(archive.len() - 1)), ("index.html".to_owned(), "manifest.json".to_owned()));
    let mut json = String::new();
    archive.by_name("manifest.json").unwrap().read_to_string(&mut json).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
    assert_eq!((manifest.schema_version, &manifest.generation), (3, &generation()));
    assert!(manifest.files.is_sorted_by_key(|entry| entry.name.clone()));
    for entry in &manifest.files {
        let mut inside = archive.by_name(&entry.name).unwrap();
        assert_eq!(inside.compression(), zip::CompressionMethod::Stored);
        assert_eq!(inside.last_modified().map(|time| time.year()), Some(1980));
        let mut bytes = Vec::new();
        inside.read_to_end(&mut bytes).unwrap();
        assert_eq!((bytes.len() as u64, hex::encode(Sha256::digest(&bytes))), (entry.bytes, entry.sha256.clone()));
        assert_eq!(image::load_from_memory(&bytes).unwrap().dimensions(), (entry.width, entry.height));
        assert_eq!(entry.digital_source_type, SOURCE);
    }
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.into_iter().collect::<BTreeSet<_>>(),
        ["schema_version", "generation_id", "style", "seed", "created_at", "files"].into()
    );
}

/// Values of an attribute in a page
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The page of a generation of `count` drawings with all extras, and the names of all entries beside it
fn page(count: usize, source: DigitalSource) -> (String, BTreeSet<String>) {
    let extras = everything();
    let picture = png(&image::imageops::thumbnail(&drawing((0.5, 0.36)), 300, 300));
    let files: Vec<_> = render(&picture, source, &extras).unwrap().map(Result::unwrap).collect();
    let (mut bundle, mut packs) = (Bundle::new(generation()), Packs::new("Soft anime", "Nigao", &extras));
    for index in 0..count {
        for file in &files {
            packs.add(index, file);
            bundle.add(&(index + 1).to_string(), file).unwrap();
        }
    }
    let pictures = packs.pictures().unwrap();
    pictures.iter().chain(&packs.finish(&pictures).unwrap()).for_each(|file| bundle.add("", file).unwrap());
    let mut archive = zip::ZipArchive::new(Cursor::new(bundle.finish(None).unwrap().0)).unwrap();
    let names = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut page = String::new();
    archive.by_name("index.html").unwrap().read_to_string(&mut page).unwrap();
    (page, names)
}

#[test]
fn the_page_shows_every_file_and_asks_nothing_of_a_network() {
    let (page, names) = page(3, SOURCE);
    for linked in attributes(&page, "href").into_iter().chain(attributes(&page, "src")) {
        assert!(names.contains(linked), "{linked}");
    }
    let linked: BTreeSet<_> = attributes(&page, "href").into_iter().map(str::to_owned).collect();
    let unlinked: Vec<_> = names.difference(&linked).collect();
    assert_eq!(unlinked, ["index.html"]);
    assert!(names.contains("packs/whatsapp.wastickers") && page.contains("Drawing 3"));
    for outside in ["http", "//", "url(", "@import", "<script", "<link", "<iframe", "javascript:", " onload", "data:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let pictures = page.matches("<img").count();
    let described = attributes(&page, "alt").into_iter().filter(|alt| !alt.is_empty()).count();
    assert_eq!((described, attributes(&page, "width").len(), attributes(&page, "height").len()), (pictures, pictures, pictures));
    assert!(!page.contains("Nobody else reads this"), "an_07: the words of a bubble are in its picture alone");
    assert!(page.contains("2026-11-21") && page.contains("Soft anime"));
    assert!(Messenger::ALL.iter().all(|messenger| page.contains(&format!("<dt>{}</dt>", messenger.name()))));
}

#[test]
fn the_page_is_well_formed() {
    let (page, _) = page(1, DigitalSource::TrainedAlgorithmicMedia);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"));
    assert!(page.contains("tick “AI used”") && page.contains("3 to 30 stickers"));
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(2).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{tag}"),
            None if ["meta", "img", "br"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [] as [&str; 0]);
}

#[test]
fn paths_that_could_leave_the_bundle_or_repeat_are_refused() {
    let file = rendered(&drawing((0.5, 0.36))).into_iter().find(|file| file.path == "avatars/favicon-32.png").unwrap();
    let mut bundle = Bundle::new(generation());
    for folder in ["..", "a/../b", "/", "/etc", "a//b", "C:", "a\\b", ".hidden", "Upper", "a b", "nul\0"] {
        assert!(matches!(bundle.add(folder, &file), Err(BundleError::UnsafeName(_))), "{folder:?}");
    }
    let renamed = |path: &str| Deliverable { path: path.into(), ..file.clone() };
    assert!(matches!(bundle.add("", &renamed("../x.png")), Err(BundleError::UnsafeName(_))));
    for reserved in ["index.html", "manifest.json"] {
        assert!(matches!(bundle.add("", &renamed(reserved)), Err(BundleError::Repeated(_))));
    }
    bundle.add("", &file).unwrap();
    assert!(matches!(bundle.add("", &file), Err(BundleError::Repeated(_))));
    assert_eq!(bundle.finish(None).unwrap().1.files.len(), 1);
}

#[test]
fn the_contact_sheet_shows_all_and_a_board_behind_transparency() {
    let files: Vec<_> = rendered(&drawing((0.5, 0.36))).into_iter().filter(|file| file.format == Format::Png).collect();
    let pictures: Vec<&[u8]> = files.iter().map(|file| &file.bytes[..]).collect();
    let sheet = contact_sheet(&pictures).unwrap();
    assert_eq!(imaging::normalise(&sheet).unwrap().width, 1280);
    let sheet = image::load_from_memory(&sheet).unwrap().into_rgb8();
    assert!(sheet.width() == 1400 && sheet.height() > 800);
    let has = |colour: [u8; 3]| sheet.pixels().any(|pixel| pixel.0 == colour);
    assert!(has([214; 3]) && has([255; 3]) && has(SKIN));
    assert!(contact_sheet(&[]).is_ok());
    assert_eq!(contact_sheet(&[b"no picture"]).unwrap_err().reason(), "unknown-format");
}
