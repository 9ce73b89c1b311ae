//! The journey of a user over the public HTTP API: sign in, upload, start a generation, wait, download.

use crate::Picture;
use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use http::Method;
use local_cloud::{HttpClient, Reply};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Longest time to wait for a mail or for the pictures.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);
/// Pause between two polls.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// A user of the API.
#[derive(Debug, Clone)]
pub struct Journey {
    pub(crate) http: HttpClient,
    api: String,
    mail: String,
    email: String,
    /// By their names.
    cookies: BTreeMap<String, String>,
}

/// A file of the result.
#[derive(Debug, Clone)]
pub struct File {
    /// Path below the output folder.
    pub name: String,
    /// `png`, `webp`, `wastickers` or `zip`.
    pub format: String,
    pub url: String,
    /// In hex.
    pub sha256: String,
}

/// The styles and add-ons, with prices in credits a drawing.
#[derive(Debug)]
pub struct Catalogue {
    /// Id and price.
    pub styles: Vec<(String, u64)>,
    /// The price of a speech bubble.
    pub bubble: u64,
    /// The price of stickers.
    pub stickers: u64,
}

#[derive(Debug)]
pub struct Results {
    /// The files with links of their own.
    pub files: Vec<File>,
    /// Every file in one.
    pub bundle: File,
}

impl Journey {
    /// A user with an address of their own.
    pub fn new(http: HttpClient, api: &str, mail: &str) -> Self {
        let email = format!("visitor-{:016x}@example.com", rand::random::<u64>());
        Self { http, api: api.to_owned(), mail: mail.to_owned(), email, cookies: BTreeMap::new() }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>, more: &[(&str, &str)]) -> Result<Reply> {
        let mut headers: Vec<(&str, &str)> = more.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        let body = body.map(|value| value.to_string()).unwrap_or_default();
        self.http.send(method, &format!("{}{path}", self.api), &headers, body).await
    }

