//! KMS without pictures: the key of the log of receipts, and what every signature needs. Pictures are signed by `via-kms-provenance`.

mod log_key;

use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_types::SdkConfig;
use kernel::Failure;

pub use log_key::{LogKey, NoLogKey, log_key};

/// The public key of a key in KMS, in a certificate's form (DER).
///
/// # Errors
/// Those of KMS.
pub async fn public_key_of(config: &SdkConfig, key: &str) -> Result<Vec<u8>, Failure> {
    let public = Client::new(config).get_public_key().key_id(key).send().await.map_err(|error| failure(&error))?;
    public.public_key.map(Blob::into_inner).ok_or_else(|| Failure::broken("kms gave no public key"))
}

/// An error of any operation as a failure, after the SDK's own retries.
pub fn failure<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Failure {
    let later = match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(answer) if answer.raw().status().is_server_error() => true,
        _ => matches!(
            error.code(),
            Some(
                "ThrottlingException"
                    | "LimitExceededException"
                    | "DependencyTimeoutException"
                    | "KMSInternalException"
                    | "KeyUnavailableException"
            )
        ),
    };
    let code = error.code().unwrap_or("no answer");
    if later {
        tracing::warn!(code, "kms is busy");
        return Failure::unavailable(Duration::from_secs(1));
    }
    Failure::broken(format!("kms: {code}: {}", error.message().unwrap_or_default()))
}
