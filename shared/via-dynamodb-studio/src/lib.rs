//! Uploads, generations and the work on them on DynamoDB: one module a port.

mod admission;
mod attempts;
mod breaker;
pub mod case_item;
pub mod generation_item;
mod generations;
pub mod keys;
mod overdue;
mod placements;
pub mod uploads;
mod views;

pub use admission::DynamoAdmission;
pub use attempts::DynamoAttempts;
pub use breaker::DynamoBreaker;
pub use generations::DynamoGenerations;
pub use overdue::DynamoOverdue;
pub use placements::DynamoPlacements;
pub use uploads::DynamoUploads;
pub use views::DynamoViews;
