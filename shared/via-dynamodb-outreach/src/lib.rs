//! Subscriptions, suppressions and campaigns on DynamoDB: one module a port.

mod audience;
mod campaigns;
mod keys;
mod mails;
mod standings;
mod subscriptions;

pub use audience::DynamoAudience;
pub use campaigns::DynamoCampaigns;
pub use mails::DynamoCampaignMails;
pub use standings::{DynamoStandings, DynamoSuppressions};
pub use subscriptions::{DynamoSubscribers, DynamoSubscriptions};
