//! The desk on DynamoDB: operators and their trail in the table `Desk`, cases in `Screening`.

mod cases;
mod keys;
mod operators;
mod signed;

pub use cases::{DynamoCases, DynamoOwnCases};
pub use operators::DynamoOperators;
