//! Copies of everything.

use std::io::{Cursor, Read};

use bytes::Bytes;
use http::Method;
use local_cloud::Cloud;
use serde_json::{Value, json};
use zip::ZipArchive;

use super::person::{expect, text};
use super::{Person, store, until};

impl Person<'_> {
    /// Asks for a copy of everything; its id.
    pub(crate) async fn ask_for_export(&self, key: &str) -> String {
        text(&expect(self.ask(key).await, 202), "export_id")
    }

    pub(crate) async fn ask(&self, key: &str) -> local_cloud::Reply {
        self.call(Method::POST, "/v1/exports", None, &[("idempotency-key", key)]).await
    }

    pub(crate) async fn export(&self, export: &str) -> Value {
        expect(self.get(&format!("/v1/exports/{export}")).await, 200)
    }

    pub(crate) async fn export_reaches(&self, export: &str, state: &str) -> Value {
        until(&format!("{export} being {state}"), async || {
            let found = self.export(export).await;
            (found["state"] == state).then_some(found)
        })
        .await
    }

    /// Fetches a volume by its link.
    pub(crate) async fn volume(&self, export: &Value, number: usize) -> ZipArchive<Cursor<Bytes>> {
        let zip = self.download(&text(&export["volumes"][number - 1], "url")).await;
        assert_eq!(Some(zip.len() as u64), export["volumes"][number - 1]["bytes"].as_u64());
        ZipArchive::new(Cursor::new(zip)).unwrap()
    }
}

/// A file of a volume.
pub(crate) fn file(volume: &mut ZipArchive<Cursor<Bytes>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    volume.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_end(&mut bytes).unwrap();
    bytes
}

pub(crate) fn json_file(volume: &mut ZipArchive<Cursor<Bytes>>, name: &str) -> Value {
    serde_json::from_slice(&file(volume, name)).unwrap()
}

/// What was begun in parts in the bucket and never completed.
pub(crate) async fn open_attempts(cloud: &Cloud) -> usize {
    let listed = cloud.clients().s3.list_multipart_uploads().bucket(store::bucket(cloud)).send().await.unwrap();
    listed.uploads().len()
}

/// The message by which a worker is told of a volume, or of the plan (0), as its function gets it.
pub(crate) fn delivery(account: &str, export: &str, volume: u16) -> Value {
    let body = json!({ "version": 1, "owner_id": account, "export_id": export, "volume": volume }).to_string();
    json!({ "Records": [{ "messageId": "1b9d6f62-90a5-4f0f-8d3a-6a2f1f4e9b11", "body": body, "attributes": { "ApproximateReceiveCount": "1" }, "eventSource": "aws:sqs" }] })
}
