//! All calls to third parties (RT-08): the hosts, the protocol and the time-outs.
//!
//! TLS 1.2 or newer by rustls, with the certificates of the system. No redirects, since a redirect could send a picture to any host; no proxy from
//! the environment; no implicit headers; no retries, since a call may cost money. The AWS SDKs have clients of their own.

mod client;
mod secret;
mod send_error;
mod wait;

pub use client::{Client, Endpoint, Reach};
pub use secret::Secret;
pub use send_error::{SendError, receive, send};
pub use wait::{LONGEST_WAIT, retry_after};

pub use reqwest::{RequestBuilder, Response, StatusCode, header, multipart};
