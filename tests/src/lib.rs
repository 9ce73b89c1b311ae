//! Tests of the whole, and the index of invariants that is made of all tests.

pub mod invariants;
