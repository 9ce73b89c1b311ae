//! Rights on DynamoDB: requests to have everything erased, what is deleted for them, and the log of their receipts. One module a port.

mod belongings;
mod erasures;
mod keys;
mod log;
mod restoring;

pub use belongings::{DynamoBelongings, Tables};
pub use erasures::DynamoErasures;
pub use log::DynamoReceiptLog;
pub use restoring::{DynamoRestoring, Restored, RestoringTables, Segment};
