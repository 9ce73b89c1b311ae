//! Converts the colours of a file to sRGB, as browsers show them.

use super::div255;
use super::tags::Tags;
use crate::Unreadable;
use image::RgbImage;
use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, ToneReprCurve,
    TransferCharacteristics, TransformOptions, XyY,
};
use png::{CodingIndependentCodePoints, SourceChromaticities};
use std::panic::catch_unwind;

/// The largest profile of light that is read, in bytes; a camera's has a few hundred to a few thousand
const LARGEST_PROFILE: usize = 1 << 20;
/// The largest profile of inks that is read, in bytes; printers' have half a million to three
const LARGEST_INKS: usize = 4 << 20;
/// Pixels that are converted at once
const AT_ONCE: usize = 4096;

/// The colours of a file's pixels; none if they are sRGB already, or nothing is known of them
#[derive(Default)]
pub(crate) struct Colours(Option<Box<ColorProfile>>);

impl Colours {
    /// Those of an ICC profile, or else of EXIF. A broken profile, or one of another colour model than the pixels, is ignored, as in a viewer without
    /// colour management.
    pub(super) fn of(profile: Option<&[u8]>, grey: bool, tags: &Tags) -> Result<Self, Unreadable> {
        Ok(by_icc(profile, grey)?.unwrap_or_else(|| Self::by_exif(tags)))
    }

    /// Those of a PNG, by the first of its chunks that says something (PNG, third edition, 4.3)
    pub(super) fn of_png(info: &png::Info, grey: bool, tags: &Tags) -> Result<Self, Unreadable> {
        if let Some(colours) = info.coding_independent_code_points.map(by_code_points).transpose()?.flatten() {
            return Ok(colours);
        }
        if let Some(colours) = by_icc(info.icc_profile.as_deref(), grey)? {
            return Ok(colours);
        }
        if info.srgb.is_some() {
            return Ok(Self::default());
        }
        let gamma = info.gama_chunk.map(|gamma| gamma.into_value()).filter(|gamma| (0.01..=10.0).contains(gamma));
        let primaries = info.chrm_chunk.as_ref().and_then(primaries);
        Ok(if gamma.is_none() && primaries.is_none() { Self::by_exif(tags) } else { by_light(gamma, primaries) })
    }

    fn by_exif(tags: &Tags) -> Self {
        Self(tags.is_adobe_rgb().then(|| Box::new(ColorProfile::new_adobe_rgb())))
    }

    /// `picture` in sRGB
    pub(crate) fn into_srgb(self, picture: RgbImage) -> RgbImage {
        let Some(profile) = self.0 else {
            return picture;
        };
        let converted = catch_unwind(|| convert(&profile, &picture)).ok().flatten();
        converted.unwrap_or(picture)
    }

    /// A function that brings 16-bit pixels, grey or RGB, to RGB; sRGB where that is possible
    pub(super) fn deep(self, grey: bool) -> impl Fn(&[u16]) -> Vec<u16> {
        let transform = self.0.and_then(|profile| {
            let of_grey = profile.color_space == DataColorSpace::Gray;
            let layout = if of_grey { Layout::Gray } else { Layout::Rgb };
            let made = catch_unwind(|| profile.create_transform_16bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options()));
            Some((made.ok()?.ok()?, of_grey))
        });
        move |pixels| {
            let spread = || if grey { pixels.iter().flat_map(|value| [*value; 3]).collect() } else { pixels.to_vec() };
            let Some((transform, of_grey)) = &transform else { return spread() };
            let from = if *of_grey { pixels.to_vec() } else { spread() };
            let mut rgb = vec![0; if *of_grey { 3 * from.len() } else { from.len() }];
            match transform.transform(&from, &mut rgb) {
                Ok(()) => rgb,
                Err(_) => spread(),
            }
        }
    }
}

/// Brings pixels of four inks to sRGB, in place, by their profile if they have one; `inverted` where no ink is the
/// largest number.
pub(super) fn inks_to_rgb(pixels: &mut Vec<u8>, inverted: bool, profile: Option<&[u8]>) {
    if inverted {
        pixels.iter_mut().for_each(|ink| *ink = !*ink);
    }
    let transform = profile.filter(|bytes| bytes.len() <= LARGEST_INKS).and_then(|bytes| catch_unwind(|| of_inks(bytes)).ok()?);
    let mut rgb = vec![0; 3 * AT_ONCE];
    for start in (0..pixels.len() / 4).step_by(AT_ONCE) {
        let inks = &pixels[4 * start..pixels.len().min(4 * (start + AT_ONCE))];
        let rgb = &mut rgb[..inks.len() / 4 * 3];
        if transform.as_ref().is_none_or(|transform| transform.transform(inks, rgb).is_err()) {
            without_profile(inks, rgb);
        }
        pixels[3 * start..][..rgb.len()].copy_from_slice(rgb);
    }
    pixels.truncate(pixels.len() / 4 * 3);
}

