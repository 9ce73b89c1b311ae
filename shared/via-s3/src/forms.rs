//! Upload forms: S3's POST policy, signed here because the SDK has no call for it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use aws_types::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Failure, Timestamp};
use serde_json::{Value, json};
use studio::{Upload, UploadForm, UploadForms, object_keys};

pub struct S3Forms {
    credentials: SharedCredentialsProvider,
    region: String,
    bucket: String,
    url: String,
}

impl S3Forms {
    /// Signs with the function's own credentials.
    ///
    /// # Errors
    /// [`Failure::Broken`] when the configuration lacks a region or credentials.
    pub fn new(config: &SdkConfig, name: String) -> Result<Self, Failure> {
        let region = config.region().ok_or_else(|| Failure::broken("no AWS region is configured"))?.to_string();
        let credentials = config.credentials_provider().ok_or_else(|| Failure::broken("no AWS credentials are configured"))?;
        let url = match config.endpoint_url() {
            Some(endpoint) => format!("{}/{name}", endpoint.trim_end_matches('/')),
            None => format!("https://{name}.s3.{region}.amazonaws.com/"),
        };
        Ok(Self { credentials, region, bucket: name, url })
    }
}

#[async_trait]
impl UploadForms for S3Forms {
    async fn form(&self, upload: &Upload) -> Result<UploadForm, Failure> {
        let credentials = self.credentials.provide_credentials().await.map_err(Failure::broken)?;
        let key = object_keys::original(upload.owner, upload.id);
        let mut fields = self.signed_fields(&credentials, upload.created_at);
        fields.insert("key".into(), key);
        fields.insert("Content-Type".into(), upload.picture.media_type().into());
        let policy = STANDARD.encode(self.policy(&fields, upload).to_string());
        let signature = sign(&credentials, &self.region, upload.created_at, &policy);
        fields.insert("policy".into(), policy);
        fields.insert("x-amz-signature".into(), signature);
        Ok(UploadForm { url: self.url.clone(), fields })
    }
}

impl S3Forms {
    fn signed_fields(&self, credentials: &Credentials, at: Timestamp) -> BTreeMap<String, String> {
        let day = at.strftime("%Y%m%d");
        let scope = format!("{}/{day}/{}/s3/aws4_request", credentials.access_key_id(), self.region);
        let mut fields = BTreeMap::from([
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), scope),
            ("x-amz-date".to_owned(), at.strftime("%Y%m%dT%H%M%SZ").to_string()),
        ]);
        // A role's credentials are valid only with their token, and the policy must cover it like every other field.
        if let Some(token) = credentials.session_token() {
            fields.insert("x-amz-security-token".into(), token.into());
        }
        fields
    }

    /// Every field exactly as in the form, and exactly the declared number of bytes.
    fn policy(&self, fields: &BTreeMap<String, String>, upload: &Upload) -> Value {
        let mut conditions = vec![json!({ "bucket": self.bucket }), json!(["content-length-range", upload.bytes, upload.bytes])];
        conditions.extend(fields.iter().map(|(name, value)| json!({ name.as_str(): value })));
        json!({ "expiration": upload.form_closes_at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(), "conditions": conditions })
    }
}

fn sign(credentials: &Credentials, region: &str, at: Timestamp, policy: &str) -> String {
    let key = generate_signing_key(credentials.secret_access_key(), SystemTime::from(at), region, "s3");
    calculate_signature(key, policy.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The policy and signature of a form for a fixed key, day and region, computed independently of this code.
    #[test]
    fn a_signature_is_the_one_s3_computes() {
        let policy = r#"{"expiration":"2026-11-21T12:10:00.000Z","conditions":[{"bucket":"b"},{"key":"u/1.jpg"},["content-length-range",1,10485760],{"Content-Type":"image/jpeg"},{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"AKIAIOSFODNN7EXAMPLE/20261121/eu-central-1/s3/aws4_request"},{"x-amz-date":"20261121T120000Z"}]}"#;
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, "test");
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        let signature = sign(&credentials, "eu-central-1", at, &STANDARD.encode(policy));
        assert_eq!(signature, "b7a6c870a8757220cac6e2799df6acf240307b881391e73e1067bac2df6dbac7");
    }
}
