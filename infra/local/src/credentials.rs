//! Temporary credentials of each function's role, as Lambda gives them to its processes. What is signed with them names the function.

use crate::HttpClient;
use crate::roles::role_of;
use crate::template::Model;
use anyhow::{Context, Result, ensure};
use http::Method;
use std::collections::BTreeMap;

/// Seconds until they end: longer than any cloud is up, since nobody renews them here.
const LIFE: u32 = 10 * 365 * 86_400;

/// One role's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    /// Goes along with every request, link and form.
    pub(crate) session_token: String,
}

/// The credentials of every function, by its name.
pub(crate) async fn assume_roles(model: &Model, authority: &str, region: &str, account: &str) -> Result<BTreeMap<String, Credentials>> {
    let http = HttpClient::default();
    let mut all = BTreeMap::new();
    for function in model.functions.values() {
        let assumed = assume_role(&http, authority, region, account, &function.aws_name).await;
        all.insert(function.name.clone(), assumed.with_context(|| format!("the credentials of {}", function.name))?);
    }
    Ok(all)
}

async fn assume_role(http: &HttpClient, authority: &str, region: &str, account: &str, aws_name: &str) -> Result<Credentials> {
    let arn = format!("arn:aws:iam::{account}:role/{}", role_of(aws_name));
    let life = LIFE.to_string();
    let fields =
        [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", &arn), ("RoleSessionName", aws_name), ("DurationSeconds", &life)];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    // The scope of the signature says which service is meant; the emulator looks at nothing else in it.
    let scope = format!("AWS4-HMAC-SHA256 Credential=test/20260101/{region}/sts/aws4_request, SignedHeaders=host, Signature=none");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", scope.as_str())];
    let reply = http.send(Method::POST, &format!("http://{authority}/"), &headers, body).await?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    ensure!(reply.status.is_success(), "STS answered {}: {text}", reply.status);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>")).with_context(|| format!("STS gave no {name}"))?;
        Ok::<_, anyhow::Error>(rest.split('<').next().unwrap_or_default().to_owned())
    };
    Ok(Credentials {
        access_key: element("AccessKeyId")?,
        secret_key: element("SecretAccessKey")?,
        session_token: element("SessionToken")?,
    })
}
