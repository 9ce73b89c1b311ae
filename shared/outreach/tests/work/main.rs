//! Who is written to and who is not, on fakes, with a fault at every call.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod campaigns;
mod events;
mod subscriptions;
mod world;
