//! Text in a speech bubble: what can be written ([`Words`]), set to fit a room ([`Typesetter`]), and drawn with its tail ([`Bubble`]).
//!
//! Pure and deterministic: the fonts are part of the program, nothing of the system is asked, and the same words in the same room are the
//! same pixels. The text is personal data: nothing here prints it.

mod breaks;
mod bubble;
mod coverage;
mod fit;
mod fonts;
mod ink;
mod outline;
#[cfg(test)]
mod properties;
mod script;
mod shape;
mod side;
mod typesetter;
mod words;

pub use bubble::Bubble;
pub use side::Side;
pub use typesetter::{Room, Typesetter};
pub use words::{Unwritable, Words};
