//! What the environment says, read once at start.

use accounts::Pepper;
use kernel::{SignedDuration, SystemClock};

use crate::SessionKeys;

/// Where the function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The local cloud: plain http on localhost, offline stand-ins by default, movable time.
    Local,
    /// Anywhere else.
    Production,
}

/// The environment is not fit to run in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A variable is absent or empty.
    #[error("the environment variable {0} is not set")]
    Absent(&'static str),
    /// A variable has a value it must not have.
    #[error("the environment variable {name} {what}")]
    Unfit {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The settings every function shares; the rest it asks for by name.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it runs.
    pub stage: Stage,
    /// The time, moved by `CLOCK_OFFSET_SECONDS` in the local cloud.
    pub clock: SystemClock,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`SettingsError`] when `STAGE` is neither `local` nor `production`, or a clock offset is set outside the local cloud.
    pub fn from_env() -> Result<Self, SettingsError> {
        let read = |name| std::env::var(name).ok();
        Self::from(&read)
    }

    fn from(read: &dyn Fn(&'static str) -> Option<String>) -> Result<Self, SettingsError> {
        let stage = match read("STAGE").as_deref() {
            Some("local") => Stage::Local,
            Some("production") => Stage::Production,
            Some(_) => return Err(SettingsError::Unfit { name: "STAGE", what: "must be local or production" }),
            None => return Err(SettingsError::Absent("STAGE")),
        };
        let offset = clock_offset(read("CLOCK_OFFSET_SECONDS"), stage)?;
        Ok(Self { stage, clock: SystemClock::ahead_by(offset) })
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// [`SettingsError::Absent`] when it is not set or empty.
    pub fn required(&self, name: &'static str) -> Result<String, SettingsError> {
        std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(SettingsError::Absent(name))
    }

    /// A whole number of at most `u32::MAX`.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent or no such number.
    pub fn number(&self, name: &'static str) -> Result<u32, SettingsError> {
        self.required(name)?.parse().map_err(|_| SettingsError::Unfit { name, what: "must be a whole number" })
    }

    /// The pepper of the keyed hashes, `PEPPER_SECRET`.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent or shorter than 32 characters.
    pub fn pepper(&self) -> Result<Pepper, SettingsError> {
        Ok(Pepper::new(self.secret("PEPPER_SECRET")?.as_bytes()))
    }

    /// The keys of session tokens, `SESSION_SECRET`.
    ///
    /// # Errors
    /// [`SettingsError`] when it is absent or shorter than 32 characters.
    pub fn session_keys(&self) -> Result<SessionKeys, SettingsError> {
        Ok(SessionKeys::new(self.secret("SESSION_SECRET")?.as_bytes(), self.stage, self.clock))
    }

    /// What `variable` chooses. The offline stand-in `offline` is made when it is named, and in the local cloud when nothing is named.
    ///
    /// # Errors
    /// [`SettingsError`] when the name is unknown, and in production when nothing is named: nobody runs an offline stand-in by accident.
    pub fn choose<T>(&self, variable: &'static str, offline: &'static str, make: impl FnOnce() -> T) -> Result<T, SettingsError> {
        match (self.required(variable), self.stage) {
            (Ok(name), _) if name == offline => Ok(make()),
            (Ok(_), _) => Err(SettingsError::Unfit { name: variable, what: "names nothing that is built in" }),
            (Err(_), Stage::Local) => Ok(make()),
            (Err(absent), Stage::Production) => Err(absent),
        }
    }

    fn secret(&self, name: &'static str) -> Result<String, SettingsError> {
        let secret = self.required(name)?;
        if secret.len() < 32 { Err(SettingsError::Unfit { name, what: "must have at least 32 characters" }) } else { Ok(secret) }
    }
}

fn clock_offset(value: Option<String>, stage: Stage) -> Result<SignedDuration, SettingsError> {
    let name = "CLOCK_OFFSET_SECONDS";
    let Some(text) = value.filter(|text| !text.is_empty()) else { return Ok(SignedDuration::ZERO) };
    if stage == Stage::Production {
        return Err(SettingsError::Unfit { name, what: "is for the local cloud alone" });
    }
    let seconds = text.parse().map_err(|_| SettingsError::Unfit { name, what: "must be a whole number of seconds" })?;
    Ok(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(stage: &'static str, offset: &'static str) -> Result<Settings, SettingsError> {
        Settings::from(&move |name| match name {
            "STAGE" => Some(stage.to_owned()),
            "CLOCK_OFFSET_SECONDS" => Some(offset.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn production_refuses_another_time() {
        assert!(settings("local", "86400").is_ok());
        assert!(settings("production", "").is_ok());
        assert_eq!(
            settings("production", "86400").map(|_| ()),
            Err(SettingsError::Unfit { name: "CLOCK_OFFSET_SECONDS", what: "is for the local cloud alone" })
        );
    }

    #[test]
    fn production_runs_no_offline_stand_in_unless_it_is_named() {
        let unset = "NIGAO_TEST_VARIABLE_NOBODY_SETS";
        assert_eq!(settings("local", "").unwrap().choose(unset, "palette", || 1), Ok(1));
        assert_eq!(settings("production", "").unwrap().choose(unset, "palette", || 1), Err(SettingsError::Absent(unset)));
    }

    #[test]
    fn an_unknown_stage_does_not_start() {
        assert!(settings("staging", "").is_err());
    }
}
