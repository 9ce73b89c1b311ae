//! The roles of the template, asked before each call of a function.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use local_cloud::{Cloud, HttpClient, Options, Reply};
use permissions::Grant;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/nigao-things-table";

fn options() -> Options {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let state = std::env::temp_dir().join(format!("permissions-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst)));
    let mut options = Options::new(state).unwrap();
    options.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template.yaml");
    options.binaries = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    options
}

fn withheld(action: &str, resource: &str) -> Options {
    let grant = Grant { action: action.into(), resource: resource.into(), admits: None };
    Options { withheld: vec![("parrot".into(), grant)], ..options() }
}

async fn put(cloud: &Cloud, key: &str) -> bool {
    let event: Value = json!({ "do": "put", "table": cloud.tables()["ThingsTable"], "key": key });
    !cloud.invoke("parrot", &event).await.unwrap().failed
}

async fn stop(cloud: Cloud, state: &Path) {
    cloud.stop().await;
    std::fs::remove_dir_all(state).unwrap();
}

/// Invariant: A role that lacks a grant fails on a laptop, in the words of AWS.
#[tokio::test]
async fn a_call_without_its_grant_fails_in_the_words_of_aws() {
    let options = withheld("dynamodb:PutItem", TABLE);
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    assert!(!put(&cloud, "a").await);
    let words = format!(
        "User: arn:aws:sts::000000000000:assumed-role/nigao-parrot-role/nigao-parrot is not authorized to perform: dynamodb:PutItem on resource: {TABLE} \
         because no identity-based policy allows the dynamodb:PutItem action"
    );
    let calls = cloud.calls();
    // The SDK does not try again what is denied.
    assert_eq!(calls.iter().map(|call| (call.status, call.denied.as_deref())).collect::<Vec<_>>(), [(400, Some(words.as_str()))]);
    assert_eq!(
        cloud.denials().iter().map(|denial| (denial.action.as_str(), denial.resource.as_str())).collect::<Vec<_>>(),
        [("dynamodb:PutItem", TABLE)]
    );
    assert!(cloud.logs("parrot").contains(&words), "{}", cloud.logs("parrot"));
    let count = cloud.clients().dynamodb.scan().table_name(cloud.tables()["ThingsTable"]).send().await.unwrap().count();
    assert_eq!(count, 0);
    stop(cloud, &state).await;
}

/// Invariant: A role that lacks a grant fails on a laptop, in the words of AWS.
#[tokio::test]
async fn a_condition_of_the_role_holds_and_uses_are_recorded() {
    let mut options = options();
    let state = options.state_dir.clone();
    options.grants_record = Some(state.join("grants.jsonl"));
    let cloud = Cloud::start(options).await.unwrap();
    assert!(put(&cloud, "another").await);
    assert!(!put(&cloud, "b").await);
    assert_eq!(cloud.denials().len(), 1);
    let mut records = permissions::Records::default();
    records.add(&std::fs::read_to_string(state.join("grants.jsonl")).unwrap()).unwrap();
    let of_table = records.grants().filter(|(_, grant, _)| grant.resource == TABLE);
    let unused: Vec<&str> = of_table.filter(|(_, _, used)| !used).map(|(_, grant, _)| grant.action.as_str()).collect();
    assert_eq!(unused, ["dynamodb:DeleteItem"]);
    let denials = std::fs::read_to_string(state.join("grants.denied")).unwrap();
    assert_eq!(denials.lines().count(), 1, "{denials}");
    stop(cloud, &state).await;
}

#[tokio::test]
async fn a_queue_is_read_only_for_a_function_whose_role_may_read_it() {
    let error = Cloud::start(withheld("sqs:DeleteMessage", "arn:aws:sqs:us-east-1:000000000000:nigao-work")).await.unwrap_err();
    let said = format!("{error:#}");
    assert!(
        said.contains("does not have permissions to call sqs:DeleteMessage on arn:aws:sqs:us-east-1:000000000000:nigao-work"),
        "{said}"
    );
}

/// The bucket as a function with the parrot's role sees it: it may list and read and write `eggs/`, read `chicks/`, and nothing else.
struct Nest {
    cloud: Cloud,
    state: std::path::PathBuf,
    credentials: Credentials,
    client: Client,
    bucket: String,
}

impl Nest {
    async fn start() -> Self {
        let options = options();
        let state = options.state_dir.clone();
        let cloud = Cloud::start(options).await.unwrap();
        let env = async |name: &str| {
            let event = json!({ "do": "env", "name": name });
            cloud.invoke("parrot", &event).await.unwrap().json().as_str().unwrap().to_owned()
        };
        let (key, secret) = (env("AWS_ACCESS_KEY_ID").await, env("AWS_SECRET_ACCESS_KEY").await);
        let credentials = Credentials::new(key, secret, Some(env("AWS_SESSION_TOKEN").await), None, "the parrot's role");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(cloud.region().to_owned()))
            .endpoint_url(cloud.aws_endpoint_url())
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .build();
        let client = Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
        let bucket = cloud.buckets()["Nest"].to_owned();
        Self { cloud, state, credentials, client, bucket }
    }

    /// An object that somebody else has put there.
    async fn lay(&self, key: &str) {
        self.cloud.clients().s3.put_object().bucket(&self.bucket).key(key).body(b"egg".to_vec().into()).send().await.unwrap();
    }

    /// The keys that are listed, or the code of the error.
    async fn list(&self, prefix: Option<&str>) -> Result<Vec<String>, String> {
        let listed = self.client.list_objects_v2().bucket(&self.bucket).set_prefix(prefix.map(str::to_owned)).send().await;
        let listed = listed.map_err(|error| code(&error))?;
        Ok(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
    }

    /// The status of a HEAD, and the code of the error of a GET.
    async fn miss(&self, key: &str) -> (u16, String) {
        let head = self.client.head_object().bucket(&self.bucket).key(key).send().await.unwrap_err();
        let get = self.client.get_object().bucket(&self.bucket).key(key).send().await.unwrap_err();
        (head.raw_response().unwrap().status().as_u16(), code(&get))
    }

    /// What a link answers that the role has signed.
    async fn open_link(&self, key: &str) -> Reply {
        let minute = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
        let link = self.client.get_object().bucket(&self.bucket).key(key).presigned(minute).await.unwrap();
        HttpClient::default().send(Method::GET, link.uri(), &[], "").await.unwrap()
    }

    /// What a form answers that the role has signed.
    async fn post_form(&self, key: &str) -> Reply {
        self.post(&self.signed_form(key, Timestamp::now())).await
    }

    async fn post(&self, fields: &[(String, String)]) -> Reply {
        HttpClient::default().post_form(&self.url(), fields, b"egg").await.unwrap()
    }

    fn url(&self) -> String {
        format!("{}/{}", self.cloud.aws_endpoint_url(), self.bucket)
    }

    /// The fields of a form of this role that ends after a minute.
    fn signed_form(&self, key: &str, now: Timestamp) -> Vec<(String, String)> {
        let scope = format!("{}/{}/{}/s3/aws4_request", self.credentials.access_key_id(), now.strftime("%Y%m%d"), self.cloud.region());
        let mut fields = vec![
            ("key".to_owned(), key.to_owned()),
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), scope),
            ("x-amz-date".to_owned(), now.strftime("%Y%m%dT%H%M%SZ").to_string()),
            ("x-amz-security-token".to_owned(), self.credentials.session_token().unwrap().to_owned()),
        ];
        let mut conditions = vec![json!({ "bucket": self.bucket })];
        conditions.extend(fields.iter().map(|(name, value)| json!({ name.as_str(): value })));
        let ends = (now + SignedDuration::from_mins(1)).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        let policy = STANDARD.encode(json!({ "expiration": ends, "conditions": conditions }).to_string());
        let signing = generate_signing_key(self.credentials.secret_access_key(), SystemTime::from(now), self.cloud.region(), "s3");
        fields.push(("x-amz-signature".to_owned(), calculate_signature(signing, policy.as_bytes())));
        fields.push(("policy".to_owned(), policy));
        fields
    }
}

fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    error.code().unwrap_or_default().to_owned()
}

fn assert_refused(reply: &Reply, action: &str) {
    let text = String::from_utf8_lossy(&reply.body);
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (403, "application/xml"), "{text}");
    assert!(text.contains("<Code>AccessDenied</Code>") && text.contains(&format!("is not authorized to perform: {action} on")), "{text}");
}

#[tokio::test]
async fn a_link_or_a_form_can_do_what_the_role_can_that_signed_it() {
    let nest = Nest::start().await;
    nest.lay("eggs/1").await;
    nest.lay("feathers/1").await;
    assert_eq!((nest.open_link("eggs/1").await.status.as_u16(), nest.open_link("eggs/1").await.body.as_ref()), (200, b"egg".as_ref()));
    assert_refused(&nest.open_link("feathers/1").await, "s3:GetObject");
    assert_eq!(nest.post_form("eggs/2").await.status, 204);
    assert_refused(&nest.post_form("chicks/2").await, "s3:PutObject");
    let all = nest.cloud.clients().s3.list_objects_v2().bucket(&nest.bucket).send().await.unwrap();
    let keys: Vec<&str> = all.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["eggs/1", "eggs/2", "feathers/1"]);
    stop(nest.cloud, &nest.state).await;
}

fn code_of(reply: &Reply) -> String {
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    text.split_once("<Code>").and_then(|(_, rest)| rest.split_once('<')).map(|(code, _)| code.to_owned()).unwrap_or_default()
}

