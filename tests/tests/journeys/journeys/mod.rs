//! The journeys of people, route by route.

mod deletion;
mod deliverables;
mod generations;
mod listing;
mod private;
mod requests;
mod sign_in;
mod styles;
mod uploads;
mod wallet;
