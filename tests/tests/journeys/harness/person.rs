//! A person who uses the public HTTP API as any client would.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Method;
use kernel::Owner;
use local_cloud::{Cloud, HttpClient, Reply};
use serde_json::{Value, json};
use studio::object_keys;

use super::pictures::{Picture, drawing, small};
use super::poll::until;
use super::{ledger_and_inventory, mailbox, store};

/// A person with an address of their own.
#[derive(Clone)]
pub(crate) struct Person<'c> {
    pub(crate) cloud: &'c Cloud,
    pub(crate) http: HttpClient,
    pub(crate) email: String,
    /// `acc_…` once signed in.
    pub(crate) account: String,
    /// `session=…` once signed in.
    pub(crate) cookie: String,
    /// `sign-in=…` once a code was asked for.
    pub(crate) sign_in_cookie: Arc<Mutex<String>>,
}

impl<'c> Person<'c> {
    /// A person without a session, in a network of their own.
    pub(crate) fn visitor(cloud: &'c Cloud) -> Self {
        let email = format!("person-{:016x}@example.com", rand::random::<u64>());
        let (account, cookie, sign_in_cookie) = (String::new(), String::new(), Arc::default());
        Self { cloud, http: network(), email, account, cookie, sign_in_cookie }
    }

    /// A person with a new account.
    pub(crate) async fn signed_in(cloud: &'c Cloud) -> Self {
        let mut person = Self::visitor(cloud);
        person.sign_in().await;
        person
    }

    /// Sends through another client, such as one with another network address.
    pub(crate) fn through(mut self, http: HttpClient) -> Self {
        self.http = http;
        self
    }