fn of_inks(profile: &[u8]) -> Option<std::sync::Arc<moxcms::Transform8BitExecutor>> {
    let profile = ColorProfile::new_from_slice(profile).ok().filter(|profile| profile.color_space == DataColorSpace::Cmyk)?;
    profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options()).ok()
}

fn without_profile(inks: &[u8], rgb: &mut [u8]) {
    for (inks, rgb) in inks.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
        let key = u16::from(!inks[3]);
        for channel in 0..3 {
            rgb[channel] = div255(u16::from(!inks[channel]) * key);
        }
    }
}

fn options() -> TransformOptions {
    // What browsers choose, whatever the profile says.
    TransformOptions { rendering_intent: moxcms::RenderingIntent::Perceptual, ..TransformOptions::default() }
}

fn convert(profile: &ColorProfile, picture: &RgbImage) -> Option<RgbImage> {
    let srgb = ColorProfile::new_srgb();
    let mut converted = RgbImage::new(picture.width(), picture.height());
    if profile.color_space == DataColorSpace::Gray {
        let transform = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options()).ok()?;
        let grey: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
        transform.transform(&grey, &mut converted).ok()?;
    } else {
        let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options()).ok()?;
        transform.transform(picture, &mut converted).ok()?;
    }
    Some(converted)
}

/// The colours of an ICC profile; none if it is broken or does not fit
fn by_icc(profile: Option<&[u8]>, grey: bool) -> Result<Option<Colours>, Unreadable> {
    let Some(bytes) = profile.filter(|bytes| bytes.len() <= LARGEST_PROFILE) else { return Ok(None) };
    let profile = catch_unwind(|| ColorProfile::new_from_slice(bytes)).ok().and_then(Result::ok);
    let fits = |profile: &ColorProfile| match profile.color_space {
        DataColorSpace::Rgb => true,
        DataColorSpace::Gray => grey,
        _ => false,
    };
    let Some(profile) = profile.filter(fits) else { return Ok(None) };
    if let Some(cicp) = profile.cicp {
        check_range(cicp.transfer_characteristics)?;
    }
    Ok(Some(Colours(Some(Box::new(profile)))))
}

/// The colours of PNG's `cICP` (ITU-T H.273); none if it leaves them open
fn by_code_points(points: CodingIndependentCodePoints) -> Result<Option<Colours>, Unreadable> {
    let Ok(transfer) = TransferCharacteristics::try_from(points.transfer_function) else { return Ok(None) };
    check_range(transfer)?;
    if !points.is_video_full_range_image || points.matrix_coefficients != 0 {
        return Err(Unreadable::Unsupported { detail: "PNG with samples of video".into() });
    }
    let Ok(primaries) = moxcms::CicpColorPrimaries::try_from(points.color_primaries) else { return Ok(None) };
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: primaries,
        transfer_characteristics: transfer,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    Ok(profile.red_trc.is_some().then(|| Colours(Some(Box::new(profile)))))
}

/// Refuses what is made for a brighter screen: shown as it is, it would be grey.
fn check_range(transfer: TransferCharacteristics) -> Result<(), Unreadable> {
    match transfer {
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg => {
            Err(Unreadable::Unsupported { detail: "high dynamic range".into() })
        }
        _ => Ok(()),
    }
}

/// The colours of PNG's `gAMA` and `cHRM`, each of sRGB where it is missing
fn by_light(gamma: Option<f32>, primaries: Option<(XyY, ColorPrimaries)>) -> Colours {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some((white, primaries)) = primaries {
        profile.update_rgb_colorimetry(white, primaries);
    }
    if let Some(gamma) = gamma {
        let curve = ToneReprCurve::Parametric(vec![1.0 / gamma]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Colours(Some(Box::new(profile)))
}

/// White and primaries of `cHRM`; none if they span no colours
fn primaries(chunk: &SourceChromaticities) -> Option<(XyY, ColorPrimaries)> {
    let point = |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
    let (white, red, green, blue) = (point(chunk.white), point(chunk.red), point(chunk.green), point(chunk.blue));
    let area = (red.x - blue.x) * (green.y - blue.y) - (red.y - blue.y) * (green.x - blue.x);
    let real = |point: &Chromaticity| point.x.abs() <= 2.0 && point.y.abs() <= 2.0;
    let usable = area.abs() > 0.01 && white.y > 0.01 && [white, red, green, blue].iter().all(real);
    usable.then(|| (XyY { x: white.x.into(), y: white.y.into(), yb: 1.0 }, ColorPrimaries { red, green, blue }))
}
