//! The local cloud: its reader of templates, its servers, and a function of its own on it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod cloud;
mod function_url;
mod permissions;
mod template;
