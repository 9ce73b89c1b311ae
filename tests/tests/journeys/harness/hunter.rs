//! Searches all stored data of a cloud for needles: tables, objects and their archives, queues, logs.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use aws_sdk_sqs::types::MessageSystemAttributeName;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::TestCloud;
use super::store::{all_rows, keys_in, object_in};

/// Content that must be nowhere, in all its encodings.
#[derive(Debug, Clone)]
pub(crate) struct Needle {
    pub(crate) name: String,
    forms: Vec<Vec<u8>>,
}

impl Needle {
    /// A text: plain, as UTF-16, in hex, in base64 at any offset, and percent-encoded; ignoring case.
    pub(crate) fn text(name: &str, text: &str) -> Self {
        let mut needle = Self::bytes(name, text.as_bytes());
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        needle.forms.extend([wide(u16::to_le_bytes), wide(u16::to_be_bytes)]);
        let percent: String = text
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }
            })
            .collect();
        needle.forms.push(percent.into_bytes());
        needle.normalised()
    }

    /// Bytes: raw, in hex, and in base64 at any offset.
    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        let mut forms = vec![bytes.to_vec(), hex::encode(bytes).into_bytes()];
        for offset in 0..3 {
            forms.push(core_of_base64(&STANDARD_NO_PAD, bytes, offset));
            forms.push(core_of_base64(&URL_SAFE_NO_PAD, bytes, offset));
        }
        Self { name: name.to_owned(), forms }.normalised()
    }

    /// All in lower case, like the searched data; without forms that are too short, and without duplicates.
    fn normalised(mut self) -> Self {
        self.forms.iter_mut().for_each(|form| form.make_ascii_lowercase());
        self.forms.retain(|form| form.len() >= 6);
        self.forms.sort();
        self.forms.dedup();
        self
    }
}

/// Every form of every needle by its first two bytes, so that megabytes are searched in one pass.
struct Index<'n> {
    heads: Vec<Vec<(usize, &'n [u8])>>,
}

impl<'n> Index<'n> {
    fn new(needles: &'n [Needle]) -> Self {
        let mut heads = vec![Vec::new(); 1 << 16];
        for (number, needle) in needles.iter().enumerate() {
            for form in &needle.forms {
                heads[head(form[0], form[1])].push((number, form.as_slice()));
            }
        }
        Self { heads }
    }

    /// Numbers of the needles found in this data, which is in lower case.
    fn found_in(&self, hay: &[u8]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut last = 0;
        for (end, byte) in hay.iter().enumerate() {
            let forms = &self.heads[head(last, *byte)];
            if !forms.is_empty() && end > 0 {
                found.extend(forms.iter().filter(|(_, form)| hay[end - 1..].starts_with(form)).map(|(number, _)| *number));
            }
            last = *byte;
        }
        found
    }
}

fn head(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// The part of the base64 of something containing these bytes at an offset that depends on them alone.
fn core_of_base64(engine: &impl Engine, bytes: &[u8], offset: usize) -> Vec<u8> {
    let padded = [vec![0; offset], bytes.to_vec()].concat();
    let whole = engine.encode(&padded);
    let start = (offset * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    whole.as_bytes()[start.min(end)..end].to_vec()
}

/// The found needles with their places.
pub(crate) async fn hunt(cloud: &TestCloud, needles: &[Needle]) -> Vec<(Needle, String)> {
    let mut hay = rows(cloud).await;
    hay.extend(objects(cloud).await);
    hay.extend(messages(cloud).await);
    hay.extend(logs(cloud));
    let index = Index::new(needles);
    let mut found = Vec::new();
    for (place, mut bytes) in hay {
        bytes.make_ascii_lowercase();
        found.extend(index.found_in(&bytes).into_iter().map(|number| (needles[number].clone(), place.clone())));
    }
    found
}

/// Places with their content.
type Hay = Vec<(String, Vec<u8>)>;

/// Each attribute of each row, its name included.
async fn rows(cloud: &TestCloud) -> Hay {
    let mut hay = Vec::new();
    for row in all_rows(cloud).await {
        for (name, value) in &row.attributes {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            hay.push((format!("{} {} {} {name}", row.table, row.text("pk"), row.text("sk")), format!("{name} {text}").into_bytes()));
        }
    }
    hay
}

/// Each object of every bucket with its key and headers, and the content of archives and PNG chunks.
async fn objects(cloud: &TestCloud) -> Hay {
    let mut hay = Vec::new();
    for bucket in cloud.buckets().into_values() {
        for key in keys_in(cloud, bucket, "").await {
            let head = cloud.clients().s3.head_object().bucket(bucket).key(&key).send().await.unwrap();
            let mut bytes = key.clone().into_bytes();
            bytes.extend(format!("{head:?}").into_bytes());
            let body = object_in(cloud, bucket, &key).await;
            bytes.extend_from_slice(&body);
            hay.extend(unzipped(&key, &body));
            hay.push((key, bytes));
        }
    }
    hay
}

fn unzipped(key: &str, bytes: &[u8]) -> Hay {
    let mut hay = Vec::new();
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return hay };
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let (place, mut bytes) = (format!("{key}/{}", file.name().unwrap()), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        hay.push((place, bytes));
    }
    hay
}

/// The waiting messages of every queue: bodies and attributes. They stay in their queues.
async fn messages(cloud: &TestCloud) -> Hay {
    let mut hay = Vec::new();
    for (name, queue) in cloud.queues() {
        let sqs = &cloud.clients().sqs;
        let received = sqs
            .receive_message()
            .queue_url(&queue.url)
            .max_number_of_messages(10)
            .visibility_timeout(0)
            .wait_time_seconds(0)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .unwrap();
        hay.extend(received.messages().iter().map(|message| (format!("queue {name}"), format!("{message:?}").into_bytes())));
    }
    hay
}

/// The logs of every function and of the stack. The emulator's own log is no part of the system, and the gateway's access log is excluded here: its
/// format is in template.yaml (a test of the template keeps addresses out of it).
fn logs(cloud: &TestCloud) -> Hay {
    let mut hay = Vec::new();
    for file in std::fs::read_dir(cloud.logs_folder()).unwrap() {
        let file = file.unwrap();
        hay.push((format!("log {}", file.file_name().to_string_lossy()), std::fs::read(file.path()).unwrap()));
    }
    hay
}

/// A zip of one compressed file, for planting.
pub(crate) fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}
