//! The local cloud with a function of its own: processes, queues, clock, faults.

use http::Method;
use local_cloud::{Action, Cloud, Fault, HttpClient, Options};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(20);

/// The folder of the example binaries, beside this test's own.
fn examples() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(2).unwrap().join("examples")
}

fn options() -> Options {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let state = std::env::temp_dir().join(format!("local-cloud-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst)));
    let mut options = Options::new(state).unwrap();
    options.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template.yaml");
    options.binaries = examples();
    options
}

async fn stop(cloud: Cloud, state: &Path) {
    cloud.stop().await;
    std::fs::remove_dir_all(state).unwrap();
}

async fn env(cloud: &Cloud, name: &str) -> Value {
    cloud.invoke("parrot", &json!({ "do": "env", "name": name })).await.unwrap().json()
}

#[tokio::test]
async fn a_function_sees_what_the_template_says() {
    let mut options = options();
    options.parameters.insert("Loud".into(), "yes".into());
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    assert_eq!(env(&cloud, "GREETING").await, "hello!!");
    assert_eq!(env(&cloud, "THINGS_TABLE").await, cloud.tables()["ThingsTable"]);
    assert_eq!(env(&cloud, "SECRET").await.as_str().unwrap().len(), 64);
    assert_eq!(env(&cloud, "AWS_LAMBDA_FUNCTION_NAME").await, "nigao-parrot");
    assert_eq!(env(&cloud, "HOME").await, Value::Null);
    stop(cloud, &state).await;
}

#[tokio::test]
async fn a_process_that_dies_hangs_or_fails_costs_one_invocation() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let kind = |answer: local_cloud::Invocation| (answer.failed, answer.json()["errorType"].as_str().unwrap_or_default().to_owned());
    let died = cloud.invoke("parrot", &json!({ "do": "die" })).await.unwrap();
    assert_eq!(kind(died), (true, "Runtime.ExitError".into()));
    let hung = cloud.invoke("parrot", &json!({ "do": "hang" })).await.unwrap();
    assert_eq!(kind(hung), (true, "Sandbox.Timedout".into()));
    let large = cloud.invoke("parrot", &json!({ "do": "large" })).await.unwrap();
    assert_eq!(kind(large), (true, "Function.ResponseSizeTooLarge".into()));
    let failed = cloud.invoke("parrot", &json!({ "do": "fail" })).await.unwrap();
    assert!(failed.failed && failed.json()["errorMessage"] == "told to fail");
    assert!(!cloud.invoke("parrot", &json!({})).await.unwrap().failed);
    cloud.set_env("parrot", "FAIL_TO_START", "1").unwrap();
    assert!(cloud.invoke("parrot", &json!({})).await.unwrap().failed);
    stop(cloud, &state).await;
}

#[tokio::test]
async fn one_process_is_kept_warm_and_many_run_at_once() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let pid = json!({ "do": "pid" });
    let first = cloud.invoke("parrot", &pid).await.unwrap().json();
    assert_eq!(cloud.invoke("parrot", &pid).await.unwrap().json(), first);
    let hang = json!({ "do": "hang" });
    let started = Instant::now();
    let (one, two) = tokio::join!(cloud.invoke("parrot", &hang), cloud.invoke("parrot", &hang));
    assert!(one.unwrap().failed && two.unwrap().failed);
    assert!(started.elapsed() < Duration::from_secs(4), "two invocations of 2 s ran one after the other");
    stop(cloud, &state).await;
}

#[tokio::test]
async fn the_clock_moves_for_the_next_invocation() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    assert_eq!(env(&cloud, "CLOCK_OFFSET_SECONDS").await, Value::Null);
    cloud.set_clock_offset(86_400);
    assert_eq!(env(&cloud, "CLOCK_OFFSET_SECONDS").await, "86400");
    let fired = cloud.fire_schedule("parrot").await.unwrap().json();
    assert!(fired["body"].as_str().unwrap().contains("aws.scheduler"), "{fired}");
    stop(cloud, &state).await;
}

