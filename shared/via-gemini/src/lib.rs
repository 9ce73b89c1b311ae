//! The artist behind Google's Gemini API: `generateContent`, a picture in and a picture out.
//!
//! A request holds the normalised selfie, the prompt, and settings that are the same for all requests (AN-31). `store: false` keeps both out of the
//! project's logs (RT-09). The API has no field for a pseudonym, so none is sent.

mod answer;
mod artist;
mod price;
mod refusal;
mod request;

pub use artist::{GeminiArtist, Unusable};
