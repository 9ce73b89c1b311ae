//! Trials, their links and claims on DynamoDB: one module a port.

mod claims;
mod links;
mod trials;

pub use claims::DynamoClaims;
pub use links::DynamoTrialLinks;
pub use trials::DynamoTrials;
