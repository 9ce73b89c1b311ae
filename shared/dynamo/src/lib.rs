//! DynamoDB without a domain: items and keys, reads, conditional writes, transactions whose parts carry their own refusal, and idempotency.
//!
//! Adapters say what a row is and what a refusal means; how a write is sent, waited for and answered is decided here, once. Whatever must change together
//! changes in one transaction, and every write carries the condition it depends on. An expired row is treated as absent, since TTL deletes late.

mod backoff;
mod counter;
mod database;
mod due;
mod failure;
mod idempotency;
mod item;
mod json;
mod key;
mod read;
mod transaction;
mod write;

pub use backoff::TRIES;
pub use counter::Counter;
pub use database::{Answer, Database};
pub use due::{DueIndex, DuePages, EXPIRY, Position, SHARDS, TTL, shard_of};
pub use idempotency::{Idempotency, Stored};
pub use item::{Attributes, Item, Read, name_of, number, parse_name, text, texts};
pub use json::json;
pub use key::Key;
pub use read::{Batch, Query, QueryPage, Rows, Scan};
pub use transaction::{Part, Transaction};
pub use write::Write;
