//! The artist behind Google's Gemini API: `generateContent`, a picture in and a picture out.
//!
//! Sent are the normalised selfie, the prompt, and settings that are the same for everybody (AN-31); `store: false` asks that neither is kept in the
//! project's logs (RT-09). There is no field for a pseudonym, so none is sent.

mod answer;
mod artist;
mod price;
mod refusal;
mod request;

pub use artist::{GeminiArtist, Unusable};
