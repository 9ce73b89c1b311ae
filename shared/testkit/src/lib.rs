//! Builders, fixtures, fakes and contract suites for tests.
//!
//! Each fake of [`fakes`] keeps the promises of its port in memory; [`contract`] holds fakes and adapters to the same promises; [`Faults`] makes any call
//! of a fake fail, or kills its caller, before or after its effect.

pub mod builders;
#[cfg(feature = "cloud")]
pub mod cloud;
pub mod contract;
pub mod fakes;
mod faults;
#[cfg(feature = "pictures")]
pub mod pictures;
#[cfg(feature = "pictures")]
pub mod portraits;
#[cfg(feature = "pictures")]
pub mod signing;
#[cfg(feature = "cloud")]
pub mod stub;

pub use faults::{Crashed, Faults, Kind, When, survive};
