//! The steps that move pixels: a selfie made ready and judged ([`Prepare`]), drawings made into deliverables ([`Deliver`]), and both at once with nothing
//! kept ([`instant`]).
//!
//! The states, the ports and the steps without pixels are in `studio`; any step may be repeated, killed or overtaken at any line.

mod bundle_parts;
mod deliver;
pub mod instant;
mod prepare;
mod upload_files;

pub use deliver::Deliver;
pub use prepare::Prepare;
