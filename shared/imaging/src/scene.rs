//! Wide and tall frames: the subject over an extension of its own backdrop.

use crate::Unreadable;
use crate::drawing::DRAWING_SIDE;
use crate::matte::{Layers, smooth};
use resampling::{Window, resize_rgba};

/// The share of the drawing's side over which a subject that touches it fades, where a wider frame would show the cut
const DISSOLVE: f32 = 0.07;
/// Least share of the subject's height that is shown, however early it touches the sides
const LEAST_SHOWN: f32 = 0.7;

/// The place of the drawing on a frame: pixels of the frame per side of the drawing, and its left and upper edge in pixels of the frame
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) scale: f32,
    pub(crate) left: f32,
    pub(crate) top: f32,
}

/// RGB pixels of a frame of `width` × `height`. The subject stands on the lower edge, its head at `across` of the width; it is `presence` of
/// the height tall. Shoulders that run out of the drawing run out of the frame: below its lower edge, or beyond its sides.
pub(crate) fn compose(layers: &Layers, (width, height): (u32, u32), across: f32, presence: f32) -> Result<Vec<u8>, Unreadable> {
    let place = Place::of(layers, (width as f32, height as f32), across, presence);
    let mut frame = backdrop(layers, (width, height), across);
    lay_subject(layers, place, (width, height), &mut frame)?;
    Ok(frame)
}

impl Place {
    pub(crate) fn of(layers: &Layers, (width, height): (f32, f32), across: f32, presence: f32) -> Self {
        let pose = layers.pose;
        let tall = presence * height;
        let whole = tall / (pose.bottom - pose.top);
        // Where the drawing covers the frame's width, its sides lie outside and the subject may extend to its end.
        let scale = if whole >= width { whole } else { tall / (shown_until(layers) - pose.top) };
        let top = height - tall - pose.top * scale;
        let left = across * width - pose.head * scale;
        let left = if scale >= width { left.clamp(width - scale, 0.0) } else { left };
        Self { scale, left, top }
    }
}

/// The row of the drawing, as a share, at the frame's lower edge: where the subject reaches the sides, or its end
fn shown_until(layers: &Layers) -> f32 {
    let pose = layers.pose;
    pose.touch.max(pose.top + LEAST_SHOWN * (pose.bottom - pose.top))
}

/// The backdrop over a whole frame. The area behind the head in the drawing stays behind it in the frame.
fn backdrop(layers: &Layers, (width, height): (u32, u32), across: f32) -> Vec<u8> {
    let head = layers.pose.head;
    let columns: Vec<f32> = (0..width)
        .map(|x| {
            let x = (x as f32 + 0.5) / width as f32;
            if x < across { x / across * head } else { 1.0 - (1.0 - x) / (1.0 - across) * (1.0 - head) }
        })
        .collect();
    layers.backdrop.drawn(&columns, height)
}

fn lay_subject(layers: &Layers, place: Place, (width, height): (u32, u32), frame: &mut [u8]) -> Result<(), Unreadable> {
    let Some((from, to)) = visible(place, (width, height)) else {
        return Ok(());
    };
    let (left, top, across, down) = to;
    let piece = resize_rgba(&layers.subject, (DRAWING_SIDE, DRAWING_SIDE), Some(from), (across, down))?;
    let cut = layers.matted && layers.pose.touch < layers.pose.bottom;
    for (row, line) in piece.chunks_exact(4 * across as usize).enumerate() {
        let start = 3 * ((top as usize + row) * width as usize + left as usize);
        for ((column, pixel), under) in line.chunks_exact(4).enumerate().zip(frame[start..].chunks_exact_mut(3)) {
            let x = ((left as usize + column) as f32 + 0.5 - place.left) / place.scale;
            let kept = if cut { side_ramp(x, place, width as f32) } else { 1.0 };
            lay_pixel(pixel, kept, under);
        }
    }
    Ok(())
}

/// The opacity of the subject at `x`: less towards a side of the drawing that lies inside the frame
fn side_ramp(x: f32, place: Place, width: f32) -> f32 {
    let left = if place.left > 0.0 { smooth(x / DISSOLVE) } else { 1.0 };
    let right = if place.left + place.scale < width { smooth((1.0 - x) / DISSOLVE) } else { 1.0 };
    left * right
}

