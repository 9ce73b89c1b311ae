//! Cloudflare Turnstile: whether the answer of a browser to its challenge is good (AN-37).
//!
//! `POST siteverify` (<https://developers.cloudflare.com/turnstile/get-started/server-side-validation/>, read 2026-11-30) gets the answer and our secret,
//! and not the caller's network address. An answer belongs to the widget's key alone, so the site and the form that it was given on are compared here.

mod reply;
mod turnstile;

pub use turnstile::{Sites, Turnstile};
