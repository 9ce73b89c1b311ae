//! The picture of one sticker: the subject, its bubble, the white edge around both.

use super::cutout::{Area, Cutout};
use super::outline::Edge;
use super::{BubbleRequest, StickerSpec};
use crate::Unreadable;
use crate::bubble::{Layout, lay_out};
use crate::drawing::DRAWING_SIDE;
use lettering::Typesetter;
use resampling::resize_rgba;

/// The maximum enlargement of a small subject
const LARGEST: f32 = 1.25;

/// Straight RGBA pixels of a sticker of the row's size
pub(super) fn compose(
    cutout: &Cutout,
    row: &StickerSpec,
    bubble: Option<(&BubbleRequest, &mut Typesetter)>,
) -> Result<Vec<u8>, Unreadable> {
    let size = (row.width as usize, row.height as usize);
    let edge = Edge::new(row.stroke);
    let inset = (row.margin + edge.reach()) as f32;
    let inner = Area { left: inset, top: inset, right: row.width as f32 - inset, bottom: row.height as f32 - inset };
    let extent = cutout.extent;
    let whole = (inner.width() / extent.width()).min(inner.height() / extent.height()).min(LARGEST);
    let mut canvas = vec![0; 4 * size.0 * size.1];
    match bubble {
        None => {
            let at = (
                middle(inner.left, inner.right, extent.left, extent.right, whole),
                middle(inner.top, inner.bottom, extent.top, extent.bottom, whole),
            );
            lay_subject(cutout, whole, at, &mut canvas, size)?;
        }
        Some((request, typesetter)) => {
            let layout = lay_out(request, (extent, cutout.head), inner, whole);
            let layout = settled(layout, extent, inner, request, typesetter);
            lay_subject(cutout, layout.scale, layout.at, &mut canvas, size)?;
            layout.draw(&request.words, typesetter, &mut canvas, (row.width, row.height));
        }
    }
    edge.lay(&mut canvas, size);
    clear_margin(&mut canvas, size, row.margin as usize);
    straighten(&mut canvas);
    Ok(canvas)
}

/// The origin at which the scaled span from `low` to `high` stands in the middle
fn middle(start: f32, end: f32, low: f32, high: f32, scale: f32) -> f32 {
    start.midpoint(end) - low.midpoint(high) * scale
}

/// The layout moved so that subject and bubble together are in the middle
fn settled(layout: Layout, extent: Area, inner: Area, request: &BubbleRequest, typesetter: &mut Typesetter) -> Layout {
    let body = layout.body(&request.words, typesetter);
    let subject = extent.placed(layout.scale, layout.at);
    let across = inner.middle() - subject.left.min(body.left).midpoint(subject.right.max(body.right));
    let down = inner.top.midpoint(inner.bottom) - subject.top.min(body.top).midpoint(subject.bottom.max(body.bottom));
    layout.moved((across, down))
}

/// Scales the subject onto the canvas, to whole pixels.
fn lay_subject(cutout: &Cutout, scale: f32, at: (f32, f32), canvas: &mut [u8], (width, height): (usize, usize)) -> Result<(), Unreadable> {
    let side = DRAWING_SIDE as f32;
    let extent = cutout.extent;
    let placed = extent.placed(scale, at);
    let left = (placed.left.round().max(0.0) as usize).min(width - 1);
    let top = (placed.top.round().max(0.0) as usize).min(height - 1);
    let across = (placed.width().round().max(1.0) as usize).min(width - left);
    let down = (placed.height().round().max(1.0) as usize).min(height - top);
    let window = (
        f64::from(extent.left.max(0.0)),
        f64::from(extent.top.max(0.0)),
        f64::from(extent.width().min(side - extent.left)),
        f64::from(extent.height().min(side - extent.top)),
    );
    let piece = resize_rgba(&cutout.pixels, (DRAWING_SIDE, DRAWING_SIDE), Some(window), (across as u32, down as u32))?;
    for (y, line) in piece.chunks_exact(4 * across).enumerate() {
        let start = 4 * ((top + y) * width + left);
        for (to, from) in canvas[start..start + 4 * across].chunks_exact_mut(4).zip(line.chunks_exact(4)) {
            // Lanczos overshoots: no colour may exceed its alpha.
            to.copy_from_slice(&[from[0].min(from[3]), from[1].min(from[3]), from[2].min(from[3]), from[3]]);
        }
    }
    Ok(())
}

/// The margin must be empty, even of the faintest shadow.
fn clear_margin(canvas: &mut [u8], (width, height): (usize, usize), margin: usize) {
    for (y, line) in canvas.chunks_exact_mut(4 * width).enumerate() {
        if y < margin || y >= height - margin {
            line.fill(0);
        } else {
            line[..4 * margin].fill(0);
            line[4 * (width - margin)..].fill(0);
        }
    }
}

/// From premultiplied to straight alpha
fn straighten(canvas: &mut [u8]) {
    for pixel in canvas.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha > 0 && alpha < 255 {
            pixel[..3].iter_mut().for_each(|channel| *channel = ((u32::from(*channel) * 255 + alpha / 2) / alpha).min(255) as u8);
        }
    }
}
