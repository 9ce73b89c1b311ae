//! Third parties as servers on the loopback: they check every request as the real ones do, answer as they would, and misbehave when told to.
//!
//! A vendor is a [`Vendor`]: what it answers to a request, and which scenarios it knows. [`StandIn`] is the rest: HTTP, the queue of scenarios, the record of
//! what was asked. Beside the vendor's own paths each has `POST /_stand-in/next` and `GET /_stand-in/requests`, for tests through the real binaries.

mod answer;
pub mod gemini;
pub mod openai;
mod picture;
mod request;
mod server;

pub use answer::{Answer, Piece};
pub use gemini::GeminiStandIn;
pub use openai::OpenAiStandIn;
pub use picture::{Sitter, padded, png, signed, tinted};
pub use request::{Part, Request, Sent};
pub use server::{StandIn, Vendor};