#[tokio::test]
async fn a_message_comes_again_until_it_succeeds_or_is_dead() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let url = cloud.queues()["Work"].url.clone();
    cloud.pause_queue("Work").await.unwrap();
    for (name, again) in [("once", 0), ("twice", 1), ("never", 99)] {
        let body = json!({ "name": name, "again": again }).to_string();
        cloud.clients().sqs.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    }
    assert_eq!(cloud.backlog("Work").await.unwrap(), 3);
    assert_eq!(cloud.logs("parrot"), "");
    let twice = [json!({ "name": "direct" }).to_string(), json!({ "name": "direct", "again": 1 }).to_string()];
    assert_eq!(cloud.deliver("Work", &twice).await.unwrap(), [1]);
    cloud.resume_queue("Work").unwrap();
    cloud.drain_queue("Work", TIMEOUT).await.unwrap();
    assert_eq!(cloud.backlog("WorkDlq").await.unwrap(), 1);
    let log = cloud.logs("parrot");
    let seen = |name: &str| log.matches(&format!("record \"{name}\"")).count();
    assert_eq!((seen("once"), seen("twice"), seen("never")), (1, 2, 3), "{log}");
    stop(cloud, &state).await;
}

#[tokio::test]
async fn the_proxy_records_calls_and_breaks_those_it_is_told_to() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let table = cloud.tables()["ThingsTable"].to_owned();
    let put = json!({ "do": "put", "table": table, "key": "a" });
    let outcome = async |fault: Option<Fault>| {
        cloud.reset_calls();
        if let Some(fault) = fault {
            cloud.inject(fault.of("parrot").on("dynamodb", "PutItem"));
        }
        let failed = cloud.invoke("parrot", &put).await.unwrap().failed;
        let statuses: Vec<u16> = cloud.calls().iter().map(|call| call.status).collect();
        assert!(cloud.calls().iter().all(|call| call.function.as_deref() == Some("parrot") && call.invocation.is_some()));
        let count = cloud.clients().dynamodb.scan().table_name(&table).send().await.unwrap().count();
        let key = aws_sdk_dynamodb::types::AttributeValue::S("a".into());
        cloud.clients().dynamodb.delete_item().table_name(&table).key("pk", key).send().await.unwrap();
        assert!(cloud.faults().is_empty());
        (failed, statuses, count)
    };
    assert_eq!(outcome(None).await, (false, vec![200], 1));
    assert_eq!(outcome(Some(Fault::new(Action::Refuse))).await, (false, vec![400, 200], 1));
    assert_eq!(outcome(Some(Fault::new(Action::CutBefore))).await, (false, vec![0, 200], 1));
    assert_eq!(outcome(Some(Fault::new(Action::CutAfter))).await, (false, vec![0, 200], 1));
    assert_eq!(outcome(Some(Fault::new(Action::KillBefore))).await, (true, vec![0], 0));
    assert_eq!(outcome(Some(Fault::new(Action::KillAfter))).await, (true, vec![0], 1));
    stop(cloud, &state).await;
}

