//! Uploads, generations and the work on them on DynamoDB: one module a port.

mod admission;
mod attempts;
mod breaker;
mod generation_item;
mod generations;
mod keys;
mod overdue;
mod placements;
mod recipients;
mod uploads;
mod views;

pub use admission::DynamoAdmission;
pub use attempts::DynamoAttempts;
pub use breaker::DynamoBreaker;
pub use generations::DynamoGenerations;
pub use overdue::DynamoOverdue;
pub use placements::DynamoPlacements;
pub use recipients::DynamoRecipients;
pub use uploads::DynamoUploads;
pub use views::DynamoViews;
