//! The steps of the work on fakes: each of them killed, failed, repeated, reordered and overtaken at every call it makes.

mod cancel;
mod chaos;
mod confirm;
mod deliver;
mod draw;
mod fallback;
mod fallback_again;
mod overload;
mod owners;
mod placement;
mod posted_again;
mod prepare;
mod signing;
mod stuck;
mod trials;
mod turns;
mod upload;
mod view;
mod world;
