//! All stored data, seen from outside: rows, objects, messages.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine;
use bytes::Bytes;
use local_cloud::Cloud;
use serde_json::{Map, Value, json};

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Logical id of its table.
    pub(crate) table: String,
    /// Its attributes: texts as strings, numbers as numbers.
    pub(crate) attributes: Map<String, Value>,
}

impl Row {
    /// An attribute as text; empty when it is absent or no text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.attributes.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An attribute as a number.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> i64 {
        self.attributes.get(name).and_then(Value::as_i64).unwrap_or_else(|| panic!("no number {name} in {self:?}"))
    }
}

/// Every row of a table (logical id).
pub(crate) async fn rows(cloud: &Cloud, table: &str) -> Vec<Row> {
    let name = cloud.tables()[table].to_owned();
    let mut pages = cloud.clients().dynamodb.scan().table_name(name).consistent_read(true).into_paginator().items().send();
    let mut rows = Vec::new();
    while let Some(item) = pages.next().await {
        let attributes = item.unwrap().into_iter().map(|(name, value)| (name, plain(&value))).collect();
        rows.push(Row { table: table.to_owned(), attributes });
    }
    rows
}

/// Every row of every table.
pub(crate) async fn all_rows(cloud: &Cloud) -> Vec<Row> {
    let mut all = Vec::new();
    for table in cloud.tables().keys() {
        all.extend(rows(cloud, table).await);
    }
    all
}

pub(crate) async fn rows_of(cloud: &Cloud, table: &str, class: &str) -> Vec<Row> {
    rows(cloud, table).await.into_iter().filter(|row| row.text("class") == class).collect()
}

/// Writes a row directly, without a function.
pub(crate) async fn put_row(cloud: &Cloud, row: &Row) {
    let item = row.attributes.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    let name = cloud.tables()[row.table.as_str()].to_owned();
    cloud.clients().dynamodb.put_item().table_name(name).set_item(Some(item)).send().await.unwrap();
}

/// Removes a row directly, without a function.
pub(crate) async fn remove_row(cloud: &Cloud, table: &str, pk: &str, sk: &str) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let removal = cloud.clients().dynamodb.delete_item().table_name(cloud.tables()[table]);
    removal.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
}

/// The bucket of the pictures.
pub(crate) fn bucket(cloud: &Cloud) -> String {
    cloud.buckets()["Pictures"].to_owned()
}

/// Every key below a prefix of the pictures.
pub(crate) async fn keys(cloud: &Cloud, prefix: &str) -> Vec<String> {
    keys_in(cloud, &bucket(cloud), prefix).await
}

/// Every key below a prefix of a bucket.
pub(crate) async fn keys_in(cloud: &Cloud, bucket: &str, prefix: &str) -> Vec<String> {
    let listing = cloud.clients().s3.list_objects_v2().bucket(bucket).prefix(prefix);
    let mut pages = listing.into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(page.unwrap().contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    keys
}

pub(crate) async fn object(cloud: &Cloud, key: &str) -> Bytes {
    object_in(cloud, &bucket(cloud), key).await
}

pub(crate) async fn object_in(cloud: &Cloud, bucket: &str, key: &str) -> Bytes {
    let object = cloud.clients().s3.get_object().bucket(bucket).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().into_bytes()
}

/// Stores an object directly, without a function.
pub(crate) async fn put_object(cloud: &Cloud, key: &str, bytes: &[u8]) {
    let body = ByteStream::from(bytes.to_vec());
    cloud.clients().s3.put_object().bucket(bucket(cloud)).key(key).body(body).send().await.unwrap();
}

/// Removes an object directly, without a function.
pub(crate) async fn remove_object(cloud: &Cloud, key: &str) {
    cloud.clients().s3.delete_object().bucket(bucket(cloud)).key(key).send().await.unwrap();
}

/// Queues a step's message, in the functions' format.
pub(crate) async fn tell(cloud: &Cloud, queue: &str, account: &str, generation: &str) {
    let url = cloud.queues()[queue].url.clone();
    cloud.clients().sqs.send_message().queue_url(url).message_body(message(account, generation)).send().await.unwrap();
}

/// The body of a step's message.
pub(crate) fn message(account: &str, generation: &str) -> String {
    json!({ "version": 1, "owner_id": account, "generation_id": generation }).to_string()
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap_or_else(|_| json!(number)),
        AttributeValue::Bool(flag) => json!(flag),
        AttributeValue::B(bytes) => json!(base64::engine::general_purpose::STANDARD.encode(bytes)),
        AttributeValue::M(map) => Value::Object(map.iter().map(|(name, value)| (name.clone(), plain(value))).collect()),
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => json!(texts),
        _ => Value::Null,
    }
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Object(map) => AttributeValue::M(map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()),
        Value::Array(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        Value::Null => AttributeValue::Null(true),
    }
}
