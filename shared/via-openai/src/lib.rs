//! OpenAI: the artist behind `images/edits`, the screener behind `moderations`, and the list of models.
//!
//! A request holds the normalised picture, the prompt or the words, and a pseudonym where the API has a field for it (AN-31). The vendor's texts stay
//! in this crate, since they quote people's input: errors carry its codes, its status and its request id.

mod answer;
mod api_error;
mod artist;
mod calendar;
mod models;
mod moderation;
mod openai;
mod price;
mod refusal;
mod sse;
mod waits;

pub use api_error::ApiError;
pub use artist::OpenAiArtist;
pub use models::ListedModel;
pub use moderation::OpenAiScreener;
pub use openai::OpenAi;
