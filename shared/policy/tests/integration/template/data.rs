//! Tables, the bucket, secrets, logs and regions against the inventory.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use policy::{Class, Mechanism, Store, Table, inventory, undeclared};
use serde_json::{Value, json};

use super::functions::{OBJECTS, functions, role, statements, table_arn};
use super::model::{Resource, named, of_kind, pascal, read, templates, texts};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn table(table: Table) -> Resource {
    named(&format!("{}Table", pascal(table.id())))
}

/// The tables of every profile: each is in a template.
fn tables() -> Vec<Table> {
    Table::ALL.to_vec()
}

fn entries_of(table: Table) -> impl Iterator<Item = &'static policy::Entry> {
    inventory().entries().iter().filter(move |entry| entry.table() == Some(table))
}

#[test]
fn every_table_is_in_the_inventory_and_every_entry_has_its_table() {
    let deployed: BTreeSet<String> = of_kind("AWS::DynamoDB::Table").into_iter().map(|table| table.id).collect();
    let declared: BTreeSet<String> = tables().into_iter().map(|one| table(one).id).collect();
    assert_eq!(deployed, declared);
    for one in tables() {
        assert!(entries_of(one).next().is_some(), "nothing is stored in {}", one.id());
    }
}

#[test]
fn tables_have_the_keys_of_the_inventory() {
    for one in tables() {
        let deployed = table(one);
        let keys = json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }]);
        assert_eq!(deployed.property("KeySchema"), &keys, "{}", one.id());
        assert_eq!(deployed.property("BillingMode"), "PAY_PER_REQUEST");
        for attribute in deployed.property("AttributeDefinitions").as_array().unwrap() {
            let name = attribute["AttributeName"].as_str().unwrap();
            assert!(entries_of(one).any(|entry| entry.field_names().any(|field| field == name)), "{}: {name}", one.id());
        }
    }
}

#[test]
fn a_table_has_a_ttl_if_and_only_if_something_in_it_ends() {
    for one in tables() {
        let ends = entries_of(one).any(|entry| entry.has(Mechanism::Ttl));
        let ttl = if ends { json!({ "AttributeName": one.ttl(), "Enabled": true }) } else { Value::Null };
        assert_eq!(table(one).property("TimeToLiveSpecification"), &ttl, "{}", one.id());
    }
}

