//! The JSON of uploads, generations and the catalogue.

mod generations;
mod styles;
mod uploads;
mod whole;

pub use generations::{
    AppealRequest, BlockedReply, BubbleRequest, BundleReply, DecisionReply, DeliverableReply, GenerationReply, GenerationRequest,
    GenerationStarted, GenerationSummary, GenerationsReply, ListedGeneration, PreviewReply, StickersRequest,
};
pub use styles::{AddonsReply, BubbleAddon, StickersAddon, StyleReply, StylesReply};
pub use uploads::{FormReply, UploadReply, UploadRequest};
