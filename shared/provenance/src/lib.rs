//! The origin of pictures: Content Credentials (C2PA 2.x) on our deliverables, and the claims of any picture about its own origin.
//!
//! A picture is signed **last**: after its last pixel change and after its XMP. Any later change of a byte breaks the manifest, as intended. The
//! selfie appears in no manifest, neither as ingredient nor as thumbnail nor as hash: an artist's drawing is its only source, and only by the
//! manifest that came with the drawing. Nothing here touches a network: `c2pa` is built without an HTTP client, so that neither a remote manifest nor
//! a revocation list is ever fetched.

mod anchors;
mod binding;
mod container;
mod detached;
mod examine;
mod jumbf;
mod local;
mod report;
mod sign;
mod signer;
mod source_type;
mod statements;
mod xmp;

pub use anchors::{Anchors, NoAnchors};
pub use detached::{check_detached, sign_detached};
pub use examine::{MOST_BYTES, Unexaminable, examine};
pub use local::LocalSigner;
pub use report::{Action, Credentials, Ingredient, Report, State};
pub use sign::{Origin, sign};
pub use signer::{Algorithm, Chain, Signer, UnfitKeys};
