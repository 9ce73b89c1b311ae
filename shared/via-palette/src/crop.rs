//! The square of a selfie that becomes the drawing.

use image::RgbImage;
use image::imageops::{self, FilterType};

use crate::light;
use raster::grid::Grid;
use raster::lab;
use subject::{HeadBox, Origin, skin};

/// Pixels along the short side of the small copy on which the square is placed.
const SMALL: u32 = 64;
/// Pixels along the longer side of the copy in which the head is looked for
const SEEN: u32 = 256;
/// Beyond this aspect ratio a picture is a stripe, in which nobody is looked for.
const STRIPE: u32 = 3;

/// The side of the square in heads, at most: somebody photographed full-length is drawn to the chest.
const HEADS: f32 = 3.0;
/// The least side of the square as a share of the picture's short side: what is smaller has too few pixels to be drawn.
const LEAST: f32 = 1.0 / 6.0;
/// What is left above the crown, as a share of the square
const ABOVE: f32 = 0.15;

/// The square of `selfie` with head and shoulders, as `side` × `side` pixels. Any size and aspect ratio of at least 1×1.
pub(crate) fn square(selfie: &RgbImage, side: u32) -> RgbImage {
    let place = head_of(selfie).map_or_else(|| Place::of_interest(selfie), |head| Place::round(head, selfie.dimensions()));
    let cropped = imageops::crop_imm(selfie, place.x, place.y, place.side, place.side).to_image();
    let filter = if place.side > side { FilterType::Lanczos3 } else { FilterType::CatmullRom };
    imageops::resize(&cropped, side, side, filter)
}

/// A square inside a picture, in pixels
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    x: u32,
    y: u32,
    side: u32,
}

impl Place {
    /// The largest square, or a smaller one if the head would be a dot in it
    fn round(head: HeadBox, (width, height): (u32, u32)) -> Self {
        let short = width.min(height);
        let size = (head.height() * height as f32).max(head.width() * width as f32);
        let side = (HEADS * size).clamp(LEAST * short as f32, short as f32);
        let start = |at: f32, before: f32, length: u32| (at * length as f32 - before * side).clamp(0.0, length as f32 - side) as u32;
        Self { x: start(head.middle(), 0.5, width), y: start(head.top, ABOVE, height), side: (side as u32).max(1) }
    }

    /// The largest square, with the most skin and contrast
    fn of_interest(selfie: &RgbImage) -> Self {
        let (width, height) = selfie.dimensions();
        let side = width.min(height);
        let offset = (best_offset(selfie) * (width.max(height) - side) as f32).round() as u32;
        let (x, y) = if width > height { (offset, 0) } else { (0, offset) };
        Self { x, y, side }
    }
}

/// The head of the person, if one is found
fn head_of(selfie: &RgbImage) -> Option<HeadBox> {
    let (width, height) = selfie.dimensions();
    if width.max(height) > width.min(height).saturating_mul(STRIPE) {
        return None;
    }
    let seen = |length: u32| (u64::from(SEEN) * u64::from(length)).div_ceil(u64::from(width.max(height))) as u32;
    let found = subject::find(&imageops::resize(selfie, seen(width), seen(height), FilterType::Triangle));
    (found.origin == Origin::Found).then_some(found.head)
}

/// The start of the square along the long side, as a share of the slack: 0 the top or left, 1 the bottom or right.
fn best_offset(selfie: &RgbImage) -> f32 {
    let (width, height) = selfie.dimensions();
    if width == height {
        return 0.0;
    }
    let (long, short) = (width.max(height), width.min(height));
    // At most 8 squares long: beyond, the picture is a stripe and its middle is as good as any.
    let length = (u64::from(SMALL) * u64::from(long) / u64::from(short)).min(8 * u64::from(SMALL)) as u32;
    let upright = height >= width;
    let (w, h) = if upright { (SMALL, length) } else { (length, SMALL) };
    let small = light::balanced(lab::from_image(&imageops::resize(selfie, w, h, FilterType::Triangle)));
    let interest = interest_along(&small, upright);
    best_window(&interest, SMALL as usize, upright)
}

