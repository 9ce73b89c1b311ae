//! The error of a function's process.

use std::fmt;

/// Why a function does not start, or has ended. It does not implement [`std::error::Error`], so that `?` converts any of those into it.
pub struct Error(lambda_runtime::Error);

/// The process prints this when `main` returns it: the reason and its sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

pub(crate) fn ended(outcome: Result<(), lambda_runtime::Error>) -> Result<(), Error> {
    outcome.map_err(Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the settings are invalid")]
    struct NotANumber(#[source] std::num::ParseIntError);

    #[test]
    fn what_is_printed_is_for_people_with_its_causes() {
        let error = Error::from(NotANumber("x".parse::<u8>().unwrap_err()));
        assert_eq!(format!("{error:?}"), "the settings are invalid: invalid digit found in string");
    }
}
