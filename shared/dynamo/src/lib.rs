//! DynamoDB as the adapters of every domain use it: keys, items, reads, counters, transactions, and errors as failures.
//!
//! Whatever must change together changes in one transaction, and every write carries the condition it depends on. An expired row is treated as absent
//! everywhere, since TTL deletes late. Keys and attributes are those of the inventory (`shared/policy/inventory.toml`).

mod batch;
mod counter;
mod item;
mod keys;
mod refusal;
mod transaction;

pub use aws_sdk_dynamodb::Client;
pub use batch::{Batch, Rows, read_batch};
pub use counter::{count_one, rate_limited};
pub use item::{Attributes, Item, Read, name_of, number, parse_name, text};
pub use keys::{GENERATIONS, Key, of_account};
pub use refusal::failure;
pub use transaction::{Outcome, Refusal, Transaction};
