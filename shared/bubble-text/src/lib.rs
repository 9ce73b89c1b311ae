//! The text of a speech bubble: [`Words`], checked before anything is drawn.
//!
//! Pure and deterministic, and without a font: which characters can be drawn is a table. The text is personal data: nothing here prints it.

mod coverage;
mod emoji;
mod hangul;
mod refusal;
mod side;
mod words;

pub use coverage::{Face, graphemes, is_drawable, is_invisible};
pub use refusal::InvalidWords;
pub use side::Side;
pub use words::Words;
