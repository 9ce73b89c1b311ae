//! Accounts, sessions, codes and the wallet on DynamoDB: one module a port.

mod codes;
pub mod keys;
mod profiles;
pub mod sessions;
mod sign_ins;
pub mod wallet_writes;

pub use codes::{DynamoCodes, count_one};
pub use profiles::DynamoProfiles;
pub use sessions::DynamoSessions;
pub use sign_ins::DynamoSignIns;
