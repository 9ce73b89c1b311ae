use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use c2pa::{AsyncSigner, Builder, Context, Reader, Settings, SigningAlg};
use futures_util::FutureExt;
use kernel::Failure;
use picture_files::{DigitalSource, PictureFormat};
use serde_json::{Value, json};

use crate::Signer;

/// The software named in our manifests
const GENERATOR: &str = "Nigao";
/// The label of the drawing in the list of actions
const PARENT: &str = "drawing";
/// Maximum bytes of a drawing's own manifest that is carried into every file made of it; those of the vendors have 5 to 40 kB
const MOST_PARENT: usize = 128 << 10;

/// The origin of the files of one drawing
pub struct Origin {
    source: DigitalSource,
    parent: Option<c2pa::Ingredient>,
}

impl Origin {
    /// For a drawing without a manifest
    #[must_use]
    pub fn of(source: DigitalSource) -> Self {
        Self { source, parent: None }
    }

    /// For `drawing`, the vendor's untouched bytes. Its manifest becomes the parent of every file made of the drawing.
    ///
    /// Some manifests are not carried on: an absent one (the action already says that a drawing was made, and there is nothing else to check), an
    /// unreadable or too large one, and one that shows or names the input of the *vendor*, which would be the selfie.
    #[must_use]
    pub fn of_drawing(source: DigitalSource, drawing: &[u8]) -> Self {
        let parent = std::panic::catch_unwind(AssertUnwindSafe(|| parent(drawing))).ok().flatten();
        Self { source, parent }
    }

    /// Whether the drawing's own manifest is carried on
    #[must_use]
    pub fn has_parent(&self) -> bool {
        self.parent.is_some()
    }

    /// The actions: the drawing was created, or was opened and edited. The source type is on the action that it applies to.
    fn actions(&self) -> Value {
        let source = self.source.uri();
        match self.parent {
            None => json!([{ "action": "c2pa.created", "digitalSourceType": source }]),
            Some(_) => json!([
                { "action": "c2pa.opened", "parameters": { "ingredientIds": [PARENT] } },
                { "action": "c2pa.edited", "digitalSourceType": source },
            ]),
        }
    }

    fn builder(&self) -> Result<Builder, c2pa::Error> {
        let definition = json!({
            "claim_generator_info": [{ "name": GENERATOR, "version": env!("CARGO_PKG_VERSION") }],
            "assertions": [{ "label": "c2pa.actions.v2", "created": true, "data": { "actions": self.actions() } }],
        });
        let mut builder = Builder::from_context(context(None)?).with_definition(definition.to_string())?;
        if let Some(parent) = &self.parent {
            builder.add_ingredient(parent.clone());
        }
        Ok(builder)
    }
}

/// A builder of a manifest beside the file
pub(crate) fn detached(source: DigitalSource) -> Result<Builder, c2pa::Error> {
    let mut builder = Origin::of(source).builder()?;
    builder.set_no_embed(true);
    Ok(builder)
}

/// `c2pa` without network, thumbnails, files and verification after signing; with the anchors in `trusted`
pub(crate) fn context(trusted: Option<&str>) -> Result<Context, c2pa::Error> {
    let settings = json!({
        "core": { "allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": 4096, "max_decompressed_manifest_size_in_mb": 4,
                  "decode_identity_assertions": false },
        "verify": { "verify_after_sign": false, "ocsp_fetch": false, "remote_manifest_fetch": false },
        "builder": { "thumbnail": { "enabled": false } },
        "trust": { "user_anchors": trusted },
    });
    Context::new().with_settings(Settings::new().with_json(&settings.to_string())?)
}

/// The manifest of a drawing as an ingredient
fn parent(drawing: &[u8]) -> Option<c2pa::Ingredient> {
    let format = PictureFormat::sniff(drawing).ok()?.content_type();
    let reader = Reader::from_context(context(None).ok()?).with_stream(format, Cursor::new(drawing)).ok()?;
    let shows_what_was_given = |manifest: &c2pa::Manifest| {
        manifest.ingredients().iter().any(|given| given.thumbnail_ref().is_some() || given.data_ref().is_some() || given.hash().is_some())
    };
    if reader.iter_manifests().any(shows_what_was_given) {
        return None;
    }
    let mut builder = Builder::from_context(context(None).ok()?);
    let definition = json!({ "label": PARENT, "relationship": "parentOf" }).to_string();
    let ingredient = builder.add_ingredient_from_stream(definition, format, &mut Cursor::new(drawing)).ok()?;
    let size = ingredient.manifest_data()?.len();
    (size <= MOST_PARENT).then(|| ingredient.clone())
}

/// Signs `bytes`, a finished PNG, WebP or JPEG, its XMP included: the result has the same pixels and a manifest of their origin.
///
/// # Errors
/// [`Failure::Busy`] when the signer is busy; [`Failure::Broken`] when the bytes are no such picture, or C2PA does not accept the signer's chain.
pub async fn sign(bytes: &[u8], media_type: &str, origin: &Origin, signer: &dyn Signer) -> Result<Vec<u8>, Failure> {
    let mut signed = Cursor::new(Vec::with_capacity(bytes.len() + 8_192));
    write_signed(&mut origin.builder().map_err(Failure::broken)?, media_type, bytes, &mut signed, signer).await?;
    Ok(signed.into_inner())
}

/// Signs the manifest of `builder` over `bytes`, writes both into `signed`, and returns the manifest alone.
pub(crate) async fn write_signed(
    builder: &mut Builder,
    format: &str,
    bytes: &[u8],
    signed: &mut Cursor<Vec<u8>>,
    signer: &dyn Signer,
) -> Result<Vec<u8>, Failure> {
    let bridge = Bridge { signer, failure: Arc::default() };
    let mut source = Cursor::new(bytes);
    let signing = Box::pin(builder.sign_async(&bridge, format, &mut source, signed));
    // A vendor's manifest is untrusted: if it makes the library panic, this file alone fails.
    let signed = AssertUnwindSafe(signing).catch_unwind().await.map_err(|_| Failure::broken("signing panicked"))?;
    let own = bridge.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    signed.map_err(|error| own.unwrap_or_else(|| Failure::broken(error)))
}

/// Our port as that of `c2pa`; our failure is kept aside, as it would lose its kind on the way through
struct Bridge<'a> {
    signer: &'a dyn Signer,
    failure: Arc<Mutex<Option<Failure>>>,
}

#[async_trait]
impl AsyncSigner for Bridge<'_> {
    async fn sign(&self, data: Vec<u8>) -> c2pa::Result<Vec<u8>> {
        self.signer.sign(&data).await.map_err(|failure| {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            c2pa::Error::CoseSignature
        })
    }

    fn alg(&self) -> SigningAlg {
        self.signer.algorithm().of_c2pa()
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        Ok(self.signer.chain().certificates().to_vec())
    }

    fn reserve_size(&self) -> usize {
        self.signer.chain().reserve(self.signer.algorithm())
    }
}
