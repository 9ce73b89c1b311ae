//! The one door to third parties (RT-08): who may be asked, over what, and for how long.
//!
//! TLS 1.2 or newer by rustls, with the certificates of the system; no redirects, since a vendor could send a picture on to anybody by one; no proxy from
//! the environment; no header that was not asked for; no repetition of its own, since a call may cost money. The AWS SDKs have doors of their own.

mod client;
mod secret;
mod send_error;

pub use client::{Client, Endpoint, Reach};
pub use secret::Secret;
pub use send_error::{SendError, receive, send};

pub use reqwest::{RequestBuilder, Response, StatusCode, header, multipart};
