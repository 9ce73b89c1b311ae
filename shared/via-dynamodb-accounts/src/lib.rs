//! Accounts, sessions, codes and the wallet on DynamoDB: one module a port.

mod budgets;
mod codes;
pub mod keys;
mod limits;
mod profiles;
mod salts;
pub mod sessions;
mod sign_ins;
pub mod wallet_writes;

pub use budgets::spend;
pub use codes::DynamoCodes;
pub use limits::{count_in, count_one};
pub use profiles::DynamoProfiles;
pub use salts::DynamoSalts;
pub use sessions::DynamoSessions;
pub use sign_ins::DynamoSignIns;
