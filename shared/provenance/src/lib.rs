//! Where a picture comes from, signed: Content Credentials (C2PA 2.x) on what we deliver, and what any picture says of its own origin.
//!
//! A picture is signed **last**: after its last pixel change and after its XMP. Any later change of a byte breaks the manifest, and is meant to. The selfie
//! is no ingredient of a manifest, no thumbnail and no hash in it: an artist's drawing is its only source, and only by the manifest the drawing came with.
//! Nothing here touches a network: `c2pa` is built without any HTTP client, so that neither a remote manifest nor a revocation list is ever asked for.

mod anchors;
mod detached;
mod examine;
mod local;
mod report;
mod sign;
mod signer;
mod xmp;

pub use anchors::{Anchors, NoAnchors};
pub use detached::{check_detached, sign_detached};
pub use examine::{MOST_BYTES, Unexaminable, examine};
pub use local::LocalSigner;
pub use report::{Action, Credentials, Ingredient, Report, State};
pub use sign::{Origin, sign};
pub use signer::{Algorithm, Chain, Signer, UnfitKeys};
