//! Builders, fixtures, fakes and contract suites for tests.
//!
//! Each fake of [`fakes`] implements a port in memory; [`contract`] tests fakes and adapters alike; [`Faults`] makes any call of a fake fail, or
//! kills its caller, before or after its effect.

pub mod authenticator;
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
