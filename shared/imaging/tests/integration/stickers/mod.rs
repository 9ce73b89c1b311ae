//! Stickers: made, fitted, packed, and judged by the validator.

mod drawings;
mod fitting;
mod making;
mod packing;
mod validating;
