//! SDK clients of the local AWS endpoints.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_types::{SdkConfig, region::Region};

/// The four SDK clients, pointed at the local endpoints.
#[derive(Debug, Clone)]
pub struct Clients {
    /// What they are made of: for adapters that make a client of their own.
    pub config: SdkConfig,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// S3, with path-style addresses.
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    /// SES, version 2 of the API.
    pub ses: aws_sdk_sesv2::Client,
}

/// The key of the local endpoints: no secret, they accept any.
pub(crate) const ACCESS_KEY: &str = "test";
/// The token that goes with it. A role's credentials always have one; code that forgets it must fail here, not first in
/// production.
pub const SESSION_TOKEN: &str = "local-session-token";

impl Clients {
    /// Clients of the endpoints at `url`, without retries: an emulator that fails should be seen.
    pub(crate) fn new(url: &str, region: &str) -> Self {
        let credentials = Credentials::new(ACCESS_KEY, ACCESS_KEY, Some(SESSION_TOKEN.to_owned()), None, "local");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            config,
        }
    }
}
