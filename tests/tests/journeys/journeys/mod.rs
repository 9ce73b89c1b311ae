//! The journeys of people, route by route.

mod buying;
mod deletion;
mod deliverables;
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
