//! Accounts, sessions, codes and the wallet on DynamoDB: one module a port.

mod budgets;
mod codes;
mod consent_records;
mod email_changes;
pub mod flags;
pub mod guesses;
pub mod keys;
pub mod leads;
mod limits;
mod profiles;
pub mod protections;
mod recipients;
mod salts;
pub mod sessions;
mod sign_ins;
mod statements;
pub mod trials;
pub mod wallet_writes;

pub use budgets::spend;
pub use codes::DynamoCodes;
pub use consent_records::record;
pub use email_changes::DynamoEmailChanges;
pub use guesses::DynamoGuesses;
pub use leads::DynamoLeads;
pub use limits::{count, count_networks};
pub use profiles::DynamoProfiles;
pub use recipients::DynamoRecipients;
pub use salts::DynamoSalts;
pub use sessions::DynamoSessions;
pub use sign_ins::{DynamoSignIns, known, written};
pub use statements::DynamoStatements;
