//! The harness of all tests here: clouds, people, and views of all stored data.

pub(crate) mod at_the_desk;
pub(crate) mod clouds;
pub(crate) mod exports;
pub(crate) mod hunter;
pub(crate) mod ledger_and_inventory;
pub(crate) mod mailbox;
pub(crate) mod person;
pub(crate) mod pictures;
pub(crate) mod poll;
pub(crate) mod private_requests;
pub(crate) mod problem;
pub(crate) mod purchase;
pub(crate) mod store;
pub(crate) mod visitor;

/// A sentence of every prompt in `shared/studio/prompts.toml`.
pub(crate) const PROMPT: &str = "Keep the person recognisable";

pub(crate) use clouds::{TestCloud, run, shared};
pub(crate) use person::Person;
pub(crate) use poll::until;
pub(crate) use problem::assert_problem;

/// Runs the hourly job, and the deletions it tells until none is left.
pub(crate) async fn delete_expired(cloud: &local_cloud::Cloud) {
    assert!(!cloud.fire_schedule("every-hour-delete-expired").await.unwrap().failed);
    cloud.settle_queue("RowsDue", std::time::Duration::from_secs(180)).await.unwrap();
}
