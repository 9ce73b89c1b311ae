//! The stores on DynamoDB: one table per retention class, one module per port.
//!
//! Whatever must change together changes in one transaction, and every write carries the condition it depends on. An expired row is treated as absent
//! everywhere, since TTL deletes late. Keys and attributes are those of the inventory (`shared/policy/inventory.toml`).

mod attempts;
mod breaker;
mod codes;
mod expired;
mod generation_item;
mod generations;
mod item;
mod keys;
mod overdue;
mod placements;
mod profiles;
mod rate_keys;
mod refusal;
mod sessions;
mod sign_ins;
mod transaction;
mod uploads;
mod views;
mod wallet_writes;

pub use attempts::DynamoAttempts;
pub use aws_sdk_dynamodb::Client;
pub use breaker::DynamoBreaker;
pub use codes::DynamoCodes;
pub use expired::DynamoExpiredRows;
pub use generations::DynamoGenerations;
pub use overdue::DynamoOverdue;
pub use placements::DynamoPlacements;
pub use profiles::{DynamoProfiles, DynamoRecipients};
pub use rate_keys::DynamoRateKeys;
pub use sessions::DynamoSessions;
pub use sign_ins::DynamoSignIns;
pub use uploads::DynamoUploads;
pub use views::DynamoViews;
