//! Whole-system tests; see `tests/journeys` and `tests/shape`.
