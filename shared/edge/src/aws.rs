//! The configuration of the AWS clients, from the variables that Lambda sets (Lambda developer guide, "Defined runtime environment variables").
//!
//! The SDK's own loader would also read files of profiles and link the clients of STS, SSO and the instance metadata: a function has none of them, and
//! its credentials are in its environment from the start.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;

use crate::{Settings, SettingsError};

impl Settings {
    /// The configuration of the AWS clients; no call leaves the process before a client's first.
    ///
    /// A call without an answer is given up well within an endpoint's time, so that the SDK can try again and the caller gets an answer in any case.
    /// `AWS_MAX_ATTEMPTS` says how often a call is tried, the first time included; by default three times.
    ///
    /// # Errors
    /// [`SettingsError`] without a region or credentials, which is outside Lambda and the local cloud, and for a number of attempts that is none.
    pub fn aws(&self) -> Result<SdkConfig, SettingsError> {
        let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(2)).read_timeout(Duration::from_secs(4)).build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region()?))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials()?))
            .retry_config(self.retries()?)
            .timeout_config(timeouts);
        config.set_endpoint_url(self.required("AWS_ENDPOINT_URL").ok());
        config.set_app_name(self.required("AWS_SDK_UA_APP_ID").ok().and_then(|name| AppName::new(name).ok()));
        Ok(config.build())
    }

    fn retries(&self) -> Result<RetryConfig, SettingsError> {
        let name = "AWS_MAX_ATTEMPTS";
        let retries = RetryConfig::standard();
        if self.optional(name).is_empty() {
            return Ok(retries);
        }
        match self.number(name)? {
            0 => Err(SettingsError::Invalid { name, what: "must be at least 1" }),
            attempts => Ok(retries.with_max_attempts(attempts)),
        }
    }

    /// The credentials of the function's role.
    fn credentials(&self) -> Result<Credentials, SettingsError> {
        let token = self.required("AWS_SESSION_TOKEN").ok();
        Ok(Credentials::new(self.required("AWS_ACCESS_KEY_ID")?, self.required("AWS_SECRET_ACCESS_KEY")?, token, None, "environment"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: [(&str, &str); 5] = [
        ("STAGE", "production"),
        ("AWS_REGION", "ap-northeast-1"),
        ("AWS_ACCESS_KEY_ID", "AKIA-of-a-test"),
        ("AWS_SECRET_ACCESS_KEY", "secret-of-a-test"),
        ("AWS_SESSION_TOKEN", "token-of-a-test"),
    ];

    #[test]
    fn lambda_sets_all_that_a_client_needs() {
        let config = Settings::of(&LAMBDA).unwrap().aws().unwrap();
        assert_eq!(config.region().map(Region::as_ref), Some("ap-northeast-1"));
        assert_eq!(config.endpoint_url(), None);
        assert!(config.credentials_provider().is_some());
    }

    #[test]
    fn another_endpoint_is_taken_where_it_is_named() {
        let local = [LAMBDA.as_slice(), &[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]].concat();
        assert_eq!(Settings::of(&local).unwrap().aws().unwrap().endpoint_url(), Some("http://127.0.0.1:4566"));
    }

    #[test]
    fn a_call_is_tried_three_times_or_as_often_as_is_said() {
        let attempts = |value: &'static str| {
            let values = [LAMBDA.as_slice(), &[("AWS_MAX_ATTEMPTS", value)]].concat();
            Settings::of(&values).unwrap().aws().map(|config| config.retry_config().unwrap().max_attempts())
        };
        assert_eq!(attempts(""), Ok(3));
        assert_eq!(attempts("1"), Ok(1));
        assert!(attempts("0").is_err() && attempts("many").is_err());
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        for missing in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let rest: Vec<_> = LAMBDA.into_iter().filter(|(name, _)| *name != missing).collect();
            assert_eq!(Settings::of(&rest).unwrap().aws().unwrap_err(), SettingsError::Absent(missing));
        }
    }
}
