//! The document of `/v1`. The types of its JSON are in a crate a domain, `api-…`, so that a function compiles those of its own domain alone.

#[cfg(feature = "openapi")]
pub mod openapi;
