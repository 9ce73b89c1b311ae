//! Every layout of a JPEG is decoded right, or refused: against the picture it was written from, and against a second decoder.

mod writer;

use image::RgbImage;
use imaging::{decode_normalised, normalise};
use picture_files::Unreadable;
use writer::{Coding, Layout};

const SIZE: (usize, usize) = (75, 53);
const CODINGS: [Coding; 3] = [Coding::Together, Coding::Apart, Coding::Progressive];
/// The units of a scan must not have more blocks (ITU-T T.81, B.2.3)
const MOST_BLOCKS: usize = 10;

/// A smooth picture without symmetry, in YCbCr; the fourth channel is a key of no ink
fn value(channel: usize, x: f64, y: f64) -> f64 {
    let (x, y) = (x / SIZE.0 as f64, y / SIZE.1 as f64);
    match channel {
        0 => 70.0 + 100.0 * x + 25.0 * (14.0 * y).sin() + 15.0 * (12.0 * x).sin(),
        1 => 90.0 + 70.0 * y,
        2 => 160.0 - 80.0 * x * y,
        _ => 255.0,
    }
}

/// The picture in RGB (ITU-T T.871)
fn rgb(x: u32, y: u32) -> [f64; 3] {
    let [luma, blue, red] = [0, 1, 2].map(|channel| value(channel, x.into(), y.into()));
    let (blue, red) = (blue - 128.0, red - 128.0);
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue].map(|value| value.clamp(0.0, 255.0))
}

fn layout(sampling: &[(usize, usize)], coding: Coding, restarts: u16) -> Layout {
    let ids = (1..=sampling.len() as u8).collect();
    Layout { size: SIZE, sampling: sampling.to_vec(), ids, coding, restarts, head: Vec::new() }
}

/// Adobe's marker with this transform
fn adobe(transform: u8) -> Vec<u8> {
    [b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat()
}

fn assert_shows(name: &str, picture: &RgbImage, expected: impl Fn(u32, u32) -> [f64; 3]) {
    let off = |(x, y, pixel): (u32, u32, &image::Rgb<u8>)| {
        pixel.0.iter().zip(expected(x, y)).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
    };
    let (sum, most) = picture.enumerate_pixels().map(off).fold((0.0, 0.0_f64), |(sum, most), off| (sum + off, most.max(off)));
    let mean = sum / f64::from(picture.width() * picture.height());
    assert!(mean < 3.0 && most < 16.0, "{name}: off by {mean:.1} in the mean and {most:.0} at most");
}

/// What libjpeg-turbo makes of it
fn second(file: &[u8]) -> RgbImage {
    let mut decoder = mozjpeg::Decompress::new_mem(file).unwrap().rgb().unwrap();
    let (width, height) = (decoder.width() as u32, decoder.height() as u32);
    RgbImage::from_raw(width, height, decoder.read_scanlines().unwrap()).unwrap()
}

fn check(name: &str, file: &[u8]) {
    let picture = decode_normalised(&normalise(file).unwrap_or_else(|error| panic!("{name}: {error:?}")).png).unwrap();
    assert_shows(name, &picture, rgb);
    let second = second(file);
    assert_eq!(picture.dimensions(), second.dimensions(), "{name}");
    assert_shows(name, &second, |x, y| picture.get_pixel(x, y).0.map(f64::from));
}

#[test]
fn every_sampling_is_right_in_every_coding() {
    let luma = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1), (1, 3), (4, 1), (1, 4), (4, 2), (2, 4)];
    let chroma = [(1, 1), (2, 1), (1, 2), (2, 2)];
    let mut checked = 0;
    for sampling in luma.iter().flat_map(|luma| chroma.iter().flat_map(move |blue| chroma.map(|red| [*luma, *blue, red]))) {
        let whole = |side: fn(&(usize, usize)) -> usize| {
            let most = sampling.iter().map(side).max().unwrap();
            sampling.iter().all(|sampling| side(sampling) == 1 || side(sampling) == most)
        };
        let blocks: usize = sampling.iter().map(|(across, down)| across * down).sum();
        // Whole units, a pixel more, and somewhere between
        for size in [SIZE, (64, 64), (65, 33), (37, 90)] {
            let sized = |coding, restarts| Layout { size, ..layout(&sampling, coding, restarts) };
            let planes = sized(Coding::Apart, 0).planes(value);
            let codings = CODINGS.into_iter().filter(|coding| *coding == Coding::Apart || blocks <= MOST_BLOCKS);
            for (coding, restarts) in codings.flat_map(|coding| [(coding, 0), (coding, 3)]) {
                let file = sized(coding, restarts).write(&planes);
                let name = format!("{sampling:?} {size:?} {coding:?} {restarts}");
                // A fourth or a third of the samples: nobody writes it but for all of chroma, and some of it may be refused.
                let rare = sampling.iter().any(|(across, down)| *across > 2 || *down > 2);
                if rare && normalise(&file).is_err() {
                    continue;
                }
                if whole(|sampling| sampling.0) && whole(|sampling| sampling.1) {
                    check(&name, &file);
                    checked += 1;
                } else {
                    assert!(matches!(normalise(&file), Err(Unreadable::Unsupported { .. })), "{name}");
                }
            }
        }
    }
    assert!(checked > 1200, "{checked}");
}

