//! Pictures as numbers: a [`Grid`] holds `N` numbers per pixel; colours are Lab ([`lab`]), blurs are Gaussian ([`gauss`]).
//!
//! Every row is computed on its own, so the result is the same on any number of threads ([`rows`]).

pub mod gauss;
pub mod grid;
pub mod lab;
pub mod rows;

pub use grid::Grid;
