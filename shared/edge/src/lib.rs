//! The one crate that knows Lambda and HTTP: it starts a function, decodes its input, and turns the domain's result into a status, a retry or a drop.

mod aws;
pub mod batch;
mod cookie;
mod error;
pub mod fact;
pub mod http;
mod logs;
pub mod schedule;
mod session;
mod settings;

pub use cookie::{DeskCookie, LocaleCookie, SignInCookie, TrialCookie};
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
