//! The journeys of people, route by route.

mod buying;
mod choices;
mod deletion;
mod deliverables;
mod desk;
pub(crate) mod email_changes;
pub(crate) mod erasure;
mod exports;
mod generations;
mod insights;
mod listing;
pub(crate) mod mail;
mod orders;
mod private;
mod requests;
mod sign_in;
mod site;
mod styles;
mod trials;
mod uploads;
mod wallet;