#[tokio::test]
async fn the_http_api_routes_limits_and_tells_the_true_address() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let http = HttpClient::from_address(Ipv4Addr::new(127, 0, 0, 9));
    let url = |path: &str| format!("{}{path}", cloud.api_url());
    let post =
        async |path: &str, body: Vec<u8>| http.send(Method::POST, &url(path), &[("content-type", "text/plain")], body).await.unwrap();

    let event = post("/v1/things/a%20b?x=1", b"hello".to_vec()).await.json();
    assert_eq!(event["routeKey"], "POST /v1/things/{id}");
    assert_eq!(event["pathParameters"]["id"], "a b");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.9");
    assert_eq!(event["body"], "hello");

    let unknown = post("/v1/nothing", Vec::new()).await;
    assert_eq!((unknown.status.as_u16(), unknown.json()), (404, json!({ "message": "Not Found" })));
    let method = http.send(Method::GET, &url("/v1/things/1"), &[], "").await.unwrap();
    assert_eq!(method.status, 404);
    assert_eq!(post("/v1/things/1", vec![b'x'; 10 * 1024 * 1024 + 1]).await.status, 413);
    assert_eq!(post("/v1/things/1", vec![b'x'; 7 * 1024 * 1024]).await.status, 413);
    assert_eq!(post("/v1/things/1", br#"{"do":"die"}"#.to_vec()).await.status, 500);
    stop(cloud, &state).await;
}

#[tokio::test]
async fn the_control_api_steers_and_is_not_for_browsers() {
    let options = options();
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    let (http, control) = (HttpClient::default(), cloud.control_url().to_owned());
    let send =
        async |method: Method, path: &str, body: &str| http.send(method, &format!("{control}{path}"), &[], body.to_owned()).await.unwrap();
    assert_eq!(send(Method::GET, "/_local/health", "").await.json()["functions"], json!(["parrot", "singer"]));
    send(Method::PUT, "/_local/clock", r#"{"offset_seconds":60}"#).await;
    let invoked = send(Method::POST, "/2015-03-31/functions/parrot/invocations", r#"{"do":"env","name":"CLOCK_OFFSET_SECONDS"}"#).await;
    assert_eq!(invoked.json(), "60");
    let failed = send(Method::POST, "/2015-03-31/functions/parrot/invocations", r#"{"do":"fail"}"#).await;
    assert_eq!((failed.status.as_u16(), failed.header("x-amz-function-error")), (200, "Unhandled"));
    let fault = send(Method::POST, "/_local/faults", r#"{"service":"s3","action":{"kind":"refuse"}}"#).await;
    assert_eq!((fault.status.as_u16(), cloud.faults().len()), (200, 1));
    assert_eq!(send(Method::POST, "/_local/faults", "{}").await.status, 400);
    let browser = http.send(Method::GET, &format!("{control}/_local/health"), &[("origin", "https://evil.example")], "").await.unwrap();
    assert_eq!(browser.status, 403);
    stop(cloud, &state).await;
}

/// One mail through the proxy, as a function sends it; returns whether an answer came.
async fn sing(cloud: &Cloud, kind: &str, name: &str, set: Option<&str>) -> bool {
    let tag = |name: &str, value: &str| aws_sdk_sesv2::types::MessageTag::builder().name(name).value(value).build().unwrap();
    let text = aws_sdk_sesv2::types::Content::builder().data("la").build().unwrap();
    let body = aws_sdk_sesv2::types::Body::builder().text(text.clone()).build();
    let message = aws_sdk_sesv2::types::Message::builder().subject(text).body(body).build();
    let once = aws_smithy_types::retry::RetryConfig::disabled();
    let config = cloud.clients().ses.config().to_builder().endpoint_url(cloud.aws_endpoint_url()).retry_config(once).build();
    let sent = aws_sdk_sesv2::Client::from_conf(config)
        .send_email()
        .from_email_address("parrot@example.com")
        .destination(aws_sdk_sesv2::types::Destination::builder().to_addresses("ada@example.org").build())
        .content(aws_sdk_sesv2::types::EmailContent::builder().simple(message).build())
        .email_tags(tag("kind", kind))
        .email_tags(tag("name", name))
        .set_configuration_set_name(set.map(str::to_owned))
        .send();
    sent.await.is_ok()
}

#[tokio::test]
async fn an_accepted_mail_is_told_to_the_function_that_waits_for_it() {
    let mut options = options();
    options.redelivery = Duration::ZERO;
    let state = options.state_dir.clone();
    let cloud = Cloud::start(options).await.unwrap();
    cloud.clients().ses.create_email_identity().email_identity("parrot@example.com").send().await.unwrap();
    let fault = |action| cloud.inject(Fault::new(action).on("sesv2", "SendEmail"));
    let set = Some("nigao-songs");

    cloud.hold_events();
    assert!(sing(&cloud, "song", "held", set).await);
    cloud.settle(TIMEOUT).await.unwrap();
    assert_eq!(cloud.logs("parrot"), "");
    assert_eq!(cloud.held_events()[0]["detail"]["mail"]["destination"], json!(["ada@example.org"]));
    assert_eq!((cloud.release_events(), cloud.held_events().len()), (1, 0));

    // SES did accept, though its answer was lost.
    fault(Action::CutAfter);
    assert!(!sing(&cloud, "song", "unheard", set).await);
    for action in [Action::CutBefore, Action::Refuse] {
        fault(action);
        assert!(!sing(&cloud, "song", "unsent", set).await);
    }
    assert!(sing(&cloud, "song", "quiet", None).await);
    assert!(sing(&cloud, "noise", "other", set).await);
    assert!(sing(&cloud, "song", "bad", set).await);
    cloud.settle(TIMEOUT).await.unwrap();
    let log = cloud.logs("parrot");
    let told = |name: &str| log.matches(&format!("fact \"{name}\" null")).count();
    assert_eq!([told("held"), told("unheard"), told("bad")], [1, 1, 3], "{log}");
    assert_eq!([told("unsent"), told("quiet"), told("other")], [0, 0, 0], "{log}");
    stop(cloud, &state).await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_variable_that_changes_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = options();
    options.api_port = taken.local_addr().unwrap().port();
    let port = options.api_port;
    let error = format!("{:#}", Cloud::start(options).await.unwrap_err());
    assert!(error.contains(&port.to_string()) && error.contains("API_PORT="), "{error}");
}
