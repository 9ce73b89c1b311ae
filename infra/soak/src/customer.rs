//! What a customer does: upload a selfie, start generations, and ask until they are done.

use crate::figures::Figures;
use crate::locked;
use crate::people::Person;
use anyhow::{Context, Result, bail, ensure};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use http::Method;
use image::{ImageFormat, Rgb, RgbImage};
use kernel::{GenerationId, Owner};
use local_cloud::{Cloud, HttpClient, Reply};
use serde_json::{Value, json};
use std::io::Cursor;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};
use studio::object_keys;

/// Pause before a question for the state: each costs as much as a tenth of a generation.
const ASKING: Duration = Duration::from_secs(1);

/// Pause before a request is repeated.
const AGAIN: Duration = Duration::from_millis(300);

/// After this time a customer repeats the request of a generation that nobody has begun.
const UNTOLD: Duration = Duration::from_secs(12);

/// After this time a generation is left to the sweeper.
const PATIENCE: Duration = Duration::from_secs(300);

/// Tries of one request: a killed endpoint answers 500, a throttled one 503.
const TRIES: usize = 12;

/// An accepted generation.
#[derive(Debug, Clone)]
pub(crate) struct Generation {
    pub(crate) owner: Owner,
    pub(crate) id: GenerationId,
    pub(crate) placed: Instant,
    /// The request that started it.
    request: Request,
}

/// A request to start a generation, which may be repeated.
#[derive(Debug, Clone)]
struct Request {
    key: String,
    body: Value,
}

pub(crate) struct Customer<'a> {
    cloud: &'a Cloud,
    http: HttpClient,
    person: Person,
    figures: &'a Mutex<Figures>,
}

impl<'a> Customer<'a> {
    pub(crate) fn new(cloud: &'a Cloud, person: Person, figures: &'a Mutex<Figures>) -> Self {
        Self { cloud, http: HttpClient::default(), person, figures }
    }

    /// Uploads a small selfie; the upload's id.
    pub(crate) async fn upload(&self) -> Result<String> {
        let bytes = selfie();
        let body = json!({ "content_type": "image/png", "bytes": bytes.len() });
        let opened = self.call("uploads-create", Method::POST, "/v1/uploads", Some(&body), "").await?;
        let fields = opened["post"]["fields"].as_object().context("an upload without a form")?;
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
        let began = Instant::now();
        let posted = self.http.post_form(opened["post"]["url"].as_str().unwrap_or_default(), &fields, bytes).await?;
        ensure!(posted.status.is_success(), "the form was refused: {}", posted.status);
        locked(self.figures).answered("(form to S3)", began.elapsed());
        Ok(opened["upload_id"].as_str().context("an upload without an id")?.to_owned())
    }

    /// Starts a generation of one drawing. A repeated request has the same key.
    pub(crate) async fn place(&self, upload: &str) -> Result<Generation> {
        let key = format!("soak-{:032x}", rand::random::<u128>());
        let request = Request { key, body: json!({ "upload_id": upload, "style": "soft-anime", "count": 1 }) };
        let placed = Instant::now();
        let id = self.request(&request).await?;
        Ok(Generation { owner: self.person.owner, id, placed, request })
    }

    async fn request(&self, Request { key, body }: &Request) -> Result<GenerationId> {
        let answer = self.call("generations-create", Method::POST, "/v1/generations", Some(body), key).await?;
        answer["generation_id"].as_str().context("a generation without an id")?.parse().context("an id that is none")
    }

    /// Asks until it is done; `false` when that takes so long that the sweeper will have to help.
    pub(crate) async fn is_done(&self, generation: &Generation) -> Result<bool> {
        let mut repeated = false;
        loop {
            tokio::time::sleep(ASKING).await;
            let now = self.call("generations-get", Method::GET, &format!("/v1/generations/{}", generation.id), None, "").await?;
            match now["state"].as_str().unwrap_or_default() {
                "done" => return Ok(true),
                // Who started it may have died before it told anybody; a repetition makes that good.
                "queued" if !repeated && generation.placed.elapsed() > UNTOLD => {
                    repeated = true;
                    ensure!(self.request(&generation.request).await? == generation.id, "a repetition started another generation");
                }
                "failed" | "blocked" | "cancelled" => bail!("{} ended otherwise: {now}", generation.id),
                _ => {}
            }
            // Asked once even after that: those placed beside one that takes long may be done.
            if generation.placed.elapsed() > PATIENCE {
                return Ok(false);
            }
        }
    }

    async fn call(&self, endpoint: &'static str, method: Method, path: &str, body: Option<&Value>, key: &str) -> Result<Value> {
        let mut headers = vec![("cookie", self.person.cookie.as_str())];
        headers.extend(body.map(|_| ("content-type", "application/json")));
        headers.extend((!key.is_empty()).then_some(("idempotency-key", key)));
        let (url, body) = (format!("{}{path}", self.cloud.api_url()), body.map(Value::to_string).unwrap_or_default());
        for _ in 0..TRIES {
            let began = Instant::now();
            let reply = self.http.send(method.clone(), &url, &headers, body.clone()).await?;
            locked(self.figures).answered(endpoint, began.elapsed());
            if let Some(answer) = answer(endpoint, &reply)? {
                return Ok(answer);
            }
            tokio::time::sleep(AGAIN).await;
        }
        bail!("{endpoint} failed {TRIES} times in a row")
    }
}

/// `None` when the request may be repeated.
fn answer(endpoint: &str, reply: &Reply) -> Result<Option<Value>> {
    if reply.status.is_success() {
        return Ok(Some(reply.json()));
    }
    let again = reply.status.is_server_error() || reply.status == http::StatusCode::TOO_MANY_REQUESTS;
    ensure!(again, "{endpoint} answered {}: {}", reply.status, reply.json());
    Ok(None)
}

/// A face of sorts, 96 pixels wide: what is measured is not the size of pictures.
fn selfie() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        const SIDE: u32 = 96;
        let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| {
            let (across, down) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            if across * across + down * down < SIDE * SIDE / 9 { Rgb([224, 172, 140]) } else { Rgb([70, 110, 160]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).map(|()| bytes.into_inner()).unwrap_or_default()
    });
    &BYTES
}

/// Removes the pictures of a generation directly, without a function.
pub(crate) async fn forget_pictures(cloud: &Cloud, generation: &Generation) -> Result<()> {
    let (s3, bucket) = (&cloud.clients().s3, cloud.buckets()["Pictures"].to_owned());
    let listed = s3.list_objects_v2().bucket(&bucket).prefix(object_keys::generation(generation.owner, generation.id)).send().await?;
    let keys = listed.contents().iter().filter_map(|object| ObjectIdentifier::builder().key(object.key()?).build().ok());
    let delete = Delete::builder().set_objects(Some(keys.collect())).quiet(true).build()?;
    s3.delete_objects().bucket(bucket).delete(delete).send().await?;
    Ok(())
}
