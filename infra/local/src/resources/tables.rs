//! DynamoDB tables.

use crate::template::{Index, Key, Table};
use anyhow::{Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, Projection, ProjectionType, ScalarAttributeType, SseSpecification, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use std::collections::BTreeMap;

/// Creates the table with its indexes, TTL and backups, and checks the stored settings.
pub(super) async fn create(client: &Client, table: &Table) -> Result<()> {
    create_table(client, table).await?;
    if let Some(attribute) = &table.ttl {
        enable_ttl(client, &table.name, attribute).await?;
    }
    if table.recovery {
        enable_recovery(client, table).await?;
    }
    check(client, table).await
}

async fn create_table(client: &Client, table: &Table) -> Result<()> {
    let mut request = client
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes(table)?))
        .set_key_schema(Some(key_schema(&table.keys)?));
    for index in &table.indexes {
        request = request.global_secondary_indexes(global_index(index)?);
    }
    if table.encrypted {
        request = request.sse_specification(SseSpecification::builder().enabled(true).build());
    }
    request.send().await?;
    Ok(())
}

fn attributes(table: &Table) -> Result<Vec<AttributeDefinition>> {
    let keys = table.keys.iter().chain(table.indexes.iter().flat_map(|index| &index.keys));
    let kinds: BTreeMap<&str, &str> = keys.map(|key| (key.name.as_str(), key.kind.as_str())).collect();
    kinds
        .into_iter()
        .map(|(name, kind)| {
            Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::from(kind)).build()?)
        })
        .collect()
}

fn key_schema(keys: &[Key]) -> Result<Vec<KeySchemaElement>> {
    keys.iter()
        .map(|key| Ok(KeySchemaElement::builder().attribute_name(&key.name).key_type(KeyType::from(key.role.as_str())).build()?))
        .collect()
}

fn global_index(index: &Index) -> Result<GlobalSecondaryIndex> {
    let include = (!index.include.is_empty()).then(|| index.include.clone());
    let projection =
        Projection::builder().projection_type(ProjectionType::from(index.projection.as_str())).set_non_key_attributes(include).build();
    Ok(GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_schema(&index.keys)?))
        .projection(projection)
        .build()?)
}

async fn enable_ttl(client: &Client, name: &str, attribute: &str) -> Result<()> {
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build()?;
    client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await?;
    let found = client.describe_time_to_live().table_name(name).send().await?;
    let kept = found.time_to_live_description();
    ensure!(
        kept.and_then(|ttl| ttl.attribute_name()) == Some(attribute)
            && kept.and_then(|ttl| ttl.time_to_live_status()) == Some(&TimeToLiveStatus::Enabled),
        "TTL did not stay: {kept:?}"
    );
    Ok(())
}

async fn enable_recovery(client: &Client, table: &Table) -> Result<()> {
    let spec = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .set_recovery_period_in_days(table.recovery_days)
        .build()?;
    client.update_continuous_backups().table_name(&table.name).point_in_time_recovery_specification(spec).send().await?;
    let found = client.describe_continuous_backups().table_name(&table.name).send().await?;
    let status = found
        .continuous_backups_description()
        .and_then(|backups| backups.point_in_time_recovery_description())
        .and_then(|recovery| recovery.point_in_time_recovery_status());
    ensure!(status == Some(&PointInTimeRecoveryStatus::Enabled), "point-in-time recovery did not stay: {status:?}");
    Ok(())
}

async fn check(client: &Client, table: &Table) -> Result<()> {
    let found = client.describe_table().table_name(&table.name).send().await?;
    let found = found.table();
    let indexes: Vec<&str> = found.into_iter().flat_map(|t| t.global_secondary_indexes()).filter_map(|index| index.index_name()).collect();
    for index in &table.indexes {
        ensure!(indexes.contains(&index.name.as_str()), "the index {} did not stay", index.name);
    }
    Ok(())
}
