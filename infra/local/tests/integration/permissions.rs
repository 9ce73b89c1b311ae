//! The roles of the template, asked before each call of a function.

use local_cloud::{Cloud, Options};
use permissions::Grant;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

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
    let unused: Vec<String> = records.grants().filter(|(_, _, used)| !used).map(|(_, grant, _)| grant.to_string()).collect();
    assert_eq!(unused, [format!("dynamodb:DeleteItem on {TABLE}")]);
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
