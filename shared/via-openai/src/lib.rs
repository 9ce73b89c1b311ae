//! OpenAI: the artist behind `images/edits`, the screener behind `moderations`, and the list of models.
//!
//! Sent are the normalised picture, the prompt or the words, and a pseudonym where the API has a place for one (AN-31). What the vendor writes stays here:
//! errors carry its codes, its status and its name of the request, and never a sentence of it, since those quote what people sent.

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
