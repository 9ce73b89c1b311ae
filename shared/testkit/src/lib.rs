//! Builders, fixtures and fakes for tests.

pub mod pictures;
