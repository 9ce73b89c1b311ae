//! The last step: provenance is added to the picture.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Failure;
use picture_files::DigitalSource;
use provenance::{Origin, Signer};
use zeroize::Zeroizing;

/// A finished drawing, ready to be sent.
pub struct Portrait {
    /// An encoded picture with its provenance.
    pub bytes: Zeroizing<Vec<u8>>,
    pub media_type: &'static str,
    pub source: DigitalSource,
    pub artist: &'static str,
}

/// Adds the provenance to a drawing.
#[async_trait]
pub trait Finisher: Send + Sync {
    /// Takes an artist's untouched bytes. The pixels stay; the provenance is added last, so that a manifest stays valid.
    ///
    /// # Errors
    /// [`Failure::Broken`] when the bytes are no picture.
    async fn finish(&self, drawing: Zeroizing<Vec<u8>>, source: DigitalSource, artist: &'static str) -> Result<Portrait, Failure>;
}

/// Adds XMP, and with a signer a manifest that keeps the vendor's own manifest as its parent. Every buffer of the picture is zeroed.
#[derive(Clone, Default)]
pub struct Marked {
    /// `None` where nothing is signed.
    pub signer: Option<Arc<dyn Signer>>,
}

#[async_trait]
impl Finisher for Marked {
    async fn finish(&self, drawing: Zeroizing<Vec<u8>>, source: DigitalSource, artist: &'static str) -> Result<Portrait, Failure> {
        let (format, declared) = imaging::declare(&drawing, source).map_err(Failure::broken)?;
        let (declared, media_type) = (Zeroizing::new(declared), format.content_type());
        let bytes = match &self.signer {
            None => declared,
            Some(signer) => {
                let origin = Origin::of_drawing(source, &drawing);
                Zeroizing::new(provenance::sign(&declared, media_type, &origin, signer.as_ref()).await?)
            }
        };
        Ok(Portrait { bytes, media_type, source, artist })
    }
}
