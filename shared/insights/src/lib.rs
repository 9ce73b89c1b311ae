//! What the service is used for, counted without watching anybody (AN-17 to AN-23), and what people tell its operator (AN-08).
//!
//! A browser tells of closed [`Action`]s under an id that it gave itself. Of a browser and a day, the set of its actions is stored and nothing else: not how
//! often, not in which order, not when. Whose browser it is stands in a row of its own, and goes with the account. Every day what is left of persons are
//! numbers, none below [`FEWEST`].

mod action;
mod day;
mod feedback;
mod record;
mod tally;

pub use action::{ACTIONS, Action, NotAnAction};
pub use day::{CountDays, DailyCounts, Days, DeviceDay, RECOUNTED, SHARDS, Step, shard_of};
pub use feedback::{Feedback, FeedbackBox, NotAMessage, SendFeedback, Words};
pub use record::{RecordActions, Seen, Usage};
pub use tally::{FEWEST, FUNNELS};