    /// Keeps the cookie that an answer sets, as a browser does.
    pub(crate) fn keep_cookie(&mut self, reply: &Reply) {
        let set = reply.header("set-cookie").split(';').next().unwrap_or_default();
        if let Some((name, value)) = set.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub async fn catalogue(&self) -> Result<Catalogue> {
        let reply = expect(&self.call(Method::GET, "/v1/styles", None, &[]).await?, 200, "the list of styles")?;
        let styles = reply["styles"].as_array().cloned().unwrap_or_default();
        let addon = |name: &str| reply["addons"][name]["credits_per_drawing"].as_u64().unwrap_or(0);
        Ok(Catalogue {
            styles: styles.iter().map(|style| (string(style, "id"), style["credits"].as_u64().unwrap_or(1))).collect(),
            bubble: addon("bubble"),
            stickers: addon("stickers"),
        })
    }

    /// Asks for a code, takes it from the mail, and signs in with it.
    pub async fn sign_in(&mut self) -> Result<()> {
        let code = self.fresh_code().await?;
        let body = json!({ "email": self.email, "code": code, "age_attestation": "16+" });
        let reply = self.call(Method::POST, "/v1/auth/sessions", Some(body), &[]).await?;
        expect(&reply, 201, "signing in")?;
        self.keep_cookie(&reply);
        Ok(())
    }

    /// Asks for a code and takes it from the mail.
    pub(crate) async fn fresh_code(&mut self) -> Result<String> {
        let asked = self.call(Method::POST, "/v1/auth/codes", Some(json!({ "email": self.email })), &[]).await?;
        expect(&asked, 202, "asking for a code")?;
        // The code is good where it was asked for, by this cookie.
        self.keep_cookie(&asked);
        self.code_from_mail().await
    }

    pub(crate) fn email(&self) -> &str {
        &self.email
    }

    async fn code_from_mail(&self) -> Result<String> {
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            let mails = self.http.send(Method::GET, &self.mail, &[], "").await?.json();
            if let Some(code) = find_code(&mails, &self.email) {
                return Ok(code);
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("no mail with a code came within {} s", TIMEOUT.as_secs())
    }

    pub async fn credits(&self) -> Result<i64> {
        let me = expect(&self.call(Method::GET, "/v1/me", None, &[]).await?, 200, "reading the account")?;
        me["wallet"]["available"].as_i64().ok_or_else(|| anyhow!("the account has no wallet"))
    }

    /// Uploads a picture; returns its id.
    pub async fn upload(&self, picture: &Picture) -> Result<String> {
        self.upload_to("/v1/uploads", picture).await
    }

    pub(crate) async fn upload_to(&self, path: &str, picture: &Picture) -> Result<String> {
        let body = json!({ "content_type": picture.content_type, "bytes": picture.bytes.len() });
        let opened = expect(&self.call(Method::POST, path, Some(body), &[]).await?, 201, "opening an upload")?;
        let fields = opened["post"]["fields"].as_object().context("an upload without form fields")?;
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
        let posted = self.http.post_form(&string(&opened["post"], "url"), &fields, &picture.bytes).await?;
        if !posted.status.is_success() {
            bail!("the upload was refused: {} {}", posted.status, String::from_utf8_lossy(&posted.body));
        }
        Ok(string(&opened, "upload_id"))
    }

    /// Starts a generation without add-ons; returns its id.
    pub async fn start(&self, upload: &str, style: &str, count: u64, seed: Option<u64>) -> Result<String> {
        self.place(json!({ "upload_id": upload, "style": style, "count": count, "seed": seed })).await
    }

    /// Starts a generation with this body; returns its id.
    pub async fn place(&self, body: Value) -> Result<String> {
        let key = format!("demo-{:032x}", rand::random::<u128>());
        let reply = self.call(Method::POST, "/v1/generations", Some(body), &[("idempotency-key", &key)]).await?;
        Ok(string(&expect(&reply, 202, "ordering")?, "generation_id"))
    }

    /// Waits for the results; reports each new state and its progress.
    pub async fn wait(&self, generation: &str, mut tell: impl FnMut(&str, u64)) -> Result<Results> {
        let (started, path) = (Instant::now(), format!("/v1/generations/{generation}"));
        let (mut etag, mut last) = (String::new(), String::new());
        while started.elapsed() < TIMEOUT {
            let reply = self.call(Method::GET, &path, None, &[("if-none-match", &etag)]).await?;
            if reply.status != 304 {
                reply.header("etag").clone_into(&mut etag);
                let now = expect(&reply, 200, "asking how far it is")?;
                let (state, progress) = (string(&now, "state"), now["progress"].as_u64().unwrap_or(0));
                if state != last {
                    tell(&state, progress);
                }
                match state.as_str() {
                    "done" => return results(&now),
                    "blocked" | "failed" | "cancelled" => {
                        let reason = now["reason"].as_str().unwrap_or("no reason given");
                        bail!("the service refused the picture: {state} ({reason})");
                    }
                    _ => last = state,
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("the pictures were not ready within {} s: the generation is still `{last}`", TIMEOUT.as_secs())
    }

    /// Downloads a file and checks its hash.
    pub async fn download(&self, file: &File) -> Result<Bytes> {
        let reply = self.http.send(Method::GET, &file.url, &[], "").await?;
        ensure!(reply.status == 200, "{} cannot be downloaded: {} {}", file.name, reply.status, String::from_utf8_lossy(&reply.body));
        let found = hex::encode(Sha256::digest(&reply.body));
        ensure!(found == file.sha256, "{} came damaged: its hash is {found}, not {}", file.name, file.sha256);
        Ok(reply.body)
    }
}

pub(crate) fn results(generation: &Value) -> Result<Results> {
    let file =
        |value: &Value, name: String, format: String| File { name, format, url: string(value, "url"), sha256: string(value, "sha256") };
    let deliverables = generation["deliverables"].as_array().cloned().unwrap_or_default();
    ensure!(!deliverables.is_empty(), "done, but without deliverables");
    Ok(Results {
        files: deliverables.iter().map(|value| file(value, string(value, "name"), string(value, "format"))).collect(),
        bundle: file(&generation["bundle"], "bundle.zip".into(), "zip".into()),
    })
}

pub(crate) fn string(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// The JSON of an answer with the expected status; otherwise the problem it describes, in one line.
pub(crate) fn expect(reply: &Reply, status: u16, what: &str) -> Result<Value> {
    let json = reply.json();
    if reply.status.as_u16() == status {
        return Ok(json);
    }
    let detail = ["detail", "title", "message"].iter().find_map(|key| json[*key].as_str()).unwrap_or("no detail");
    bail!("{what} was answered with {}: {detail}", reply.status)
}

/// The six digits in the newest mail to this address.
fn find_code(mails: &Value, email: &str) -> Option<String> {
    let accounts = mails["messages"].as_object()?;
    let all = accounts.values().filter_map(Value::as_array).flat_map(|mails| mails.iter());
    let mine = all.filter(|mail| mail["To"].as_array().is_some_and(|to| to.iter().any(|address| address == email)));
    mine.rev().find_map(|mail| six_digits(mail["BodyText"].as_str()?))
}

fn six_digits(text: &str) -> Option<String> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_code_to_an_address_is_found() {
        let mail = |to: &str, text: &str| json!({ "To": [to], "BodyText": text });
        let mails =
            json!({ "messages": { "000000000000": [mail("a@b", "is 111111\n"), mail("a@b", "is 222222."), mail("c@d", "333333")] } });
        assert_eq!(find_code(&mails, "a@b").as_deref(), Some("222222"));
        assert_eq!(find_code(&mails, "x@y"), None);
        assert_eq!(six_digits("1234567 and ab123456"), None);
    }
}
