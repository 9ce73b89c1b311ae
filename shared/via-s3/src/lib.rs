//! Pictures on S3: a prefix per class of data, keys of ids only.

mod arrivals;
mod bucket;
mod exports;
mod forms;
mod links;
mod pictures;
mod selfies;

pub use arrivals::S3Arrivals;
pub use bucket::Bucket;
pub use exports::S3Exports;
pub use forms::S3Forms;
pub use links::S3Links;
pub use pictures::S3Pictures;
pub use selfies::{S3Quarantine, S3Selfies};
