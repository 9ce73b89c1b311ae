//! Finds the subject of a picture: the place of the face, and the pixels of the person.
//!
//! A small learned network tells people from the ground; the piece with the face is the subject, and its outline runs along the picture's own
//! edges. A cut that does not look like a subject is dropped for a frame.

mod components;
mod exposure;
mod find;
mod guided;
pub mod head;
pub mod matte;
mod network;
mod plausibility;
pub mod skin;

pub use find::{Origin, Subject, find, from_alpha};
pub use head::HeadBox;
pub use matte::Matte;
pub use plausibility::{PLAUSIBLE, Plausibility};
pub use skin::Face;