/// How much skin and contrast each row (`upright`) or column has.
fn interest_along(small: &Grid<3>, upright: bool) -> Vec<f32> {
    let (length, across) = if upright { (small.height, small.width) } else { (small.width, small.height) };
    let at = |along: usize, across: usize| {
        let (x, y) = if upright { (across, along) } else { (along, across) };
        let here = small.at(x, y);
        let right = small.nearest(x as isize + 1, y as isize)[0] - here[0];
        let below = small.nearest(x as isize, y as isize + 1)[0] - here[0];
        skin::likeness(*here) + 0.01 * (right.abs() + below.abs())
    };
    (0..length).map(|along| (0..across).map(|i| at(along, i)).sum::<f32>() / across as f32).collect()
}

/// The start of the window of `size` that holds most interest where a portrait has its face, as a share of the slack.
fn best_window(interest: &[f32], size: usize, upright: bool) -> f32 {
    let slack = interest.len().saturating_sub(size);
    if slack == 0 {
        return 0.0;
    }
    // Upright pictures have their head in the upper part, wide ones in the middle; both a little towards the face.
    let (face, home) = if upright { (0.42, 0.12) } else { (0.5, 0.5) };
    let score = |start: usize| {
        let found: f32 = (0..size)
            .map(|i| {
                let away = ((i as f32 + 0.5) / size as f32 - face) / 0.2;
                interest[start + i] * (-0.5 * away * away).exp()
            })
            .sum();
        let away = start as f32 / slack as f32 - home;
        (found + 0.02 * size as f32) * (-1.8 * away * away).exp()
    };
    let best = (0..=slack).fold(0, |best, start| if score(start) > score(best) { start } else { best });
    best as f32 / slack as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn any_shape_becomes_a_square() {
        for (width, height) in [(1, 1), (1, 1280), (1280, 1), (16, 16), (33, 700), (700, 33)] {
            let selfie = RgbImage::from_pixel(width, height, Rgb([90, 120, 30]));
            let square = square(&selfie, 64);
            assert_eq!(square.dimensions(), (64, 64));
            assert!(square.pixels().all(|p| *p == Rgb([90, 120, 30])));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_shape_panics(width in 1_u32..300, height in 1_u32..300) {
            let selfie = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
            assert_eq!(square(&selfie, 16).dimensions(), (16, 16));
            assert!((0.0..=1.0).contains(&best_offset(&selfie)));
        }
    }

    #[test]
    fn a_wide_picture_is_cut_round_its_face() {
        let selfie = RgbImage::from_fn(600, 200, |x, y| {
            let (dx, dy) = (x as f32 - 400.0, y as f32 - 90.0);
            if dx * dx + dy * dy < 3600.0 { Rgb([210, 158, 124]) } else { Rgb([90, 110, 150]) }
        });
        let offset = best_offset(&selfie) * 400.0;
        assert!((230.0..370.0).contains(&offset), "{offset}");
    }

    #[test]
    fn a_portrait_keeps_its_size_and_a_dot_becomes_a_portrait() {
        let head = |top: f32, tall: f32, width: f32| HeadBox { top, bottom: top + tall, left: 0.5 - 0.5 * width, right: 0.5 + 0.5 * width };
        assert_eq!(Place::round(head(0.15, 0.5, 0.4), (900, 900)), Place { x: 0, y: 0, side: 900 });
        // Upright, the head in the upper third
        assert_eq!(Place::round(head(0.25, 0.25, 0.3), (600, 1000)), Place { x: 0, y: 160, side: 600 });
        // Full-length, and far away
        assert_eq!(Place::round(head(0.1, 0.1, 0.15), (600, 1000)), Place { x: 150, y: 55, side: 300 });
        assert_eq!(Place::round(head(0.5, 0.01, 0.01), (600, 1000)), Place { x: 250, y: 485, side: 100 });
    }

    #[test]
    fn somebody_who_is_small_in_the_picture_is_cut_out_of_it() {
        let portrait = testkit::portraits::named("emil").unwrap();
        let small = imageops::resize(&portrait.picture, 300, 300, FilterType::Triangle);
        let mut wide = RgbImage::from_pixel(1000, 800, *small.get_pixel(4, 4));
        imageops::replace(&mut wide, &small, 600, 500);
        let place = Place::round(head_of(&wide).unwrap(), wide.dimensions());
        assert!((250..450).contains(&place.side), "{place:?}");
        let middle = place.x + place.side / 2;
        assert!((700..800).contains(&middle) && place.y > 400, "{place:?}");
    }

    #[test]
    fn an_upright_picture_keeps_its_upper_part() {
        let selfie = RgbImage::from_pixel(200, 400, Rgb([90, 110, 150]));
        assert!(best_offset(&selfie) < 0.3);
    }
}
