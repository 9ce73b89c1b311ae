//! The promises of the policy, each by its id. Those about signing in (AN-01, AN-14, AN-15, AN-25) are with the journeys, AN-11 is the canary.

pub(crate) mod catalogue;
mod retention;
mod screening;
