//! S3 buckets.

use crate::template::Bucket;
use anyhow::{Context, Result, anyhow, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, CorsConfiguration, CorsRule, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use serde_json::Value;

/// Creates the bucket with its lifecycle, cross-origin rules, encryption, access block and policy, and checks the stored settings.
pub(super) async fn create(client: &Client, bucket: &Bucket) -> Result<()> {
    client.create_bucket().bucket(&bucket.name).send().await?;
    let properties = &bucket.properties;
    if let Some(rules) = properties.pointer("/LifecycleConfiguration/Rules") {
        apply_lifecycle(client, &bucket.name, rules).await.context("its lifecycle")?;
    }
    if let Some(rules) = properties.pointer("/CorsConfiguration/CorsRules") {
        apply_cors(client, &bucket.name, rules).await.context("its cross-origin rules")?;
    }
    if let Some(rules) = properties.pointer("/BucketEncryption/ServerSideEncryptionConfiguration") {
        apply_encryption(client, &bucket.name, rules).await.context("its encryption")?;
    }
    if let Some(block) = properties.get("PublicAccessBlockConfiguration") {
        apply_access_block(client, &bucket.name, block).await.context("its access block")?;
    }
    apply_policy(client, bucket).await.context("its policy")
}

async fn apply_lifecycle(client: &Client, name: &str, rules: &Value) -> Result<()> {
    let rules: Vec<LifecycleRule> = list(rules).map(lifecycle_rule).collect::<Result<_>>()?;
    let wanted = rules.len();
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()?;
    client.put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(configuration).send().await?;
    let kept = client.get_bucket_lifecycle_configuration().bucket(name).send().await?;
    ensure!(kept.rules().len() == wanted, "{} of {wanted} rules stayed", kept.rules().len());
    Ok(())
}

fn lifecycle_rule(rule: &Value) -> Result<LifecycleRule> {
    let expiration = days(rule, "/ExpirationInDays").map(|days| LifecycleExpiration::builder().days(days).build());
    let abort = days(rule, "/AbortIncompleteMultipartUpload/DaysAfterInitiation")
        .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
    Ok(LifecycleRule::builder()
        .set_id(text(rule, "Id"))
        .status(ExpirationStatus::from(text(rule, "Status").ok_or_else(|| anyhow!("a rule without Status"))?.as_str()))
        .filter(LifecycleRuleFilter::builder().prefix(text(rule, "Prefix").unwrap_or_default()).build())
        .set_expiration(expiration)
        .set_abort_incomplete_multipart_upload(abort)
        .build()?)
}

async fn apply_cors(client: &Client, name: &str, rules: &Value) -> Result<()> {
    let rules: Vec<CorsRule> = list(rules)
        .map(|rule| {
            Ok(CorsRule::builder()
                .set_allowed_origins(Some(strings(rule, "AllowedOrigins")))
                .set_allowed_methods(Some(strings(rule, "AllowedMethods")))
                .set_allowed_headers(Some(strings(rule, "AllowedHeaders")))
                .set_expose_headers(Some(strings(rule, "ExposedHeaders")))
                .set_max_age_seconds(days(rule, "/MaxAge"))
                .build()?)
        })
        .collect::<Result<_>>()?;
    let configuration = CorsConfiguration::builder().set_cors_rules(Some(rules)).build()?;
    client.put_bucket_cors().bucket(name).cors_configuration(configuration).send().await?;
    Ok(())
}

async fn apply_encryption(client: &Client, name: &str, rules: &Value) -> Result<()> {
    let rules: Vec<ServerSideEncryptionRule> = list(rules)
        .filter_map(|rule| rule.pointer("/ServerSideEncryptionByDefault/SSEAlgorithm").and_then(Value::as_str))
        .map(|algorithm| {
            let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::from(algorithm)).build()?;
            Ok(ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build())
        })
        .collect::<Result<_>>()?;
    let configuration = ServerSideEncryptionConfiguration::builder().set_rules(Some(rules)).build()?;
    client.put_bucket_encryption().bucket(name).server_side_encryption_configuration(configuration).send().await?;
    let kept = client.get_bucket_encryption().bucket(name).send().await?;
    ensure!(kept.server_side_encryption_configuration().is_some(), "it did not stay");
    Ok(())
}

async fn apply_access_block(client: &Client, name: &str, block: &Value) -> Result<()> {
    let flag = |key: &str| text(block, key).is_some_and(|value| value == "true");
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(flag("BlockPublicAcls"))
        .ignore_public_acls(flag("IgnorePublicAcls"))
        .block_public_policy(flag("BlockPublicPolicy"))
        .restrict_public_buckets(flag("RestrictPublicBuckets"))
        .build();
    client.put_public_access_block().bucket(name).public_access_block_configuration(configuration).send().await?;
    Ok(())
}

/// The policy is stored and read back. The emulator does not evaluate it, so "TLS only" does not exclude plain HTTP here.
async fn apply_policy(client: &Client, bucket: &Bucket) -> Result<()> {
    let Some(policy) = &bucket.policy else { return Ok(()) };
    client.put_bucket_policy().bucket(&bucket.name).policy(policy.to_string()).send().await?;
    let kept = client.get_bucket_policy().bucket(&bucket.name).send().await?;
    ensure!(kept.policy().is_some_and(|text| text.contains("Statement")), "it did not stay");
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn strings(value: &Value, key: &str) -> Vec<String> {
    value.get(key).into_iter().flat_map(list).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn days(value: &Value, pointer: &str) -> Option<i32> {
    match value.pointer(pointer)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64().and_then(|days| i32::try_from(days).ok()),
    }
}
