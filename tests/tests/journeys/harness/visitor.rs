//! A visitor who tries the service without an account.

use http::Method;
use local_cloud::{Cloud, Reply};
use serde_json::{Value, json};
use studio::object_keys;

use super::person::{expect, text};
use super::pictures::{drawing, small};
use super::poll::until;
use super::{Person, mailbox, store};

/// A browser with a trial. It may sign in beside it.
pub(crate) struct Visitor<'c> {
    pub(crate) cloud: &'c Cloud,
    pub(crate) person: Person<'c>,
    /// `tri_…`
    pub(crate) trial: String,
    /// `trial=…`
    pub(crate) pass: String,
}

/// An answer to the challenge that nobody has given.
pub(crate) fn answer() -> String {
    format!("0.answer-{:032x}", rand::random::<u128>())
}

/// Asks for a trial with this answer.
pub(crate) async fn ask(person: &Person<'_>, answer: &str) -> Reply {
    person.post("/v1/trials", &json!({ "turnstile_token": answer, "age_attestation": "16+" })).await
}

/// The first pair of a `Set-Cookie`.
pub(crate) fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

impl<'c> Visitor<'c> {
    /// With a new trial.
    pub(crate) async fn new(cloud: &'c Cloud) -> Self {
        Self::of(cloud, Person::visitor(cloud)).await
    }

    /// With a new trial, as this person.
    pub(crate) async fn of(cloud: &'c Cloud, person: Person<'c>) -> Self {
        let reply = ask(&person, &answer()).await;
        let pass = cookie(&reply);
        Self { cloud, person, trial: text(&expect(reply, 201), "trial_id"), pass }
    }

    /// With the upload of a small picture.
    pub(crate) async fn uploaded(cloud: &'c Cloud) -> (Self, String) {
        let visitor = Self::new(cloud).await;
        let upload = visitor.upload().await;
        (visitor, upload)
    }

    /// With a finished generation, whose drawing was lent.
    pub(crate) async fn done(cloud: &'c Cloud) -> (Self, String) {
        let (visitor, upload) = Self::uploaded(cloud).await;
        let generation = text(&expect(visitor.start(&upload).await, 202), "generation_id");
        visitor.lend(&generation).await;
        assert_eq!(visitor.settled().await["generation"]["state"], "done");
        (visitor, generation)
    }

    /// One request with the pass, and the session if there is one.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let mut browser = self.person.clone();
        browser.cookie =
            [self.person.cookie.as_str(), &self.pass].into_iter().filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("; ");
        browser.call(method, &format!("/v1/trials/{}{path}", self.trial), body, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn open_upload(&self) -> Reply {
        self.post("/uploads", &json!({ "content_type": "image/png", "bytes": small().bytes.len() })).await
    }

    pub(crate) async fn upload(&self) -> String {
        let opened = expect(self.open_upload().await, 201);
        assert!(self.person.post_form(&opened, &[], &small().bytes).await.status.is_success());
        text(&opened, "upload_id")
    }

    pub(crate) async fn start(&self, upload: &str) -> Reply {
        self.post("/generations", &json!({ "upload_id": upload, "style": "soft-anime" })).await
    }

    /// Stores a drawing before the artist begins, as [`Person::quick_generation`] does.
    pub(crate) async fn lend(&self, generation: &str) {
        store::put_object(self.cloud, &(self.folder(generation) + "drawings/0.algorithmicallyEnhanced"), &drawing()).await;
    }

    /// The folder of everything of its generation.
    pub(crate) fn folder(&self, generation: &str) -> String {
        object_keys::generation(self.trial.parse().unwrap(), generation.parse().unwrap())
    }

    pub(crate) async fn view(&self) -> Value {
        expect(self.call(Method::GET, "", None).await, 200)
    }

    /// Waits until its generation has ended.
    pub(crate) async fn settled(&self) -> Value {
        let ended = |view: &Value| ["done", "blocked", "failed"].iter().any(|state| view["generation"]["state"] == *state);
        until("the trial's generation ending", async || Some(self.view().await).filter(ended)).await
    }

    pub(crate) async fn claim(&self) -> Reply {
        self.call(Method::POST, "/claim", None).await
    }

    /// Has a link mailed to this address; answers the link.
    pub(crate) async fn mailed_link(&self, email: &str, marketing: bool) -> String {
        let words = &expect(self.person.get("/v1/site").await, 200)["marketing"]["text_version"];
        expect(self.post("/link", &json!({ "email": email, "marketing_text_version": marketing.then_some(words) })).await, 202);
        mailbox::link(self.cloud, email).await.expect("a link was mailed")
    }

    /// Another browser that opens a link by its button.
    pub(crate) async fn open(cloud: &'c Cloud, link: &str) -> Reply {
        let (trial, secret) = link.rsplit('=').next().unwrap().split_once('#').unwrap();
        Person::visitor(cloud).post(&format!("/v1/trials/{trial}/link/open"), &json!({ "secret": secret })).await
    }
}
