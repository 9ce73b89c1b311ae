//! The subject of a picture: found by the network, or given by the artist and checked.

use std::ops::Deref;

use image::{GrayImage, ImageBuffer, Luma, Pixel, RgbaImage};

use crate::components;
use crate::head::{self, HeadBox};
use crate::matte::{self, SMALL, in_proportion, shrunk};
use crate::plausibility::Plausibility;
use crate::skin::Face;
use raster::gauss;
use raster::grid::{Grid, smoothstep};
use raster::lab;

/// Longer side of the grid on which a given mask is checked, and the head is looked for
const CHECKED: usize = 128;
/// Pieces and holes of a given mask below this share of its largest piece are dirt
const DIRT: f32 = 0.01;
/// Alpha from which a pixel counts as the subject
const SOLID: u8 = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The mask of the artist, which is plausible
    Given,
    Found,
    /// Neither was plausible: the mask is a rounded panel that shows the whole picture
    Frame,
}

#[derive(Clone, Debug)]
pub struct Subject {
    /// 0 ground to 255 subject, as large as the picture
    pub alpha: GrayImage,
    pub origin: Origin,
    /// The plausibility of the mask; of a frame, that of the best mask found
    pub plausibility: Plausibility,
    /// Where the face probably is, by the head and its colours; of a given mask by the head alone, and not sure
    pub face: Face,
    pub head: HeadBox,
}

/// Finds the subject of an upright portrait or drawing of any size. The network sees a square copy, so people in stripes are distorted to it.
/// Transparency is ignored.
///
/// Deterministic; about 0.1 s of one core for a million pixels.
#[must_use]
pub fn find<P, C>(picture: &ImageBuffer<P, C>) -> Subject
where
    P: Pixel<Subpixel = u8> + Sync,
    C: Deref<Target = [u8]> + Sync,
{
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width == 0 || height == 0 {
        let nothing = Plausibility::of_shape(&Grid::from_fn(1, 1, |_, _| [0.0]));
        let face = head::USUAL.face();
        return Subject {
            alpha: GrayImage::new(picture.width(), picture.height()),
            origin: Origin::Frame,
            plausibility: nothing,
            face,
            head: head::USUAL,
        };
    }
    let colour = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).to_rgb().0;
    let seen = shrunk((width, height), (SMALL, SMALL), |x, y| colour(x, y).map(f32::from));
    let small = seen.map(|mean| lab::from_srgb(mean.map(|channel| (channel + 0.5) as u8)));
    let seen = seen.map(|mean| mean.map(|channel| channel / 255.0));
    let matte = matte::find_at(&seen, &small, (width, height), |x, y| lab::from_srgb(colour(x, y)));
    let sure = (matte.face.sure > 0.5).then_some(matte.face);
    let head = match (matte.found, sure) {
        (true, face) => {
            HeadBox::of(&shrunk((width, height), in_proportion((width, height), CHECKED), |x, y| [matte.alpha.value(x, y)]), face)
        }
        (false, Some(face)) => HeadBox::round(face),
        (false, None) => head::USUAL,
    };
    let origin = if matte.found { Origin::Found } else { Origin::Frame };
    Subject { alpha: bytes(&matte.alpha), origin, plausibility: matte.plausibility, face: matte.face, head }
}

/// The subject of a drawing whose alpha is its mask, if the mask is plausible: cleaned of specks and pinholes, and smoothed if it is jagged.
/// Otherwise the subject is searched for ([`find`]).
#[must_use]
pub fn from_alpha(drawing: &RgbaImage) -> Subject {
    let (width, height) = (drawing.width() as usize, drawing.height() as usize);
    if width == 0 || height == 0 {
        return find(drawing);
    }
    let share = |x: usize, y: usize| f32::from(drawing.get_pixel(x as u32, y as u32).0[3]) / 255.0;
    let shape = shrunk((width, height), in_proportion((width, height), CHECKED), |x, y| [share(x, y)]);
    let plausibility = Plausibility::of_shape(&shape);
    if !plausibility.is_enough() {
        return find(drawing);
    }
    let head = HeadBox::of(&shape, None);
    Subject { alpha: cleaned(drawing), origin: Origin::Given, plausibility, face: head.face(), head }
}

/// The alpha of a drawing without specks and pinholes, and with soft edges
fn cleaned(drawing: &RgbaImage) -> GrayImage {
    let (width, height) = (drawing.width(), drawing.height());
    let mut alpha = GrayImage::from_fn(width, height, |x, y| Luma([drawing.get_pixel(x, y).0[3]]));
    let inside: Vec<bool> = alpha.as_raw().iter().map(|&alpha| alpha >= SOLID).collect();
    let flaws = components::flaws(&inside, width as usize, height as usize, DIRT);
    for ((alpha, flaw), inside) in alpha.iter_mut().zip(flaws).zip(inside) {
        if flaw {
            *alpha = if inside { 0 } else { 255 };
        }
    }
    if is_jagged(&alpha) {
        let soft = Grid::from_fn(width as usize, height as usize, |x, y| [f32::from(alpha.get_pixel(x as u32, y as u32).0[0]) / 255.0]);
        alpha = bytes(&gauss::blur(&soft, 2.0).map(|c| [smoothstep(0.2, 0.8, c[0])]));
    }
    alpha
}

/// Whether hardly any pixel of the outline is half transparent
fn is_jagged(alpha: &GrayImage) -> bool {
    let (mut steps, mut soft) = (0_usize, 0_usize);
    for row in alpha.as_raw().chunks_exact(alpha.width() as usize) {
        soft += row.iter().filter(|value| (16..240).contains(*value)).count();
        steps += row.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) > 200).count();
    }
    steps > 2 * soft
}

fn bytes(alpha: &Grid<1>) -> GrayImage {
    GrayImage::from_fn(alpha.width as u32, alpha.height as u32, |x, y| {
        Luma([(alpha.value(x as usize, y as usize).clamp(0.0, 1.0) * 255.0 + 0.5) as u8])
    })
}
