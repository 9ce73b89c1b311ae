//! The whole system: the real binaries behind the public HTTP API, with AWS endpoints and a fault proxy behind them.
//!
//! `journeys` are the actions of people, `promises` the sentences of the policy, each by its id; `canary` searches for contents that must be nowhere,
//! `bad_pictures` sends hostile pictures, `faults` breaks every step, `alarms` hears of it, `vendors` are failing third parties, `instant` is the profile `ephemeral`,
//! `soak` is many orders at once, `budgets` counts calls and `events` replays the recorded inputs. Conditions are polled; nothing sleeps. `cargo build --workspace --bins` first:
//! the tests run the binaries of the dev profile.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod alarms;
mod bad_pictures;
mod budgets;
mod canary;
mod events;
mod faults;
mod harness;
mod instant;
mod journeys;
mod promises;
mod soak;
mod vendors;