#[test]
fn what_is_swept_can_be_found_by_its_end() {
    let swept: BTreeSet<&str> = inventory().sweeps().filter_map(|entry| entry.table()).map(Table::id).collect();
    for one in tables().into_iter().filter(|one| swept.contains(one.id())) {
        let deployed = table(one);
        let index =
            deployed.property("GlobalSecondaryIndexes").as_array().unwrap().iter().find(|index| index["IndexName"] == "expiry").unwrap();
        let keys = json!([{ "AttributeName": "expiry_shard", "KeyType": "HASH" }, { "AttributeName": "expires_at", "KeyType": "RANGE" }]);
        assert_eq!(index["KeySchema"], keys, "{}", one.id());
        assert_eq!(index["Projection"], json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": ["objects"] }));
    }
}

#[test]
fn an_50_a_lead_has_no_ttl_and_no_index_by_which_it_could_be_swept() {
    let leads = table(Table::Leads);
    assert_eq!((leads.property("TimeToLiveSpecification"), leads.property("GlobalSecondaryIndexes")), (&Value::Null, &Value::Null));
    assert!(
        entries_of(Table::Leads)
            .all(|entry| entry.kept().is_none() && !entry.field_names().any(|name| name.contains("expir") || name == "ttl"))
    );
}

/// Invariant: Nothing outlives its promise.
#[test]
fn an_49_backups_end_before_the_deadline_of_an_erasure() {
    for one in tables() {
        let recovery = table(one).property("PointInTimeRecoverySpecification").clone();
        let wanted = match inventory().backup(one) {
            None => json!({ "PointInTimeRecoveryEnabled": false }),
            Some(kept) => json!({ "PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": kept.as_hours() / 24 }),
        };
        assert_eq!(recovery, wanted, "{}", one.id());
        let days = recovery["RecoveryPeriodInDays"].as_i64().unwrap_or_default();
        assert!(DAY * i32::try_from(days).unwrap() < inventory().erasure().within());
    }
}

#[test]
fn im_08_everything_is_encrypted_at_rest() {
    for one in tables() {
        assert_eq!(table(one).property("SSESpecification")["SSEEnabled"], true, "{}", one.id());
    }
    for queue in of_kind("AWS::SQS::Queue") {
        assert_eq!(queue.property("SqsManagedSseEnabled"), true, "{}", queue.id);
    }
    for bucket in of_kind("AWS::S3::Bucket") {
        let rules = &bucket.property("BucketEncryption")["ServerSideEncryptionConfiguration"];
        assert_eq!(rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256", "{}", bucket.id);
    }
}

#[test]
fn im_07_everything_stored_is_reached_over_tls_alone() {
    for (kind, policy, field) in
        [("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"), ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues")]
    {
        for stored in of_kind(kind) {
            let own = |policy: &Resource| texts(policy.property(field)) == [format!("${{{}}}", stored.id)];
            let policy = of_kind(policy).into_iter().find(own).unwrap_or_else(|| panic!("{} has no policy", stored.id));
            let refusal = &policy.property("PolicyDocument")["Statement"][0];
            assert_eq!((&refusal["Effect"], &refusal["Principal"]), (&json!("Deny"), &json!("*")), "{}", stored.id);
            assert_eq!(refusal["Condition"]["Bool"]["aws:SecureTransport"], "false", "{}", stored.id);
            assert!(texts(&refusal["Resource"]).contains(&format!("${{{}.Arn}}", stored.id)), "{}", stored.id);
        }
    }
}

#[test]
fn an_40_a_deleted_picture_lives_on_nowhere() {
    let bucket = named("Pictures");
    let buckets: Vec<String> = of_kind("AWS::S3::Bucket").into_iter().map(|bucket| bucket.id).collect();
    assert_eq!(buckets, ["Pictures", "Pages"], "another bucket needs entries of its own");
    for copy in ["VersioningConfiguration", "ReplicationConfiguration", "ObjectLockConfiguration", "InventoryConfigurations"] {
        assert_eq!(bucket.property(copy), &Value::Null, "{copy}");
    }
    for block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        assert_eq!(bucket.property("PublicAccessBlockConfiguration")[block], true, "{block}");
    }
}

/// What is in the site's bucket is of nobody, and is in no inventory, because nothing of ours can put anything there: the operator does, at a deployment.
/// Invariant: Stored data is declared.
#[test]
fn no_role_touches_the_bucket_of_the_site() {
    let policy = named("PagesPolicy");
    let allowed: Vec<&Value> = policy.property("PolicyDocument")["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|statement| statement["Effect"] == "Allow")
        .collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(
        (&allowed[0]["Principal"], &allowed[0]["Action"]),
        (&json!({ "Service": "cloudfront.amazonaws.com" }), &json!(["s3:GetObject", "s3:ListBucket"]))
    );
    for role in of_kind("AWS::IAM::Role") {
        assert!(!role.body.to_string().contains("Pages"), "{}", role.id);
    }
    for template in templates().iter().filter(|path| path.starts_with("infra/stacks/")) {
        assert!(!read(template).contains("PagesBucket") && !read(template).contains("${Pages"), "{template}");
    }
}

/// The enabled rules that delete objects: their prefix and days.
fn lifecycles() -> Vec<(String, i64)> {
    let bucket = named("Pictures");
    let rules = bucket.property("LifecycleConfiguration")["Rules"].as_array().unwrap().clone();
    let deleting = rules.into_iter().filter(|rule| rule["AbortIncompleteMultipartUpload"].is_null());
    deleting
        .map(|rule| {
            assert_eq!(rule["Status"], "Enabled");
            (
                rule["Prefix"].as_str().expect("a rule without a prefix would delete everything").to_owned(),
                rule["ExpirationInDays"].as_i64().unwrap(),
            )
        })
        .collect()
}

/// Invariant: Nothing outlives its promise.
#[test]
fn an_40_an_42_an_46_lifecycles_lie_inside_the_promises() {
    let wanted: BTreeSet<(String, i64)> = inventory()
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.prefix()?.to_owned(), i64::from(inventory().lifecycle_days(entry)?))))
        .collect();
    assert_eq!(lifecycles().into_iter().collect::<BTreeSet<_>>(), wanted);
    for (prefix, days) in lifecycles() {
        match prefix.as_str() {
            "uploads/" => assert!(days <= 28, "AN-40"),
            "quarantine/" => assert!(days <= 3, "AN-42"),
            "exports/" => assert!(days <= 5, "AN-54"),
            other => panic!("AN-46: a lifecycle on {other}"),
        }
    }
}

