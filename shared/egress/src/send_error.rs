//! Calls that brought no answer, told apart by whether the vendor may have received them.

use reqwest::{RequestBuilder, Response};

/// Why there is no answer, or only a part of one. It holds nothing of the request, the address or the vendor's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There was no connection: unknown name, refused, no TLS, an untrusted certificate. The vendor received nothing.
    #[error("no connection")]
    Unreached,
    /// No answer in time. The vendor may have carried out the call.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke, or the answer was not HTTP. The vendor may have carried out the call.
    #[error("the connection broke")]
    ConnectionReset,
    /// The answer is longer than any correct one.
    #[error("the answer is too large")]
    TooLarge,
}

impl SendError {
    /// Whether the vendor may have received the call.
    #[must_use]
    pub fn may_have_arrived(self) -> bool {
        self != Self::Unreached
    }
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        match error {
            // A request that could not even be built was not sent.
            error if error.is_connect() || error.is_builder() => Self::Unreached,
            error if error.is_timeout() => Self::TimedOut,
            _ => Self::ConnectionReset,
        }
    }
}

/// Sends a request and waits for the head of the answer, whatever its status.
///
/// # Errors
/// [`SendError`].
pub async fn send(request: RequestBuilder) -> Result<Response, SendError> {
    Ok(request.send().await?)
}

/// The whole body of an answer, of at most `limit` bytes.
///
/// # Errors
/// [`SendError`].
pub async fn receive(mut answer: Response, limit: usize) -> Result<Vec<u8>, SendError> {
    let declared = answer.content_length().unwrap_or(0);
    let declared = usize::try_from(declared).unwrap_or(usize::MAX);
    if declared > limit {
        return Err(SendError::TooLarge);
    }
    let mut body = Vec::with_capacity(declared);
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Err(SendError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
