//! Exports on DynamoDB: how far each is, and the rows that go into one.

mod export_item;
mod exports;
mod keys;
mod requests;
mod rows;
mod views;

pub use exports::DynamoExports;
pub use requests::DynamoExportRequests;
pub use rows::{DynamoRows, Tables};
pub use views::DynamoExportViews;