    /// One request with the cookie, if there is one.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>, more: &[(&str, &str)]) -> Reply {
        let mut headers: Vec<(&str, &str)> = more.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, &headers, body).await
    }

    /// One request with any body.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
        let mut headers = headers.to_vec();
        if !self.cookie.is_empty() {
            headers.push(("cookie", &self.cookie));
        }
        self.http.send(method, &format!("{}{path}", self.cloud.api_url()), &headers, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None, &[]).await
    }

    /// Asks for a code, and keeps the cookie that comes with it as a browser does.
    pub(crate) async fn ask_for_code(&self) -> Reply {
        let cookie = self.sign_in_cookie.lock().unwrap().clone();
        let reply = self.call(Method::POST, "/v1/auth/codes", Some(&json!({ "email": self.email })), &[("cookie", &cookie)]).await;
        reply.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.sign_in_cookie.lock().unwrap());
        reply
    }

    /// The newest code in the mailbox: the mail is sent before its request is answered.
    pub(crate) async fn mailed_code(&self) -> String {
        mailbox::code(self.cloud, &self.email).await.expect("a code was mailed")
    }

    pub(crate) async fn send_code(&self, code: &str) -> Reply {
        let cookie = self.sign_in_cookie.lock().unwrap().clone();
        self.call(
            Method::POST,
            "/v1/auth/sessions",
            Some(&json!({ "email": self.email, "code": code, "age_attestation": "16+" })),
            &[("cookie", &cookie)],
        )
        .await
    }

    /// Requests a code, takes it from the mail, and exchanges it for a session.
    pub(crate) async fn sign_in(&mut self) -> Reply {
        self.cookie.clear();
        assert_eq!(expect(self.ask_for_code().await, 202)["expires_in_minutes"], 10);
        let reply = self.send_code(&self.mailed_code().await).await;
        assert_eq!(reply.status, 201, "{}", reply.json());
        reply.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.cookie);
        self.account = text(&reply.json(), "account_id");
        reply
    }

    /// Available and held credits.
    pub(crate) async fn wallet(&self) -> (u64, u64) {
        let me = expect(self.get("/v1/me").await, 200);
        (me["wallet"]["available"].as_u64().unwrap(), me["wallet"]["held"].as_u64().unwrap())
    }

    /// Opens an upload; the answer holds its form.
    pub(crate) async fn open_upload(&self, content_type: &str, bytes: usize) -> Value {
        expect(self.post("/v1/uploads", &json!({ "content_type": content_type, "bytes": bytes })).await, 201)
    }

    /// Posts bytes by the form of an opened upload, with some fields changed (or removed, with an empty value).
    pub(crate) async fn post_form(&self, opened: &Value, changes: &[(&str, &str)], bytes: &[u8]) -> Reply {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in opened["post"]["fields"].as_object().unwrap() {
            let changed = changes.iter().find(|(changed, _)| changed == name).map(|(_, value)| *value);
            let value = changed.unwrap_or(value.as_str().unwrap());
            if !value.is_empty() {
                fields.push((name.clone(), value.to_owned()));
            }
        }
        self.http.post_form(opened["post"]["url"].as_str().unwrap(), &fields, bytes).await.unwrap()
    }

    /// Uploads a picture; returns the upload's id.
    pub(crate) async fn upload(&self, picture: &Picture) -> String {
        let opened = self.open_upload(picture.content_type, picture.bytes.len()).await;
        let posted = self.post_form(&opened, &[], &picture.bytes).await;
        assert!(posted.status.is_success(), "{} {}", posted.status, String::from_utf8_lossy(&posted.body));
        text(&opened, "upload_id")
    }

    /// Starts a generation with this idempotency key.
    pub(crate) async fn start_as(&self, key: &str, body: &Value) -> Reply {
        self.call(Method::POST, "/v1/generations", Some(body), &[("idempotency-key", key)]).await
    }

    /// Starts a generation of one drawing; returns its id.
    pub(crate) async fn start(&self, upload: &str) -> String {
        self.start_of(upload, "soft-anime", 1).await
    }

    /// Makes a generation of one drawing of a small picture that is stored before the artist begins; answers the generation's id.
    ///
    /// What is stored is never drawn again, so everything but the artist's work is as always, and a test of something else saves that second. (Should
    /// the artist be faster, the drawing is his.)
    pub(crate) async fn quick_generation(&self) -> String {
        let generation = self.start(&self.upload(&small()).await).await;
        self.lend_drawing(&generation).await;
        generation
    }

    /// The same with `count` drawings and more in the body, such as stickers.
    pub(crate) async fn quick_generation_with(&self, count: u8, more: Value) -> String {
        let generation = self.start_with(&self.upload(&small()).await, "soft-anime", count, more).await;
        for index in 0..count {
            self.lend(&generation, index).await;
        }
        generation
    }

    /// Stores a drawing for a generation of one, as [`Person::quick_generation`] does.
    pub(crate) async fn lend_drawing(&self, generation: &str) {
        self.lend(generation, 0).await;
    }

    async fn lend(&self, generation: &str, index: u8) {
        let key = self.generation_folder(generation) + &format!("drawings/{index}.algorithmicallyEnhanced");
        store::put_object(self.cloud, &key, &drawing()).await;
    }

    /// Whose this person's things are, once signed in.
    pub(crate) fn owner(&self) -> Owner {
        self.account.parse().unwrap()
    }

    /// The folder of everything of a generation.
    pub(crate) fn generation_folder(&self, generation: &str) -> String {
        object_keys::generation(self.owner(), generation.parse().unwrap())
    }

    /// The folder of everything of an upload.
    pub(crate) fn upload_folder(&self, upload: &str) -> String {
        object_keys::upload(self.owner(), upload.parse().unwrap())
    }

    /// A quick generation and its end.
    pub(crate) async fn quick_journey(&self) -> String {
        let generation = self.quick_generation().await;
        let settled = self.settled(&generation).await;
        assert_eq!(settled["state"], "done", "{settled}");
        ledger_and_inventory::assert_ledger_and_inventory(self.cloud).await;
        generation
    }

    /// Starts a generation; returns its id.
    pub(crate) async fn start_of(&self, upload: &str, style: &str, count: u8) -> String {
        self.start_with(upload, style, count, json!({})).await
    }

    /// Starts a generation with more in the body; returns its id.
    pub(crate) async fn start_with(&self, upload: &str, style: &str, count: u8, more: Value) -> String {
        let mut body = json!({ "upload_id": upload, "style": style, "count": count, "seed": 7 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text(&expect(self.start_as(&new_key(), &body).await, 202), "generation_id")
    }

    pub(crate) async fn generation(&self, id: &str) -> Value {
        expect(self.get(&format!("/v1/generations/{id}")).await, 200)
    }

    /// Waits until a generation is in one of these states.
    pub(crate) async fn reaches(&self, id: &str, states: &[&str]) -> Value {
        let what = format!("{id} becoming {}", states.join(" or "));
        until(&what, async || Some(self.generation(id).await).filter(|now| states.iter().any(|state| now["state"] == *state))).await
    }

    /// Waits until a generation has ended.
    pub(crate) async fn settled(&self, id: &str) -> Value {
        self.reaches(id, &["done", "blocked", "failed"]).await
    }

    /// Uploads, starts a generation of one drawing and waits for its end.
    pub(crate) async fn journey(&self, picture: &Picture) -> Value {
        let upload = self.upload(picture).await;
        let generation = self.start(&upload).await;
        let settled = self.settled(&generation).await;
        ledger_and_inventory::assert_ledger_and_inventory(self.cloud).await;
        settled
    }

    /// Downloads by a link, without the cookie.
    pub(crate) async fn download(&self, url: &str) -> Bytes {
        let reply = self.http.send(Method::GET, url, &[], "").await.unwrap();
        assert_eq!(reply.status, 200, "{url}: {}", String::from_utf8_lossy(&reply.body));
        reply.body
    }
}

/// A client in a network that hardly another one is in: limits count by networks.
pub(crate) fn network() -> HttpClient {
    let [one, two, three] = rand::random::<[u8; 3]>().map(|byte| byte.clamp(2, 250));
    HttpClient::from_address([127, one, two, three].into())
}

/// The JSON of an answer that must have this status.
#[track_caller]
pub(crate) fn expect(reply: Reply, status: u16) -> Value {
    assert_eq!(reply.status.as_u16(), status, "{}", String::from_utf8_lossy(&reply.body));
    reply.json()
}

/// A text in a JSON object.
#[track_caller]
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// An unused idempotency key.
pub(crate) fn new_key() -> String {
    format!("key-{:032x}", rand::random::<u128>())
}
