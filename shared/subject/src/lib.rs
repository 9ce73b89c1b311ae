//! Who is the subject of a picture: where the face is, and which pixels are the person's.
//!
//! Classical segmentation, no weights: colours learned from a head-and-shoulders prior and from the border, the smoothest cut between them, and
//! an outline along the picture's own edges. A cut that does not look like a subject is dropped for a frame.

mod colour_model;
mod components;
mod cut;
mod guided;
pub mod matte;
pub mod skin;

pub use matte::Matte;
pub use skin::Face;
