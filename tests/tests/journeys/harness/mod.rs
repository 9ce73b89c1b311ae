//! What every test here stands on: clouds, people, and views of everything that is stored.

pub(crate) mod clouds;
pub(crate) mod hunter;
pub(crate) mod ledger_and_inventory;
pub(crate) mod mailbox;
pub(crate) mod person;
pub(crate) mod pictures;
pub(crate) mod poll;
pub(crate) mod problem;
pub(crate) mod store;

/// What every prompt of `shared/studio/prompts.toml` says.
pub(crate) const PROMPT: &str = "Keep the person recognisable";

pub(crate) use clouds::{TestCloud, run, shared};
pub(crate) use person::Person;
pub(crate) use poll::until;
pub(crate) use problem::assert_problem;
