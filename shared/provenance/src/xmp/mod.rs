//! The IPTC digital source type in a picture's XMP, which nobody signs.

mod packets;
mod rdf;
mod text;

use picture_files::PictureFormat;

use crate::source_type::telling;

/// Maximum bytes of all packets of a PNG, which may be packed; in other formats a packet is no longer than the file
const MOST_XMP: usize = 4 << 20;

/// What the XMP of a picture says
#[derive(Debug, Default)]
pub(crate) struct Xmp {
    /// Of several statements that of AI, or else the first
    pub(crate) digital_source_type: Option<String>,
    /// Whether it says that the picture's Content Credentials are elsewhere
    pub(crate) names_a_manifest: bool,
}

impl Xmp {
    pub(crate) fn read(bytes: &[u8], format: PictureFormat) -> Self {
        let mut found = rdf::Found::default();
        packets::each(bytes, format, &mut |packet| found.read(&text::decode(packet)));
        if format == PictureFormat::Jpeg {
            for guid in std::mem::take(&mut found.extensions) {
                found.read(&text::decode(&packets::extension(bytes, &guid)));
            }
        }
        Self { digital_source_type: telling(found.source_types.into_iter().rev()), names_a_manifest: found.names_a_manifest }
    }
}
