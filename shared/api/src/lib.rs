//! The JSON of `/v1`: what endpoints take and give, and nothing else. `infra/openapi.yaml` is made from these types.

mod accounts;
mod generations;
pub mod instant;
#[cfg(feature = "openapi")]
pub mod openapi;
mod styles;
mod uploads;
mod verifications;

pub use self::accounts::{AskForCode, CodeSent, MeReply, SessionReply, SignInRequest, WalletReply};
pub use generations::{
    BubbleRequest, BundleReply, DeliverableReply, GenerationReply, GenerationRequest, GenerationStarted, GenerationSummary,
    GenerationsReply, StickersRequest,
};
pub use styles::{AddonsReply, BubbleAddon, StickersAddon, StyleReply, StylesReply};
pub use uploads::{FormReply, UploadReply, UploadRequest};
pub use verifications::{ActionReply, CredentialsReply, IngredientReply, VERIFIABLE, VerificationReply};
