//! DynamoDB's errors as failures, once.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use kernel::Failure;

/// Codes for "later": throttling, and faults that the service asks to retry.
const LATER: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "TransactionInProgressException",
    "TransactionConflictException",
    "InternalServerError",
    "ServiceUnavailable",
];

/// An error of any operation as a failure, after the SDK's own retries.
pub(crate) fn failure<E>(error: SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata,
{
    let later = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => true,
        // An intermediary may answer without a code.
        SdkError::ServiceError(answer) if answer.raw().status().is_server_error() => true,
        _ => error.code().is_some_and(|code| LATER.contains(&code)),
    };
    if later {
        tracing::warn!(code = error.code().unwrap_or("no answer"), "dynamodb is busy");
        return Failure::unavailable(Duration::from_secs(1));
    }
    // The service's code and message name tables and attributes; they hold no values of the request.
    let (code, message) = (error.code().unwrap_or("unknown"), error.message().unwrap_or_default());
    Failure::broken(format!("dynamodb: {code}: {message}"))
}