#[test]
fn grey_is_right_in_every_sampling() {
    for sampling in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 4)] {
        for coding in CODINGS {
            for (restarts, head) in [(0, vec![]), (5, vec![]), (0, adobe(0)), (0, adobe(1))] {
                let layout = Layout { head, ..layout(&[sampling], coding, restarts) };
                let picture = normalise(&layout.write(&layout.planes(value))).unwrap();
                let grey = |x: u32, y: u32| [value(0, x.into(), y.into()); 3];
                assert_shows(&format!("{layout:?}"), &decode_normalised(&picture.png).unwrap(), grey);
            }
        }
    }
}

#[test]
fn the_meaning_of_three_channels_follows_marker_and_names() {
    let as_rgb = |channel: usize, x: f64, y: f64| rgb(x as u32, y as u32)[channel];
    let jfif = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    let names = [*b"\x01\x02\x03", *b"\x00\x01\x02", *b"RGB", *b"\x22\x23\x24"];
    for coding in [Coding::Together, Coding::Progressive] {
        for (head, ids) in [vec![], adobe(0), adobe(1), jfif.clone()].into_iter().flat_map(|head| names.map(|ids| (head.clone(), ids))) {
            // As libjpeg reads it: JFIF is YCbCr, Adobe's marker says it, and names come last.
            let is_rgb = head == adobe(0) || (head.is_empty() && ids == *b"RGB");
            let layout = Layout { head, ids: ids.to_vec(), ..layout(&[(1, 1); 3], coding, 0) };
            let planes = if is_rgb { layout.planes(as_rgb) } else { layout.planes(value) };
            check(&format!("{:?} {ids:?} {coding:?}", layout.head), &layout.write(&planes));
        }
    }
}

#[test]
fn inks_are_right_in_every_sampling() {
    // Without a marker, inks are as they are; with Adobe's they are inverted, and may be YCCK.
    let inks = |inverted: bool| {
        move |channel: usize, x: f64, y: f64| {
            let light = if channel == 3 { 255.0 } else { rgb(x as u32, y as u32)[channel] };
            if inverted { light } else { 255.0 - light }
        }
    };
    for luma in [(1, 1), (2, 1), (2, 2)] {
        for coding in CODINGS {
            let sampling = [luma, (1, 1), (1, 1), luma];
            let ycck = Layout { head: adobe(2), ..layout(&sampling, coding, 0) };
            // YCCK is the YCbCr of the inverse of what is stored.
            let planes = ycck.planes(|channel, x, y| if channel == 3 { 255.0 } else { ycc(x, y)[channel] });
            let cases = [
                ("plain", layout(&[(1, 1); 4], coding, 2), None, false),
                ("Adobe", Layout { head: adobe(0), ..layout(&[(1, 1); 4], coding, 0) }, None, true),
                ("YCCK", ycck, Some(planes), true),
            ];
            for (name, layout, planes, inverted) in cases {
                let planes = planes.unwrap_or_else(|| layout.planes(inks(inverted)));
                let picture = normalise(&layout.write(&planes)).unwrap();
                assert_shows(&format!("{name} {luma:?} {coding:?}"), &decode_normalised(&picture.png).unwrap(), rgb);
            }
        }
    }
}

/// The YCbCr of the inverse picture
fn ycc(x: f64, y: f64) -> [f64; 3] {
    let [red, green, blue] = rgb(x as u32, y as u32).map(|value| 255.0 - value);
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [luma, 128.0 + (blue - luma) / 1.772, 128.0 + (red - luma) / 1.402]
}

#[test]
fn channels_that_nobody_defined_and_pictures_that_lack_one_are_refused() {
    let refusal = |file: &[u8]| normalise(file).unwrap_err().reason();
    let two = layout(&[(1, 1), (1, 1)], Coding::Together, 0);
    assert_eq!(refusal(&two.write(&two.planes(value))), "unsupported-variant");
    let apart = layout(&[(2, 2), (1, 1), (1, 1)], Coding::Apart, 0);
    let file = apart.write(&apart.planes(value));
    let scans: Vec<usize> = file.windows(2).enumerate().filter(|(_, pair)| *pair == [0xff, 0xda]).map(|(at, _)| at).collect();
    let without = |from: usize, to: usize| [&file[..from], &file[to..]].concat();
    assert_eq!(refusal(&without(scans[1], scans[2])), "corrupt", "no blue");
    assert_eq!(refusal(&without(scans[2], file.len() - 2)), "corrupt", "no red");
    let twice = [&file[..scans[2]], &file[scans[1]..]].concat();
    assert_eq!(refusal(&twice), "corrupt", "blue twice");
    let end = file.len() - 2;
    let many = [&file[..end], &file[scans[2]..end].repeat(70), &file[end..]].concat();
    assert_eq!(refusal(&many), "corrupt", "as many scans as an attacker likes");
}