fn lay_pixel(pixel: &[u8], kept: f32, under: &mut [u8]) {
    match pixel[3] {
        0 => {}
        255 if kept >= 1.0 => under.copy_from_slice(&pixel[..3]),
        alpha => {
            let through = 1.0 - kept * f32::from(alpha) / 255.0;
            for (under, over) in under.iter_mut().zip(pixel) {
                *under = (kept * f32::from(*over) + through * f32::from(*under) + 0.5).min(255.0) as u8;
            }
        }
    }
}

/// A rectangle of the frame: left, top, width, height
type Area = (u32, u32, u32, u32);

/// The part of the drawing inside the frame, and its place there; none if nothing is inside
fn visible(place: Place, (width, height): (u32, u32)) -> Option<(Window, Area)> {
    let span = |start: f32, length: u32| {
        let first = start.max(0.0).ceil() as u32;
        let end = (start + place.scale).min(length as f32).floor() as u32;
        (end > first).then(|| (first, end - first))
    };
    let (left, across) = span(place.left, width)?;
    let (top, down) = span(place.top, height)?;
    let unit = f64::from(DRAWING_SIDE) / f64::from(place.scale);
    let from = |start: f32, first: u32| (f64::from(first) - f64::from(start)) * unit;
    let window = |start: f64, length: u32| (start.max(0.0), (f64::from(length) * unit).min(f64::from(DRAWING_SIDE) - start.max(0.0)));
    let (x, wide) = window(from(place.left, left), across);
    let (y, tall) = window(from(place.top, top), down);
    Some(((x, y, wide, tall), (left, top, across, down)))
}

/// The square that avatars are scaled from, RGB: the drawing, or, if a circular mask would cut the head, the subject made smaller
pub(crate) fn circle_safe(layers: &Layers) -> Result<Vec<u8>, Unreadable> {
    let smaller = |step: u8| {
        let share = 1.0 - 0.03 * f32::from(step);
        let pose = layers.pose;
        Place { scale: share, left: 0.5 - pose.head * share, top: 1.0 - pose.bottom * share }
    };
    let whole = Place { scale: 1.0, left: 0.0, top: 0.0 };
    if !layers.matted || fits_circle(layers, whole) {
        return Ok(layers.opaque());
    }
    let place = (1..10).map(smaller).find(|&place| fits_circle(layers, place)).unwrap_or(smaller(10));
    let side = DRAWING_SIDE as f32;
    let place = Place { scale: place.scale * side, left: place.left * side, top: place.top * side };
    let mut frame = backdrop(layers, (DRAWING_SIDE, DRAWING_SIDE), 0.5);
    lay_subject(layers, place, (DRAWING_SIDE, DRAWING_SIDE), &mut frame)?;
    Ok(frame)
}

/// Whether all but a few hairs of the head lie in the circle that a square frame of side 1 holds
fn fits_circle(layers: &Layers, place: Place) -> bool {
    let side = DRAWING_SIDE as usize;
    let pose = layers.pose;
    let rows = (pose.top * side as f32) as usize..((pose.top + (pose.bottom - pose.top) / 3.0) * side as f32) as usize;
    let (mut all, mut outside) = (0_u32, 0_u32);
    for y in rows.step_by(4) {
        let down = place.top + y as f32 / side as f32 * place.scale - 0.5;
        for x in (0..side).step_by(4).filter(|x| layers.subject[4 * (y * side + x) + 3] >= 128) {
            let across = place.left + x as f32 / side as f32 * place.scale - 0.5;
            all += 1;
            outside += u32::from(across * across + down * down > 0.25);
        }
    }
    50 * outside <= all
}

/// The square around the head, in pixels of the drawing
pub(crate) fn head_window(layers: &Layers) -> Window {
    let pose = layers.pose;
    let side = if layers.matted { (0.72 * (pose.bottom - pose.top)).clamp(0.3, 1.0) } else { 0.8 };
    let left = (pose.head - side / 2.0).clamp(0.0, 1.0 - side);
    let top = (pose.top - 0.04).clamp(0.0, 1.0 - side);
    let pixels = |share: f32| f64::from(share * DRAWING_SIDE as f32);
    (pixels(left), pixels(top), pixels(side), pixels(side))
}
