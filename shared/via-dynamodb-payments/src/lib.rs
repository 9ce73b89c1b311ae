//! Orders of credits on DynamoDB.

mod checkouts;
mod keys;
mod order_item;
mod orders;
mod views;

pub use checkouts::DynamoCheckouts;
pub use orders::DynamoOrders;
pub use views::DynamoOrderViews;
