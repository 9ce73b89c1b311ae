//! The last step: the picture says where it comes from.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Failure;
use picture_files::DigitalSource;
use provenance::{Origin, Signer};
use zeroize::Zeroizing;

/// A finished drawing, as it goes out.
pub struct Portrait {
    /// An encoded picture with its provenance.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Its media type: the artist's own.
    pub media_type: &'static str,
    /// What is true of it.
    pub source: DigitalSource,
    /// Who drew it.
    pub artist: &'static str,
}

/// Says on a drawing where it comes from.
#[async_trait]
pub trait Finisher: Send + Sync {
    /// Takes an artist's untouched bytes. The pixels stay; what is put beside them comes last, so that a manifest holds.
    ///
    /// # Errors
    /// [`Failure::Broken`] when the bytes are no picture.
    async fn finish(&self, drawing: Zeroizing<Vec<u8>>, source: DigitalSource, artist: &'static str) -> Result<Portrait, Failure>;
}

/// Says it by XMP, and where somebody signs, by a manifest that keeps the vendor's own manifest as its parent. Whatever holds the picture is zeroed.
#[derive(Clone, Default)]
pub struct Marked {
    /// Signs; `None` where nothing is signed.
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