/// Also by another time: a form ends by the clock of whoever signed it.
#[tokio::test]
async fn a_form_is_taken_as_s3_takes_it() {
    let nest = Nest::start().await;
    let form = |minutes: i64| nest.signed_form("eggs/1", Timestamp::now() + SignedDuration::from_mins(minutes));
    let without = |name: &str| form(0).into_iter().filter(|(known, _)| known != name).collect::<Vec<_>>();
    assert_eq!(nest.post(&form(0)).await.status, 204);
    assert_eq!(code_of(&nest.post(&form(-2)).await), "AccessDenied", "it has ended");
    assert_eq!(code_of(&nest.post(&without("policy")).await), "AccessDenied");
    assert_eq!(code_of(&nest.post(&without("x-amz-security-token")).await), "AccessDenied");
    for name in ["key", "x-amz-signature", "x-amz-date", "x-amz-credential"] {
        assert_eq!(code_of(&nest.post(&without(name)).await), "InvalidArgument", "{name}");
    }
    let with = |name: &str, value: &str| [without(name), vec![(name.to_owned(), value.to_owned())]].concat();
    assert_eq!(code_of(&nest.post(&with("key", "eggs/2")).await), "AccessDenied", "a condition");
    assert_eq!(code_of(&nest.post(&with("x-amz-meta-a", "b")).await), "AccessDenied", "a field that no condition names");
    assert_eq!(code_of(&nest.post(&with("x-amz-signature", &"0".repeat(64))).await), "SignatureDoesNotMatch");
    nest.cloud.set_clock_offset(3600);
    assert_eq!(code_of(&nest.post(&form(0)).await), "AccessDenied", "an hour later");
    assert_eq!(nest.post(&form(60)).await.status, 204);
    nest.cloud.set_clock_offset(-3600);
    assert_eq!(nest.post(&form(-60)).await.status, 204);
    stop(nest.cloud, &nest.state).await;
}

#[tokio::test]
async fn a_page_may_do_what_the_rules_of_the_bucket_say() {
    let nest = Nest::start().await;
    let (url, site) = (nest.url(), ("origin", "https://songs.example"));
    let http = HttpClient::default();
    let ask = async |method: &str, headers: &[(&str, &str)]| {
        let (status, allowed) = {
            let headers = [headers, &[("access-control-request-method", method)]].concat();
            let reply = http.send(Method::OPTIONS, &url, &headers, "").await.unwrap();
            (reply.status.as_u16(), reply.header("access-control-allow-origin").to_owned())
        };
        (status, allowed)
    };
    assert_eq!(ask("POST", &[site, ("access-control-request-headers", "content-type")]).await, (200, "https://songs.example".to_owned()));
    assert_eq!(ask("DELETE", &[site]).await, (403, String::new()));
    assert_eq!(ask("POST", &[site, ("access-control-request-headers", "x-other")]).await, (403, String::new()));
    assert_eq!(ask("POST", &[("origin", "https://Songs.example")]).await, (403, String::new()));
    assert_eq!(ask("POST", &[]).await.0, 400);
    for (origin, allowed) in [("https://songs.example", "https://songs.example"), ("https://evil.example", "")] {
        let reply = http.send(Method::POST, &url, &[("origin", origin)], "").await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (412, allowed), "{origin}");
    }
    stop(nest.cloud, &nest.state).await;
}

#[tokio::test]
async fn a_listing_needs_its_prefix() {
    let nest = Nest::start().await;
    nest.lay("eggs/1").await;
    nest.lay("chicks/1").await;
    assert_eq!(nest.list(Some("eggs/")).await.unwrap(), ["eggs/1"]);
    for prefix in [None, Some(""), Some("egg"), Some("chicks/")] {
        assert_eq!(nest.list(prefix).await.unwrap_err(), "AccessDenied", "{prefix:?}");
    }
    stop(nest.cloud, &nest.state).await;
}

#[tokio::test]
async fn only_who_may_list_a_prefix_learns_that_an_object_under_it_is_absent() {
    let nest = Nest::start().await;
    assert_eq!(nest.miss("eggs/none").await, (404, "NoSuchKey".to_owned()));
    assert_eq!(nest.miss("chicks/none").await, (403, "AccessDenied".to_owned()));
    assert_eq!(nest.miss("feathers/none").await, (403, "AccessDenied".to_owned()));
    let said: Vec<String> = nest.cloud.denials().into_iter().map(|denial| denial.action).collect();
    assert_eq!(said, ["s3:ListBucket", "s3:ListBucket", "s3:GetObject", "s3:GetObject"]);
    stop(nest.cloud, &nest.state).await;
}
