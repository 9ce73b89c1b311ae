//! Scaling.

use crate::Unreadable;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// A window of a picture, in pixels of it
pub(crate) type Window = (f64, f64, f64, f64);

/// `picture` scaled down so that no side is longer than `side`; never up
pub(crate) fn fit_within(picture: RgbImage, side: u32) -> Result<RgbImage, Unreadable> {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= side {
        return Ok(picture);
    }
    let scaled = |length: u32| ((u64::from(length) * u64::from(side) + u64::from(long) / 2) / u64::from(long)).max(1) as u32;
    let (to_width, to_height) = (scaled(width), scaled(height));
    let small = resize::<U8x3>(&picture, (width, height), None, (to_width, to_height))?;
    RgbImage::from_raw(to_width, to_height, small).ok_or_else(|| Unreadable::corrupt("scaling lost pixels"))
}

/// Scales `from`, or a window of it, by Lanczos with three lobes: sharp, and no coarser filter is faster where it counts. Channels are
/// independent: alpha must be multiplied into the colours before.
///
/// The pixel type is known when this is compiled: asked at run time, it would compile the scaling of all thirty types of the library.
pub(crate) fn resize<P: PixelTrait>(
    from: &[u8],
    (width, height): (u32, u32),
    window: Option<Window>,
    (to_width, to_height): (u32, u32),
) -> Result<Vec<u8>, Unreadable> {
    let mut pixels = vec![0; P::size() * to_width as usize * to_height as usize];
    let source = TypedImageRef::<P>::from_buffer(width, height, from).map_err(Unreadable::corrupt)?;
    let mut target = TypedImage::<P>::from_buffer(to_width, to_height, &mut pixels).map_err(Unreadable::corrupt)?;
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    if let Some((left, top, width, height)) = window {
        options = options.crop(left, top, width, height);
    }
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(Unreadable::corrupt)?;
    Ok(pixels)
}
