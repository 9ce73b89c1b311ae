//! What the service is used for, and messages to its operator, on DynamoDB.

mod days;
mod inbox;
pub mod keys;
mod usage;

pub use days::DynamoDays;
pub use inbox::{DynamoInbox, Message};
pub use usage::DynamoUsage;
