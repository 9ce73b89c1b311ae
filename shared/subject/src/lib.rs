//! Finds the subject of a picture: the place of the face, and the pixels of the person.
//!
//! Classical segmentation, no weights: colours learned from a head-and-shoulders prior and from the border, the smoothest cut between them, and
//! an outline along the picture's own edges. A cut that does not look like a subject is dropped for a frame.

mod colour_model;
mod components;
mod cut;
mod find;
mod guided;
pub mod head;
pub mod matte;
mod plausibility;
mod prior;
pub mod skin;

pub use find::{Origin, Subject, find, from_alpha};
pub use head::HeadBox;
pub use matte::Matte;
pub use plausibility::{PLAUSIBLE, Plausibility};
pub use skin::Face;
