//! Function URLs: functions that are reached without an API in front of them.

use super::model::{Cors, HttpRoute};
use super::stack::{Stack, text};
use anyhow::{Result, bail};

#[derive(Debug, Clone)]
pub struct FunctionUrl {
    /// Name of the function behind it.
    pub function: String,
    /// Whether answers are streamed (`InvokeMode: RESPONSE_STREAM`).
    pub streams: bool,
    /// Its cross-origin rules.
    pub cors: Option<Cors>,
    /// The one route it serves, by the resource's `Metadata`: a function URL itself answers every path.
    pub route: Option<HttpRoute>,
}

impl FunctionUrl {
    /// Reads an `AWS::Lambda::Url`.
    ///
    /// # Errors
    /// When it requires IAM authentication, which the local cloud does not check.
    pub(super) fn read(stack: &Stack, id: &str) -> Result<Self> {
        let properties = stack.properties(id)?;
        let function = stack.function(&properties.get("TargetFunctionArn").map(text).unwrap_or_default())?;
        let kind = properties.get("AuthType").map(text).unwrap_or_default();
        if kind != "NONE" {
            bail!("the URL of {function} has the AuthType {kind:?}; the local cloud knows NONE alone");
        }
        let route = stack.resource(id)?.pointer("/Metadata/Route").map(text);
        let route = route.as_deref().and_then(|route| route.split_once(' ')).map(|(method, path)| HttpRoute {
            method: method.to_owned(),
            path: path.to_owned(),
            function: function.clone(),
        });
        Ok(Self {
            streams: properties.get("InvokeMode").is_some_and(|mode| text(mode) == "RESPONSE_STREAM"),
            cors: properties.get("Cors").map(Cors::read),
            route,
            function,
        })
    }
}
