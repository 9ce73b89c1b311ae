//! The whole system: the real binaries behind the public HTTP API, with AWS endpoints and a fault proxy behind them.
//!
//! `journeys` are what people do, `promises` what the policy says, each by its id; `canary` hunts what must be nowhere, `bad_pictures` sends what
//! attackers send, `faults` breaks things at every step, `vendors` are third parties that misbehave, `instant` is the real-time profile, `budgets` counts
//! calls and `events` replays the recorded inputs. Conditions are polled; nothing sleeps. `cargo build --workspace --bins` first: the tests run the
//! binaries of the dev profile.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod bad_pictures;
mod budgets;
mod canary;
mod events;
mod faults;
mod harness;
mod instant;
mod journeys;
mod promises;
mod vendors;
