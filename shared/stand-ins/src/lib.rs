//! Third parties as servers on the loopback: they check every request as the real ones do, answer like them, and fail on request.
//!
//! A [`Vendor`] defines the answers and the scenarios. [`StandIn`] is the rest: HTTP, the queue of scenarios, the record of requests. Beside the
//! vendor's own paths each has `POST /_stand-in/next` and `GET /_stand-in/requests`, for tests through the real binaries.

mod answer;
pub mod gemini;
pub mod openai;
mod picture;
pub mod polar;
mod request;
mod server;
pub mod turnstile;

pub use answer::{Answer, Piece};
pub use gemini::GeminiStandIn;
pub use openai::OpenAiStandIn;
pub use picture::{Sitter, padded, png, signed, tinted};
pub use polar::PolarStandIn;
pub use request::{Part, Request, Sent};
pub use server::{StandIn, Vendor};
pub use turnstile::TurnstileStandIn;
