//! The origin of a picture, as its file declares it.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How a file declares its origin
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// By XMP alone: where nothing is signed, or a messenger's limit leaves no room for a manifest. Its hash is in the manifest of the bundle.
    #[default]
    Xmp,
    /// By XMP and by a signed C2PA manifest in the file
    C2pa,
    /// Not at all, as its messenger refuses files that do. Its hash and its origin are in the manifest of the bundle.
    Manifest,
    /// It is an archive, whose members say it
    Members,
}

/// A term of the IPTC Digital Source Type vocabulary (<http://cv.iptc.org/newscodes/digitalsourcetype/>, release 2024-Q3, read 2026-11-21)
///
/// Each artist names the term that applies to its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase", const_into_str)]
pub enum DigitalSource {
    /// "Algorithmically-altered media": a real picture changed by an algorithm that is no generative model.
    ///
    /// It applies to the offline artist, whose drawing is the selfie's own pixels, filtered. `algorithmicMedia` would claim that nothing was sampled
    /// from life, and the `…TrainedAlgorithmicMedia` terms that a trained model took part; both would be false.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced")]
    AlgorithmicallyEnhanced,
    /// "Created using generative AI": everything comes from a trained model
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")]
    TrainedAlgorithmicMedia,
    /// "Edited using generative AI": a trained model took part, and real pixels remain
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")]
    CompositeWithTrainedAlgorithmicMedia,
}

impl DigitalSource {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The term itself, the last segment of its URI
    pub const fn term(self) -> &'static str {
        self.into_str()
    }

    /// The URI of the term, as in XMP and the manifest
    pub const fn uri(self) -> &'static str {
        match self {
            Self::AlgorithmicallyEnhanced => "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced",
            Self::TrainedAlgorithmicMedia => "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            Self::CompositeWithTrainedAlgorithmicMedia => {
                "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
            }
        }
    }

    /// The XMP packet with this term and nothing else: no date, no tool, no identifier.
    /// `end="r"` because the packet is not padded and is not meant to be edited in place (XMP part 1, 7.3.2).
    pub fn xmp(self) -> String {
        format!(
            concat!(
                "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
                "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
                "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
                "<rdf:Description rdf:about=\"\" xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" ",
                "Iptc4xmpExt:DigitalSourceType=\"{}\"/>",
                "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
            ),
            self.uri()
        )
    }
}
