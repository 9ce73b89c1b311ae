//! The templates, with the values that a deployment to this machine has.

use crate::cloud::ACCOUNT;
use crate::options::Options;
use crate::secrets;
use crate::template::{Model, Settings, Stack};
use anyhow::{Result, anyhow};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The parameters of the template: the caller's, and a signer with its chain, made at the first start and kept with the other secrets. The site is
/// where the API is, unless it is said to be elsewhere.
fn parameters(options: &Options, state_dir: &Path, api_url: &str) -> Result<BTreeMap<String, String>> {
    let secret =
        |id| -> Result<[u8; 32]> { hex::decode(secrets::value(id, state_dir)?)?.try_into().map_err(|_| anyhow!("{id} is damaged")) };
    let authority = certificates::TestAuthority::new(&secret("SigningAuthority")?)?;
    let keys = authority.keys(&secret("SigningKey")?)?;
    let site = api_url.to_owned();
    let made = [("SigningKey", keys.key), ("SigningChain", keys.chain), ("TrustAnchors", keys.anchor), ("PublicOrigin", site)];
    let mut parameters: BTreeMap<String, String> = made.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    parameters.extend(options.parameters.clone());
    Ok(parameters)
}

/// Reads every resource.
pub(crate) fn read_model(options: &Options, state_dir: &Path, endpoint_url: &str, api_url: &str) -> Result<Model> {
    let settings = Settings {
        stack_name: "nigao".to_owned(),
        region: options.region.clone(),
        account_id: ACCOUNT.to_owned(),
        endpoint_url: endpoint_url.to_owned(),
        api_url: api_url.to_owned(),
        parameters: parameters(options, state_dir, api_url)?,
        secret: secrets::value,
        state_dir: state_dir.to_path_buf(),
    };
    let stack = Stack::load(&options.template, settings)?;
    let mut model = Model::read(&stack)?;
    // A template that is deployed to an account uses an identity that exists there; here it must be made. No other one: SES asks for permission on
    // the sender's address where that is verified, and else on its domain.
    if let Ok(Value::String(identity)) = stack.resolve(&serde_json::json!({ "Ref": "MailIdentity" }))
        && !model.identities.contains(&identity)
    {
        model.identities.push(identity);
    }
    localise(&mut model, &stack, endpoint_url);
    Ok(model)
}

/// What pages may load from: pictures of the local endpoints, and the challenge of whoever answers its calls.
fn localise(model: &mut Model, stack: &Stack, endpoint_url: &str) {
    let Some(distribution) = &mut model.distribution else { return };
    for bucket in &model.buckets {
        distribution.replace(&format!("https://{}.s3.amazonaws.com", bucket.name), endpoint_url);
    }
    if let Ok(Value::String(challenge)) = stack.resolve(&serde_json::json!({ "Ref": "TurnstileBaseUrl" })) {
        let origin: Vec<&str> = challenge.split('/').take(3).collect();
        distribution.replace("https://challenges.cloudflare.com", &origin.join("/"));
    }
}
