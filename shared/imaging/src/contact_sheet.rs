//! One picture that shows all deliverables.

use crate::Limits;
use crate::Unreadable;
use crate::decode::decode_png;
use crate::encode::png_without_metadata;
use image::{Rgb, RgbImage, RgbaImage};
use resampling::resize_rgba;

/// Height of a row of thumbnails, in pixels
const ROW: u32 = 240;
/// Space between thumbnails and around them, in pixels
const GAP: u32 = 20;
/// Width of the sheet, in pixels
const WIDTH: u32 = 1400;
/// Side of a square of the checkerboard behind transparency, in pixels
const CHECK: u32 = 12;
const PAPER: Rgb<u8> = Rgb([238, 236, 232]);
const LIGHT: u8 = 255;
const DARK: u8 = 214;

/// A sheet with a thumbnail of every picture of `pictures` (PNG files), in their order, in rows, as a PNG without metadata. Small pictures keep their
/// size; transparency shows a checkerboard.
///
/// # Errors
/// [`Unreadable`] if one of them is no PNG within [`Limits::DRAWING`].
pub fn contact_sheet(pictures: &[&[u8]]) -> Result<Vec<u8>, Unreadable> {
    let thumbnails = pictures.iter().map(|png| thumbnail(png)).collect::<Result<Vec<_>, _>>()?;
    let places = places(&thumbnails);
    let rows = places.last().map_or(0, |place| place.1 / (ROW + GAP) + 1);
    let mut sheet = RgbImage::from_pixel(WIDTH, GAP + rows * (ROW + GAP), PAPER);
    for (thumbnail, (left, top)) in thumbnails.iter().zip(places) {
        lay(thumbnail, left, top, &mut sheet);
    }
    png_without_metadata(&sheet)
}

/// Scaled to fit a row; never up
fn thumbnail(png: &[u8]) -> Result<RgbaImage, Unreadable> {
    let mut picture = decode_png(png, &Limits::DRAWING)?;
    let (width, height) = picture.dimensions();
    if height <= ROW && width <= WIDTH - 2 * GAP {
        return Ok(picture);
    }
    // Lanczos filters each channel alone: colours hidden by alpha must not shine through.
    for pixel in picture.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        pixel.0[..3].iter_mut().for_each(|channel| *channel = (u16::from(*channel) * alpha / 255) as u8);
    }
    let share = f64::min(f64::from(ROW) / f64::from(height), f64::from(WIDTH - 2 * GAP) / f64::from(width));
    let scaled = |length: u32| ((f64::from(length) * share).round() as u32).max(1);
    let size = (scaled(width), scaled(height));
    let pixels = resize_rgba(&picture, (width, height), None, size)?;
    let mut small = RgbaImage::from_raw(size.0, size.1, pixels).ok_or_else(|| Unreadable::corrupt("scaling lost pixels"))?;
    for pixel in small.pixels_mut() {
        let alpha = u16::from(pixel.0[3]).max(1);
        pixel.0[..3].iter_mut().for_each(|channel| *channel = (u16::from(*channel) * 255 / alpha).min(255) as u8);
    }
    Ok(small)
}

/// Left and upper edge of each thumbnail: line by line, standing on the lower edge of their row, each line in the middle of the sheet
fn places(thumbnails: &[RgbaImage]) -> Vec<(u32, u32)> {
    let mut lines: Vec<Vec<&RgbaImage>> = vec![Vec::new()];
    let mut used = GAP;
    for thumbnail in thumbnails {
        if used + thumbnail.width() + GAP > WIDTH {
            lines.push(Vec::new());
            used = GAP;
        }
        used += thumbnail.width() + GAP;
        if let Some(line) = lines.last_mut() {
            line.push(thumbnail);
        }
    }
    let mut places = Vec::with_capacity(thumbnails.len());
    for (number, line) in lines.iter().enumerate() {
        let floor = GAP + number as u32 * (ROW + GAP) + ROW;
        let width = line.iter().map(|thumbnail| thumbnail.width() + GAP).sum::<u32>().saturating_sub(GAP);
        let mut left = WIDTH.saturating_sub(width) / 2;
        for thumbnail in line {
            places.push((left, floor - thumbnail.height()));
            left += thumbnail.width() + GAP;
        }
    }
    places
}

fn lay(thumbnail: &RgbaImage, left: u32, top: u32, sheet: &mut RgbImage) {
    for (x, y, pixel) in thumbnail.enumerate_pixels() {
        let alpha = u16::from(pixel.0[3]);
        let board = if (x / CHECK + y / CHECK).is_multiple_of(2) { LIGHT } else { DARK };
        let over = |channel: u8| ((u16::from(channel) * alpha + u16::from(board) * (255 - alpha)) / 255) as u8;
        sheet.put_pixel(left + x, top + y, Rgb([over(pixel.0[0]), over(pixel.0[1]), over(pixel.0[2])]));
    }
}
