use super::drawings::{SOURCE, bust, drawing, drawings, extras_of, file, oval, portrait};
use bubble_text::Side;
use imaging::{STICKERS, Target, provenance_of, stickers, validate};
use picture_files::{Messenger, Provenance};

#[test]
fn every_sticker_of_every_drawing_keeps_every_rule() {
    let long = "とても長いあいだ考えていましたが、今夜はみんなで一緒に晩ごはんを食べに行きましょう。友だちも連れてきてね！";
    let texts = [Some(("Hello!", None)), Some((long, Some(Side::Right))), None, Some(("Hello!", Some(Side::Left))), None, None];
    for ((name, drawing), text) in drawings().into_iter().zip(texts) {
        let messengers = if name == "noise" { &[Messenger::Whatsapp, Messenger::Line][..] } else { Messenger::ALL };
        for file in stickers(&drawing, SOURCE, &extras_of(messengers, text)).unwrap() {
            let violations = validate(Target::of(&file.path).unwrap(), &file.bytes);
            assert_eq!(violations, [], "{name}, {}", file.path);
        }
    }
}

#[test]
fn a_generation_gets_the_stickers_of_its_messengers_in_the_order_of_the_table() {
    let paths = |messengers: &[Messenger]| -> Vec<String> {
        stickers(&drawing(bust), SOURCE, &extras_of(messengers, None)).unwrap().into_iter().map(|file| file.path).collect()
    };
    assert_eq!(paths(&[]), [""; 0]);
    assert_eq!(paths(&[Messenger::Line, Messenger::Whatsapp, Messenger::Line]), ["stickers/whatsapp.webp", "stickers/line.png"]);
    let imessage = ["stickers/imessage-300.png", "stickers/imessage-408.png", "stickers/imessage-618.png"];
    assert_eq!(paths(&[Messenger::Imessage]), imessage);
}

#[test]
fn the_same_extras_give_the_same_bytes() {
    let again = stickers(&drawing(bust), SOURCE, &extras_of(Messenger::ALL, Some(("Hello!", None)))).unwrap();
    assert_eq!(again, portrait());
}

#[test]
fn files_say_what_they_are() {
    for file in portrait() {
        let row = STICKERS.iter().find(|row| row.path() == file.path).unwrap();
        let picture = image::load_from_memory(&file.bytes).unwrap();
        assert_eq!((file.width, file.height, file.kind, file.format), (row.width, row.height, row.kind, row.format));
        assert_eq!((picture.width(), picture.height()), (row.width, row.height));
        assert!(file.bytes.len() <= row.target_bytes());
        let says = file.bytes.windows(24).any(|part| part == b"algorithmicallyEnhanced\"");
        let bare = file.path == "stickers/whatsapp.webp";
        assert_eq!((says, file.provenance), if bare { (false, Provenance::Manifest) } else { (true, Provenance::Xmp) }, "{}", file.path);
        assert_eq!(provenance_of(file.format, &file.bytes), file.provenance, "{}", file.path);
    }
}

#[test]
fn the_white_stroke_is_even_all_around() {
    let extras = extras_of(&[Messenger::Imessage], None);
    let files = stickers(&drawing(|x, y| oval((x, y), (0.5, 0.5), (0.3, 0.3))), SOURCE, &extras).unwrap();
    let (row, file) = (STICKERS.iter().find(|row| row.name == "imessage-618").unwrap(), &files[2]);
    let picture = image::load_from_memory(&file.bytes).unwrap().into_rgba8();
    let widths: Vec<f32> = (0..96).map(|ray| stroke_along(&picture, ray as f32 / 96.0 * std::f32::consts::TAU)).collect();
    let (least, most) = widths.iter().fold((f32::MAX, 0.0_f32), |(least, most), width| (least.min(*width), most.max(*width)));
    assert!((least - row.stroke).abs() < 0.9 && (most - row.stroke).abs() < 0.9, "{least} to {most}, not {}", row.stroke);
}

/// The width of the white beyond the subject, from the middle in this direction
fn stroke_along(picture: &image::RgbaImage, angle: f32) -> f32 {
    let middle = picture.width() as f32 / 2.0;
    let at = |radius: f32| {
        let (x, y) = (middle + radius * angle.cos() - 0.5, middle + radius * angle.sin() - 0.5);
        let pixel = |x: f32, y: f32| picture.get_pixel(x as u32, y as u32).0.map(f32::from);
        let (fx, fy) = (x.fract(), y.fract());
        let corner = [pixel(x, y), pixel(x + 1.0, y), pixel(x, y + 1.0), pixel(x + 1.0, y + 1.0)];
        let mix =
            |i: usize| (corner[0][i] * (1.0 - fx) + corner[1][i] * fx) * (1.0 - fy) + (corner[2][i] * (1.0 - fx) + corner[3][i] * fx) * fy;
        (mix(1), mix(3))
    };
    let steps = || (0..6000).map(|step| step as f32 * 0.05).take_while(|radius| *radius < middle - 2.0);
    // The subject has little green, the stroke is white, and the shadow behind it is less than half covered.
    let subject = steps().filter(|&radius| at(radius).0 < 150.0 && at(radius).1 > 250.0).fold(0.0, f32::max);
    let white = steps().filter(|&radius| at(radius).1 > 155.0).fold(0.0, f32::max);
    white - subject
}

#[test]
fn specks_of_the_matte_get_no_stroke_of_their_own() {
    let speck = |x: f32, y: f32| bust(x, y).min(oval((x, y), (0.08, 0.1), (0.01, 0.01)));
    let files = |inside: fn(f32, f32) -> f32| stickers(&drawing(inside), SOURCE, &extras_of(&[Messenger::Discord], None)).unwrap();
    let with = stickers(&drawing(speck), SOURCE, &extras_of(&[Messenger::Discord], None)).unwrap();
    let alpha = |file: &[u8]| image::load_from_memory(file).unwrap().into_rgba8().pixels().map(|pixel| pixel.0[3]).collect::<Vec<_>>();
    assert!(alpha(&with[0].bytes) == alpha(&files(bust)[0].bytes), "a speck is seen");
}

#[test]
fn a_subject_that_runs_out_of_the_drawing_ends_in_a_curve() {
    let files = stickers(&drawing(bust), SOURCE, &extras_of(&[Messenger::Imessage], None)).unwrap();
    let picture = image::load_from_memory(&files[2].bytes).unwrap().into_rgba8();
    let lowest = |x: u32| (0..618).rev().find(|&y| picture.get_pixel(x, y).0[3] > 200);
    let left = (0..618).find(|&x| lowest(x).is_some()).unwrap();
    let (middle, near_side) = (lowest(309).unwrap(), lowest(left + 25).unwrap());
    assert!(near_side + 20 < middle, "{near_side} beside {middle}");
}

#[test]
fn a_bubble_adds_ink_and_leaves_the_subject_whole() {
    let plain = stickers(&drawing(bust), SOURCE, &extras_of(&[Messenger::Imessage], None)).unwrap();
    let dark = |file: &[u8]| {
        image::load_from_memory(file).unwrap().into_rgba8().pixels().filter(|p| p.0[3] > 200 && p.0[..3].iter().all(|c| *c < 45)).count()
    };
    assert!(dark(&file("stickers/imessage-618.png")) > dark(&plain[2].bytes) + 500);
}