/// Invariant: Stored data is declared.
#[test]
fn every_prefix_a_role_may_touch_is_in_the_inventory_and_the_reverse() {
    let declared: BTreeSet<String> = inventory().entries().iter().filter_map(|entry| entry.prefix()).map(str::to_owned).collect();
    let mut used = BTreeSet::new();
    for resource in of_kind("AWS::IAM::Role") {
        for statement in resource.property("Policies")[0]["PolicyDocument"]["Statement"].as_array().unwrap() {
            for text in texts(&statement["Resource"]) {
                used.extend(text.strip_prefix(OBJECTS).and_then(|rest| rest.strip_suffix('*')).map(str::to_owned));
            }
        }
    }
    assert_eq!(used, declared);
}

#[test]
fn every_log_group_ends_when_the_inventory_says() {
    let kept = Class::Log.entry().kept().unwrap().duration;
    let groups = of_kind("AWS::Logs::LogGroup");
    for group in &groups {
        let days = group.property("RetentionInDays").as_i64().unwrap_or_else(|| panic!("{} keeps logs for ever", group.id));
        assert!(DAY * i32::try_from(days).unwrap() <= kept, "{}", group.id);
        let Store::Log { group: pattern } = &Class::Log.entry().store else { panic!("logs are in a log group") };
        let name = group.property("LogGroupName").as_str().unwrap();
        assert_eq!(name.split('/').count(), pattern.split('/').count(), "{name} is not {pattern}");
    }
    for function in of_kind("AWS::Lambda::Function") {
        let own = format!("${{{}Logs}}", function.id);
        assert_eq!(function.property("LoggingConfig")["LogGroup"], json!(own), "{}", function.id);
        assert!(groups.iter().any(|group| format!("${{{}}}", group.id) == own));
    }
}

/// Invariant: No personal data is in a log, a message or a URL.
#[test]
fn an_11_the_access_log_holds_no_network_address() {
    let stage = named("ApiStage");
    let format = stage.property("AccessLogSettings")["Format"].as_str().unwrap();
    let line: serde_json::Map<String, Value> = serde_json::from_str(format).expect("a line of the access log is JSON");
    assert_eq!(undeclared(Class::Log, line.keys().map(String::as_str)), [""; 0]);
    for word in ["sourceIp", "identity", "userAgent", "authorizer", "$context.path", "domainName"] {
        assert!(!format.contains(word), "{word}");
    }
    assert!(!templates().iter().any(|path| read(path).contains("Tracing")), "traces hold addresses");
}

#[test]
fn an_33_data_stays_where_it_was_promised() {
    let config = read("samconfig.toml");
    let region = config.lines().find_map(|line| line.strip_prefix("region = ")).expect("a region");
    assert!(inventory().regions().allowed.contains(&region.trim_matches('"').to_owned()));
}

