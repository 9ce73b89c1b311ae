//! From a selfie to a bundle: uploads, generations, the ports of the steps that work a generation off, and those steps that move no pixels. The others
//! are in `processing`.
//!
//! The states of a [`Generation`] and their legal changes are in [`generation`]. Each step of the work is a use case in a module of its own, and any
//! of them may be repeated, killed or overtaken at any line: its effect is either the same when done twice, or guarded by the version of the row it
//! changes.

pub mod addons;
pub mod artist;
pub mod attempts;
pub mod backlog;
pub mod cancel;
pub mod case;
pub mod circuit;
pub mod confirm;
pub mod draw;
pub mod fallback;
pub mod generation;
pub mod models;
pub mod moderation;
pub mod object_keys;
pub mod placement;
pub mod prices;
mod progress;
pub mod prompt;
pub mod rate;
pub mod steps;
pub mod store;
pub mod stuck;
pub mod style;
pub mod tidy;
pub mod turn;
pub mod upload;
pub mod view;

pub use addons::{Bubble, BubbleText};
pub use artist::{Artist, Brief, DrawRequest, Drawing, NoSketches, NotDrawn, Sketches, Usage};
pub use attempts::{Attempt, Attempts, Claimed, Cost, History, Outcome};
pub use backlog::{Admission, ControlAdmission, Waiting};
pub use cancel::{DeleteGeneration, OwnGeneration, OwnGenerations};
pub use case::Case;
pub use circuit::{Breaker, Circuit, Permit};
pub use confirm::ConfirmMail;
pub use draw::Draw;
pub use fallback::{ArtistFallback, DrawingJob, Obtained};
pub use generation::{EndReason, Generation, IllegalChange, MailState, State, TrialFiles};
pub use models::{CheckModels, ConfiguredModel, Finding, Listing, ModelCalendar, ModelEnded};
pub use moderation::{ModerationRecord, Quarantine};
pub use placement::{
    Arrivals, GenerationRequest, MissingUpload, NewGeneration, PlaceGeneration, Placed, Placement, Placements, Replay, UploadStanding,
};
pub use rate::{RateKey, RateKeys, RateSalt, RatedRequest};
pub use steps::{Backlog, QueuedSteps, Step, Steps};
pub use store::{Bundles, Change, Generations, OriginalStanding, Pictures, Selfies, Written};
pub use stuck::{Due, EndStuck, Lane, Overdue, OverduePages, Swept};
pub use style::{CATALOGUE, Style};
pub use tidy::Tidy;
pub use turn::Turns;
pub use upload::{OpenUpload, PictureType, Upload, UploadForm, UploadForms, Uploads};
pub use view::{BundleFile, Delivered, Deliveries, Links, Page, View, Views};
