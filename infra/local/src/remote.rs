//! Functions that another program runs (`cargo lambda watch`), reached through its Lambda Invoke API.

use crate::http_client::HttpClient;
use crate::pool::{Answer, failed};
use bytes::Bytes;
use http::Method;

/// Where another program runs the functions.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    http: HttpClient,
    url: String,
}

impl Remote {
    /// Functions behind this base URL.
    pub(crate) fn new(url: &str) -> Self {
        Self { http: HttpClient::default(), url: url.to_owned() }
    }

    /// Runs one invocation; the first one waits for the build.
    pub(crate) async fn invoke(&self, function: &str, event: Bytes) -> Answer {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.url);
        match self.http.send(Method::POST, &url, &[("content-type", "application/json")], event).await {
            Ok(reply) if reply.status.is_success() && reply.header("x-amz-function-error").is_empty() => Answer::Reply(reply.body),
            Ok(reply) => Answer::Failed(reply.body),
            Err(error) => failed("Runtime.Unreachable", &format!("{error:#}")),
        }
    }
}
