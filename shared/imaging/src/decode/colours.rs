//! Converts the colours of a file to sRGB.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The largest profile that is read, in bytes; a camera's has a few hundred to a few thousand
const LARGEST_PROFILE: usize = 1 << 20;

/// The ICC profile of a file, if it has one
#[derive(Default)]
pub(crate) struct Colours(Option<Vec<u8>>);

impl Colours {
    pub(crate) fn from_profile(profile: Option<Vec<u8>>) -> Self {
        Self(profile.filter(|bytes| bytes.len() <= LARGEST_PROFILE))
    }

    /// `picture` in sRGB. A broken profile, or one of another colour model than the decoded pixels, is ignored: the colours then look as in a viewer
    /// without colour management.
    pub(crate) fn into_srgb(self, picture: RgbImage) -> RgbImage {
        let Some(profile) = self.0 else {
            return picture;
        };
        let converted = std::panic::catch_unwind(|| convert(&profile, &picture)).ok().flatten();
        converted.unwrap_or(picture)
    }
}

fn convert(profile: &[u8], picture: &RgbImage) -> Option<RgbImage> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut converted = RgbImage::new(picture.width(), picture.height());
    transform.transform(picture, &mut converted).ok()?;
    Some(converted)
}