#[test]
fn secrets_are_generated_and_never_parameters() {
    for secret in of_kind("AWS::SecretsManager::Secret") {
        assert!(secret.property("GenerateSecretString")["PasswordLength"].as_i64().unwrap() >= 32, "{}", secret.id);
        assert_eq!(secret.property("SecretString"), &Value::Null);
    }
    for function in of_kind("AWS::Lambda::Function") {
        let Some(variables) = function.property("Environment")["Variables"].as_object() else { continue };
        // That of the merchant's notices is the merchant's to make, as the key of a vendor is.
        let ours = |name: &str| name.ends_with("_SECRET") && name != "POLAR_WEBHOOK_SECRET";
        for (name, value) in variables.iter().filter(|(name, _)| ours(name)) {
            assert!(value.as_str().unwrap().starts_with("${SecretsRevision} {{resolve:secretsmanager:${"), "{}: {name}", function.id);
        }
    }
}

#[test]
fn what_people_own_outlives_the_stack_and_what_must_vanish_does_not() {
    for (id, policy) in [
        ("AccountsTable", "RetainExceptOnCreate"),
        ("StudioTable", "RetainExceptOnCreate"),
        ("LeadsTable", "RetainExceptOnCreate"),
        ("RightsTable", "RetainExceptOnCreate"),
        ("DeskTable", "RetainExceptOnCreate"),
        ("Pictures", "RetainExceptOnCreate"),
    ] {
        assert_eq!(
            (named(id).body["DeletionPolicy"].as_str(), named(id).body["UpdateReplacePolicy"].as_str()),
            (Some(policy), Some("Retain")),
            "{id}"
        );
    }
    for id in ["ScreeningTable", "FleetingTable", "InsightsTable", "RateKeysTable", "RateSaltSecret"] {
        assert_eq!(
            (named(id).body["DeletionPolicy"].as_str(), named(id).body["UpdateReplacePolicy"].as_str()),
            (Some("Delete"), Some("Delete")),
            "{id}"
        );
    }
}

#[test]
fn browsers_of_other_sites_stay_out() {
    let api = named("Api");
    assert_eq!(api.property("CorsConfiguration")["AllowOrigins"], json!(["${PublicOrigin}"]));
    for url in of_kind("AWS::Lambda::Url") {
        assert_eq!(url.property("Cors")["AllowOrigins"], json!(["${PublicOrigin}"]), "{}", url.id);
    }
    let bucket = named("Pictures");
    let rules = bucket.property("CorsConfiguration")["CorsRules"].as_array().unwrap().clone();
    assert!(rules.iter().all(|rule| rule["AllowedOrigins"] == json!(["${PublicOrigin}"])));
}

/// The trail of the desk is only added to: rows of it are deleted by the TTL alone. (A role that may put rows could put one over another, which breaks the
/// chain; there is no permission for the one without the other.)
#[test]
fn ip_16_no_role_changes_or_deletes_what_operators_did() {
    let desk = table_arn("Desk");
    let mut adds = 0;
    for function in functions() {
        for (actions, resources, condition) in statements(&role(&function)) {
            if !resources.contains(&desk) {
                continue;
            }
            let keys = texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
            assert!(!keys.is_empty(), "{}: it says which rows", function.id);
            if keys.iter().any(|key| key.starts_with("AUD#") || key.starts_with('*')) {
                let allowed = ["dynamodb:PutItem", "dynamodb:Query"];
                assert!(
                    actions.iter().all(|action| allowed.contains(&action.as_str())),
                    "{} may {actions:?} rows of the trail",
                    function.id
                );
                adds += usize::from(actions.iter().any(|action| action == "dynamodb:PutItem"));
            }
        }
    }
    assert_eq!(adds, 3, "what is signed is in the trail");
}
