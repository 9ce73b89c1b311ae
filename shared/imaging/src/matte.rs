//! The layers of a drawing: the subject, its backdrop, and its place.

use crate::Unreadable;
use crate::backdrop::Backdrop;
use crate::drawing::{self, DRAWING_SIDE};
use image::RgbaImage;
use raster::rows;
use subject::{HeadBox, Origin, Subject};

const SIDE: usize = DRAWING_SIDE as usize;
/// Alpha from which a pixel counts as the subject
const SOLID: u8 = 128;
/// The fade of an opaque drawing at its sides on a wider frame, as a share of its side; at its top, near the head, a quarter of that
const FADE: f32 = 0.2;

/// The layers of one drawing, [`DRAWING_SIDE`]² each
pub(crate) struct Layers {
    /// Full colour, with the matte as alpha
    pub(crate) drawing: RgbaImage,
    /// Whether the subject is known, from the artist or by a search; else the whole drawing is taken for it
    pub(crate) matted: bool,
    /// The subject alone, RGBA with alpha multiplied in
    pub(crate) subject: Vec<u8>,
    /// The light behind the subject
    pub(crate) backdrop: Backdrop,
    pub(crate) pose: Pose,
}

/// The place of the subject, in shares of the drawing's side
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    /// The middle of its head
    pub(crate) head: f32,
    /// The highest point at which it touches the left or right side; `bottom` if it never does
    pub(crate) touch: f32,
    /// The head with its hair and chin, a little generously: a speech bubble must not cover it
    pub(crate) head_box: HeadBox,
}

impl Layers {
    /// Decodes a drawing and takes it apart.
    pub(crate) fn of(picture: &[u8]) -> Result<Self, Unreadable> {
        let mut drawing = drawing::read(picture)?;
        let known = subject_of(&mut drawing);
        let matted = known.origin != Origin::Frame;
        let backdrop = Backdrop::behind(&drawing, matted);
        let subject = if matted { cut_out(&drawing, &backdrop) } else { faded(&drawing) };
        let pose = if matted { Pose::of(&subject, known.head) } else { Pose::whole(known.head) };
        Ok(Self { drawing, matted, subject, backdrop, pose })
    }

    /// The drawing without its matte, RGB
    pub(crate) fn opaque(&self) -> Vec<u8> {
        let mut opaque = Vec::with_capacity(3 * SIDE * SIDE);
        self.drawing.as_raw().chunks_exact(4).for_each(|pixel| opaque.extend_from_slice(&pixel[..3]));
        opaque
    }

    /// The subject on transparency, straight RGBA; invisible pixels are black, so that no backdrop remains there
    pub(crate) fn cutout(&self) -> Vec<u8> {
        if !self.matted {
            return self.drawing.as_raw().clone();
        }
        let mut straight = self.subject.clone();
        for pixel in straight.chunks_exact_mut(4) {
            let alpha = u32::from(pixel[3]);
            if alpha > 0 && alpha < 255 {
                for channel in &mut pixel[..3] {
                    *channel = ((u32::from(*channel) * 255 + alpha / 2) / alpha).min(255) as u8;
                }
            }
        }
        straight
    }
}

/// The subject, with the matte as the drawing's alpha: the artist's if it is plausible, else that of a search. Opaque if neither is.
fn subject_of(drawing: &mut RgbaImage) -> Subject {
    let has_alpha = drawing.pixels().any(|pixel| pixel.0[3] < 255);
    let known = if has_alpha { subject::from_alpha(drawing) } else { subject::find(drawing) };
    for (pixel, alpha) in drawing.pixels_mut().zip(known.alpha.pixels()) {
        pixel.0[3] = if known.origin == Origin::Frame { 255 } else { alpha.0[0] };
    }
    known
}

/// The subject with alpha multiplied in. A half-transparent pixel mixes subject and backdrop; the backdrop's share is subtracted, or the subject
/// would carry its rim onto other grounds.
fn cut_out(drawing: &RgbaImage, backdrop: &Backdrop) -> Vec<u8> {
    let mut subject = vec![0; 4 * SIDE * SIDE];
    rows::fill(&mut subject, 4 * SIDE, |y, row| {
        let line = &drawing.as_raw()[4 * y * SIDE..4 * (y + 1) * SIDE];
        for ((x, pixel), out) in line.chunks_exact(4).enumerate().zip(row.chunks_exact_mut(4)) {
            match pixel[3] {
                0 => {}
                255 => out.copy_from_slice(pixel),
                alpha => {
                    let through = 1.0 - f32::from(alpha) / 255.0;
                    let behind = backdrop.at((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32);
                    for ((out, seen), behind) in out.iter_mut().zip(&pixel[..3]).zip(behind) {
                        *out = (f32::from(*seen) - through * behind + 0.5).clamp(0.0, f32::from(alpha)) as u8;
                    }
                    out[3] = alpha;
                }
            }
        }
    });
    subject
}

/// A drawing whose subject is unknown, fading out at its sides and top, with alpha multiplied in
fn faded(drawing: &RgbaImage) -> Vec<u8> {
    let ramp = |share: f32| smooth(share / FADE);
    let mut subject = Vec::with_capacity(4 * SIDE * SIDE);
    for (x, y, pixel) in drawing.enumerate_pixels() {
        let (x, y) = ((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32);
        let alpha = ramp(x) * ramp(1.0 - x) * ramp(4.0 * y);
        subject.extend(pixel.0[..3].iter().map(|&channel| (f32::from(channel) * alpha + 0.5) as u8));
        subject.push((255.0 * alpha + 0.5) as u8);
    }
    subject
}

/// A smooth step from 0 at 0 to 1 at 1
pub(crate) fn smooth(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

impl Pose {
    /// For a drawing whose subject is unknown, with a likely place of the head
    const fn whole(head_box: HeadBox) -> Self {
        Self { top: 0.0, bottom: 1.0, head: 0.5, touch: 1.0, head_box }
    }

    fn of(subject: &[u8], head_box: HeadBox) -> Self {
        let rows: Vec<&[u8]> = subject.chunks_exact(4 * SIDE).collect();
        let solid = |row: &[u8]| row.chunks_exact(4).filter(|pixel| pixel[3] >= SOLID).count();
        let seen = |row: &&[u8]| solid(row) > SIDE / 100;
        let (Some(first), Some(last)) = (rows.iter().position(seen), rows.iter().rposition(seen)) else {
            return Self::whole(head_box);
        };
        let touches = |row: &[u8]| row[3] >= SOLID || row[4 * SIDE - 1] >= SOLID;
        let touch = rows.iter().position(|row| touches(row)).unwrap_or(last + 1);
        let head = &rows[first..=first + (last - first) / 3];
        let (mut mass, mut moment) = (0_u64, 0_u64);
        for row in head {
            for (x, pixel) in row.chunks_exact(4).enumerate() {
                mass += u64::from(pixel[3]);
                moment += u64::from(pixel[3]) * x as u64;
            }
        }
        let share = |pixels: usize| pixels as f32 / SIDE as f32;
        let middle = moment as f32 / mass.max(1) as f32 / SIDE as f32;
        Self { top: share(first), bottom: share(last + 1), head: middle, touch: share(touch).min(share(last + 1)), head_box }
    }
}
