//! Function URLs: functions that are reached without an API in front of them.

use super::model::{Cors, HttpRoute};
use super::stack::text;
use anyhow::{Result, bail};
use serde_json::Value;

/// The URL of a function (`FunctionUrlConfig`).
#[derive(Debug, Clone)]
pub struct FunctionUrl {
    /// Name of the function behind it.
    pub function: String,
    /// Whether answers are passed on as they come (`InvokeMode: RESPONSE_STREAM`).
    pub streams: bool,
    /// Its cross-origin rules.
    pub cors: Option<Cors>,
    /// The one route it stands for, as the resource's `Metadata` names it: a function URL itself answers every path.
    pub route: Option<HttpRoute>,
}

impl FunctionUrl {
    /// Reads the URL of a function from its resource and its resolved properties, when it has one.
    ///
    /// # Errors
    /// When it wants callers to be signed in with IAM, which the local cloud does not check.
    pub(super) fn read(function: &str, resource: &Value, properties: &Value) -> Result<Option<Self>> {
        let Some(config) = properties.get("FunctionUrlConfig") else { return Ok(None) };
        let kind = config.get("AuthType").map(text).unwrap_or_default();
        if kind != "NONE" {
            bail!("the URL of {function} has the AuthType {kind:?}; the local cloud knows NONE alone");
        }
        let route = resource.pointer("/Metadata/Route").map(text);
        let route = route.as_deref().and_then(|route| route.split_once(' ')).map(|(method, path)| HttpRoute {
            method: method.to_owned(),
            path: path.to_owned(),
            function: function.to_owned(),
        });
        Ok(Some(Self {
            function: function.to_owned(),
            streams: config.get("InvokeMode").is_some_and(|mode| text(mode) == "RESPONSE_STREAM"),
            cors: config.get("Cors").map(Cors::read),
            route,
        }))
    }
}
