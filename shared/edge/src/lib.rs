//! The one crate that knows Lambda and HTTP: it starts a function, decodes its input, and turns the domain's result into a status, a retry or a drop.

pub mod batch;
mod error;
pub mod fact;
pub mod http;
mod logs;
pub mod schedule;
mod session;
mod settings;

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;

pub use error::Error;
pub use session::SessionKeys;
pub use settings::{Settings, SettingsError, Stage};

/// Starts the logs and reads the settings: the first line of every function. No call leaves the process.
///
/// # Errors
/// [`SettingsError`] when the environment is invalid; the function then does not start.
pub fn boot() -> Result<Settings, SettingsError> {
    logs::start();
    Settings::from_env()
}

/// The configuration of the AWS clients; no call leaves the process before a client's first.
///
/// A call without an answer is given up well within an endpoint's time, so that the SDK can try again and the caller gets an answer in any case.
pub async fn aws() -> aws_config::SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(2)).read_timeout(Duration::from_secs(4)).build();
    aws_config::defaults(aws_config::BehaviorVersion::latest()).timeout_config(timeouts).load().await
}
