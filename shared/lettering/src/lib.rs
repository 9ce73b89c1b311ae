//! Text in a speech bubble: [`Words`](bubble_text::Words) set to fit a room ([`Typesetter`]), and drawn with its tail ([`Bubble`]).
//!
//! Pure and deterministic: the fonts are part of the program, nothing depends on the system, and the same words in the same room give the same
//! pixels. The text is personal data: nothing here prints it.

#[cfg(test)]
mod accepted;
mod breaks;
mod bubble;
mod fit;
mod fonts;
mod ink;
mod outline;
#[cfg(test)]
mod properties;
mod script;
mod shape;
mod typesetter;

pub use bubble::Bubble;
pub use typesetter::{Room, Typesetter};
