//! The configuration of the AWS clients, from the variables that Lambda sets (Lambda developer guide, "Defined runtime environment variables").
//!
//! The SDK's own loader would also read files of profiles and link the clients of STS, SSO and the instance metadata: a function has none of them, and
//! its credentials are in its environment from the start.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;

use crate::{Settings, SettingsError};

/// How long an unused connection is kept, as for the vendors (`egress`). Lambda freezes the process between two calls, and a connection that died
/// meanwhile would fail the next request: of a mail, it would then be unclear whether it was sent.
const IDLE: Duration = Duration::from_secs(15);

impl Settings {
    /// The configuration of the AWS clients; no call leaves the process before a client's first.
    ///
    /// A call without an answer is given up well within an endpoint's time, so that the SDK can try again and the caller gets an answer in any case.
    /// `AWS_MAX_ATTEMPTS` says how often a call is tried, the first time included; by default three times.
    ///
    /// # Errors
    /// [`SettingsError`] without a region or credentials, which is outside Lambda and the local cloud, and for a number of attempts that is none.
    pub fn aws(&self) -> Result<SdkConfig, SettingsError> {
        self.aws_keeping_connections(IDLE)
    }

    fn aws_keeping_connections(&self, idle: Duration) -> Result<SdkConfig, SettingsError> {
        let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(2)).read_timeout(Duration::from_secs(4)).build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region()?))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials()?))
            .retry_config(self.retries()?)
            .timeout_config(timeouts)
            .http_client(http_client(idle));
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

/// One client for all services, so that its certificates are read once; unused connections are kept for `idle`.
fn http_client(idle: Duration) -> SharedHttpClient {
    Builder::new().pool_idle_timeout(idle).tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
}

#[cfg(test)]
mod tests {
    use accounts::{CodeMailer, Pepper};
    use kernel::{Language, Recipient};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use via_ses::SesMailer;

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

    /// A mail service that answers one request on its first connection and nothing more on it, as one does that has forgotten a frozen caller.
    async fn forgetful_service(listener: TcpListener) {
        for connection in 0_u32.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut requests = 0;
                let mut read = Vec::new();
                while stream.read_buf(&mut read).await.unwrap_or(0) > 0 {
                    if !ends(&read) || (connection == 0 && requests > 0) {
                        continue;
                    }
                    (requests, read) = (requests + 1, Vec::new());
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{\"MessageId\":\"m\"}";
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    }

    fn ends(request: &[u8]) -> bool {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).map_or(0, |length| length.parse().unwrap());
        body.len() >= length
    }

    #[tokio::test]
    async fn an_old_connection_is_not_used_again_for_a_mail() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(forgetful_service(listener));
        let mut config = Settings::of(&LAMBDA).unwrap().aws_keeping_connections(Duration::ZERO).unwrap().into_builder();
        config.set_endpoint_url(Some(endpoint));
        let (set, pepper) = ("nigao-mails".to_owned(), Pepper::new(b"0123456789abcdef0123456789abcdef"));
        let mailer = SesMailer::new(&config.build(), "nigao@example.com".to_owned(), set, pepper);
        let to = Recipient { email: "ann@example.com".parse().unwrap(), language: Language::English };
        for code in ["000001", "000002"] {
            let sent = mailer.send_code(&to, code.to_owned(), 10).await;
            assert!(sent.is_ok(), "{code}: {sent:?}");
        }
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
