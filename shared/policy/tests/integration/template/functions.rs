//! The functions, their triggers and their permissions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use policy::{Class, Mechanism, inventory};
use serde_json::{Value, json};

use super::model::{Resource, kebab, named, of_kind, pascal, resources, template, text, texts};

/// The start of an object pattern, before the prefix: `s3:GetObject` and the like work on keys.
pub(crate) const OBJECTS: &str = "arn:${AWS::Partition}:s3:::${Pictures}/";

pub(crate) fn functions() -> Vec<Resource> {
    of_kind("AWS::Lambda::Function")
}

pub(crate) fn timeout(function: &Resource) -> SignedDuration {
    SignedDuration::from_secs(function.property("Timeout").as_i64().unwrap())
}

/// The trigger of a function: `Route`, `Url`, `Queue`, `Schedule` or `Rule`, with its resource. What else its path is asked is no trigger: see
/// `every_path_has_a_route_for_the_methods_it_does_not_take`.
pub(crate) fn events(function: &Resource) -> Vec<(&'static str, Resource)> {
    let (name, arn) = (json!(format!("${{{}}}", function.id)), json!(format!("${{{}.Arn}}", function.id)));
    let starts = |resource: &&Resource| match resource.kind.as_str() {
        "AWS::ApiGatewayV2::Route" if is_besides(resource) => false,
        "AWS::ApiGatewayV2::Route" => {
            let integration = text(resource.property("Target")).replace("integrations/", "");
            *named(integration.trim_start_matches("${").trim_end_matches('}')).property("IntegrationUri") == arn
        }
        "AWS::Lambda::Url" => *resource.property("TargetFunctionArn") == arn,
        "AWS::Lambda::EventSourceMapping" => *resource.property("FunctionName") == name,
        "AWS::Scheduler::Schedule" => resource.property("Target")["Arn"] == arn,
        "AWS::Events::Rule" => resource.property("Targets")[0]["Arn"] == arn,
        _ => false,
    };
    let kind = |resource: &Resource| match resource.kind.as_str() {
        "AWS::ApiGatewayV2::Route" => "Route",
        "AWS::Lambda::Url" => "Url",
        "AWS::Lambda::EventSourceMapping" => "Queue",
        "AWS::Scheduler::Schedule" => "Schedule",
        _ => "Rule",
    };
    resources().iter().filter(starts).map(|resource| (kind(resource), resource.clone())).collect()
}

/// Whether a route is not the one of a manifest, but one that follows from it.
fn is_besides(route: &Resource) -> bool {
    ["HEAD ", "ANY "].iter().any(|method| text(route.property("RouteKey")).starts_with(method))
}

/// The one event of a function, as its doc line writes it: `GET /v1/styles`, `generation-queued`, `Email Sent` or `rate(1 hour)`.
pub(crate) fn trigger(function: &Resource) -> String {
    let events = events(function);
    assert_eq!(events.len(), 1, "{} has one event", function.id);
    let (kind, event) = &events[0];
    match *kind {
        "Route" => text(event.property("RouteKey")),
        "Url" => text(&event.body["Metadata"]["Route"]),
        "Queue" => kebab(text(event.property("EventSourceArn")).trim_start_matches("${").trim_end_matches(".Arn}")),
        "Schedule" => text(event.property("ScheduleExpression")),
        _ => texts(&event.property("EventPattern")["detail-type"]).join(", "),
    }
}

/// The id of the dead-letter queue of a function that no route starts.
pub(crate) fn dead_letters(function: &Resource) -> String {
    format!("{}Dlq", function.id.strip_prefix("On").unwrap_or(&function.id))
}

/// The retries of a function's events, and the queue of those that failed for good.
pub(crate) fn retries(function: &Resource) -> Resource {
    named(&format!("{}Retries", function.id))
}

/// The ARN of a table, an index or a queue of this deployment.
fn arn(service: &str, resource: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
}

pub(crate) fn table_arn(table: &str) -> String {
    arn("dynamodb", &format!("table/${{{table}Table}}"))
}

pub(crate) fn queue_arn(id: &str) -> String {
    arn("sqs", &format!("${{Prefix}}-{}", kebab(id)))
}

pub(crate) fn role(function: &Resource) -> Resource {
    named(&format!("{}Role", function.id))
}

/// The statements of a role: actions, the texts of their resources, and conditions.
pub(crate) fn statements(role: &Resource) -> Vec<(Vec<String>, Vec<String>, Value)> {
    assert_eq!(role.property("ManagedPolicyArns"), &Value::Null, "{}: a managed policy holds `*`", role.id);
    let policies = role.property("Policies").as_array().unwrap();
    assert_eq!(policies.len(), 1, "{}", role.id);
    let statements = policies[0]["PolicyDocument"]["Statement"].as_array().unwrap().clone();
    statements
        .into_iter()
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow", "{}", role.id);
            (texts(&statement["Action"]), texts(&statement["Resource"]), statement["Condition"].clone())
        })
        .collect()
}

/// Every action of a function, with each resource.
pub(crate) fn grants(function: &Resource) -> BTreeSet<(String, String)> {
    let pairs = statements(&role(function)).into_iter().flat_map(|(actions, resources, _)| {
        actions.into_iter().flat_map(move |action| resources.clone().into_iter().map(move |resource| (action.clone(), resource)))
    });
    pairs.collect()
}

#[test]
fn functions_run_on_the_os_only_runtime() {
    for function in functions() {
        let name = kebab(&function.id);
        assert_eq!(function.property("Runtime"), "provided.al2023", "{name}");
        assert_eq!(function.property("Handler"), "bootstrap", "{name}");
        assert_eq!(function.property("Architectures"), &json!(["${Architecture}"]), "{name}");
        assert_eq!(function.property("Code"), &json!(format!("../../target/lambda/{name}/")));
        assert_eq!(function.property("FunctionName"), &json!(format!("${{Prefix}}-{name}")));
        assert_eq!(function.property("Role"), &json!(format!("${{{}Role.Arn}}", function.id)));
    }
}

#[test]
fn every_name_says_what_starts_it() {
    for function in functions() {
        let (kind, _) = events(&function)[0];
        let wanted: &[&str] = match kebab(&function.id).split('-').next().unwrap() {
            "on" => &["Queue", "Rule"],
            "every" => &["Schedule"],
            _ => &["Route", "Url"],
        };
        assert!(wanted.contains(&kind), "{}: {kind}", function.id);
    }
}

#[test]
fn routes_are_absolute_versioned_and_unique() {
    let (mut seen, mut methods) = (BTreeSet::new(), BTreeSet::new());
    for function in functions() {
        let (kind, event) = events(&function).remove(0);
        if !["Route", "Url"].contains(&kind) {
            continue;
        }
        let route = trigger(&function);
        let (method, path) = route.split_once(' ').unwrap();
        let known = ["/privacy", "/privacy/changes", "/unsubscribe/{token}", "/.well-known/{name}"];
        let absolute = (path.starts_with("/v1/") || known.contains(&path)) && !path.ends_with('/') && !path.contains("//");
        assert!(absolute, "{}: {path}", function.id);
        assert!(seen.insert(route.clone()), "{route} is there twice");
        if kind == "Url" {
            continue;
        }
        methods.insert(method.to_owned());
        let integration = named(&format!("{}Integration", function.id));
        assert_eq!((event.property("ApiId"), integration.property("ApiId")), (&json!("${Api}"), &json!("${Api}")), "{}", function.id);
        assert_eq!(integration.property("PayloadFormatVersion"), "2.0", "{}", function.id);
        assert!(timeout(&function) < SignedDuration::from_secs(30), "{}: the API gives up at 30 s", function.id);
        // API Gateway may start this route of this API alone, with any path parameters.
        let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
        let permission = named(&format!("{}Permission", function.id));
        assert_eq!(permission.property("Principal"), "apigateway.amazonaws.com", "{}", function.id);
        assert_eq!(permission.property("SourceArn"), &json!(arn("execute-api", &format!("${{Api}}/*/{method}{}", path.join("/")))));
    }
    assert_eq!(named("Api").property("CorsConfiguration")["AllowMethods"], json!(methods), "browsers may call every route");
    let stage = named("ApiStage");
    assert_eq!(stage.property("StageName"), "$default", "another stage would add a segment to every path");
    assert_eq!(stage.property("AutoDeploy"), true, "a new route would wait for a deployment of the API");
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        assert_eq!(stage.property("DefaultRouteSettings")[limit], "${RequestRate}");
        // Who waits for a picture asks for it again and again, and takes nothing from the other routes.
        assert_eq!(stage.property("RouteSettings")["Fn::If"][1]["GET /v1/generations/{id}"][limit], "${PollingRate}");
    }
}

/// An HTTP API answers neither `HEAD` where it has a route for `GET`, nor 405 where it has routes for other methods.
#[test]
fn every_path_has_a_route_for_the_methods_it_does_not_take() {
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in of_kind("AWS::ApiGatewayV2::Route") {
        let (method, path) =
            text(route.property("RouteKey")).split_once(' ').map(|(method, path)| (method.to_owned(), path.to_owned())).unwrap();
        assert!(paths.entry(path).or_default().insert(method));
    }
    for (path, methods) in &paths {
        let others =
            of_kind("AWS::ApiGatewayV2::Route").into_iter().find(|route| text(route.property("RouteKey")) == format!("ANY {path}"));
        let id = others.unwrap_or_else(|| panic!("{path} has no route for other methods")).id.replace("OtherMethodsRoute", "");
        let taken: Vec<&str> = methods.iter().map(String::as_str).filter(|method| *method != "ANY").collect();
        assert_eq!(named(&id).property("Environment")["Variables"]["ALLOWED_METHODS"], json!(taken.join(", ")), "{path}");
        let source = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect::<Vec<_>>().join("/");
        let permission = named(&format!("{id}OtherMethodsPermission"));
        assert_eq!(permission.property("SourceArn"), &json!(arn("execute-api", &format!("${{Api}}/*/*{source}"))), "{path}");
    }
    let heads: Vec<&String> = paths.iter().filter(|(_, methods)| methods.contains("HEAD")).map(|(path, _)| path).collect();
    assert_eq!(
        heads,
        [
            "/.well-known/{name}",
            "/privacy",
            "/privacy/changes",
            "/unsubscribe/{token}",
            "/v1/erasures/{id}",
            "/v1/offers",
            "/v1/proofs/{path+}",
            "/v1/site",
            "/v1/styles"
        ],
        "what everybody may get"
    );
}

/// A URL is open to the world by two permissions: the URL itself, and the function behind it by way of its URL alone.
#[test]
fn a_url_is_open_and_its_function_is_reached_by_nothing_else() {
    for url in of_kind("AWS::Lambda::Url") {
        let function = text(url.property("TargetFunctionArn")).replace(".Arn", "");
        let own = of_kind("AWS::Lambda::Permission").into_iter().filter(|one| text(one.property("FunctionName")) == function);
        let allowed: BTreeSet<String> = own
            .map(|one| {
                let narrow = one.property("FunctionUrlAuthType") == "NONE" || one.property("InvokedViaFunctionUrl") == true;
                assert!(narrow, "{}", one.id);
                text(one.property("Action"))
            })
            .collect();
        assert_eq!(allowed, ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"].map(str::to_owned).into(), "{}", url.id);
    }
}

/// Whether EventBridge Scheduler takes the expression: the unit is singular for one and plural for more.
fn is_rate(expression: &str) -> bool {
    let Some((number, unit)) =
        expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(' '))
    else {
        return false;
    };
    let units = if number == "1" { ["minute", "hour", "day"] } else { ["minutes", "hours", "days"] };
    number.parse::<u32>().is_ok_and(|number| number > 0) && units.contains(&unit)
}

#[test]
fn schedules_are_valid_and_lose_nothing_in_silence() {
    assert!(is_rate("rate(1 hour)") && is_rate("rate(5 minutes)"));
    assert!(!is_rate("rat(1 hour)") && !is_rate("rate(1 hours)") && !is_rate("rate(0 minutes)"));
    for function in functions() {
        let (kind, schedule) = events(&function).remove(0);
        if kind != "Schedule" {
            continue;
        }
        let period = kebab(&function.id).split('-').nth(1).unwrap().to_owned();
        assert!(is_rate(&trigger(&function)), "{}", function.id);
        assert_eq!(trigger(&function), format!("rate(1 {period})"), "{}", function.id);
        let (target, dead) = (schedule.property("Target"), dead_letters(&function));
        assert!(target["RetryPolicy"]["MaximumRetryAttempts"].is_i64(), "{}", function.id);
        assert_eq!(target["DeadLetterConfig"]["Arn"], json!(queue_arn(&dead)), "{}", function.id);
        let failed = &retries(&function).property("DestinationConfig")["OnFailure"]["Destination"].clone();
        assert_eq!(failed, &json!(format!("${{{dead}.Arn}}")), "{}", function.id);
        // The scheduler may start this function and store undelivered events.
        let role = format!("{}ScheduleRole", function.id);
        assert_eq!(target["RoleArn"], json!(format!("${{{role}.Arn}}")));
        let allowed: Vec<_> = statements(&named(&role)).into_iter().map(|(actions, resources, _)| (actions, resources)).collect();
        let invoke = (vec!["lambda:InvokeFunction".to_owned()], vec![format!("${{{}.Arn}}", function.id)]);
        assert_eq!(allowed, [invoke, (vec!["sqs:SendMessage".to_owned()], vec![queue_arn(&dead)])], "{role}");
    }
}

#[test]
fn the_deletion_runs_as_often_as_the_inventory_says_and_may_delete_all_it_must() {
    let job = named("OnRowsDue");
    assert_eq!(inventory().sweep().every(), SignedDuration::from_hours(1));
    let grants = grants(&job);
    let may = |action: &str, resource: String| assert!(grants.contains(&(action.to_owned(), resource.clone())), "{action} {resource}");
    for entry in inventory().sweeps() {
        let table = pascal(entry.table().unwrap().id());
        may("dynamodb:Query", format!("{}/index/expiry", table_arn(&table)));
        may("dynamodb:DeleteItem", table_arn(&table));
        if let Some(prefix) = entry.objects.and_then(|class| class.entry().prefix()) {
            may("s3:DeleteObject", format!("{OBJECTS}{prefix}*"));
        }
    }
    for class in Class::ALL.iter().filter(|class| !class.entry().has(Mechanism::Row)) {
        let Some(prefix) = class.entry().prefix() else { continue };
        assert!(!grants.contains(&("s3:DeleteObject".to_owned(), format!("{OBJECTS}{prefix}*"))), "AN-46: {class}");
    }
}

/// Invariant: A function knows what it may use and nothing else; no role holds `*`.
#[test]
fn ip_28_no_role_holds_a_star() {
    let roles: BTreeSet<String> = of_kind("AWS::IAM::Role").into_iter().map(|role| role.id).collect();
    let schedules = of_kind("AWS::Scheduler::Schedule").into_iter().map(|schedule| format!("{}Role", schedule.id));
    let wanted: BTreeSet<String> = functions().iter().map(|function| format!("{}Role", function.id)).chain(schedules).collect();
    assert_eq!(roles, wanted, "each function and each schedule has its own role, and there is no other");
    for function in functions() {
        for (actions, resources, condition) in statements(&role(&function)) {
            assert!(!actions.is_empty() && !resources.is_empty(), "{}", function.id);
            for action in &actions {
                assert!(action.contains(':') && !action.contains('*'), "{}: {action}", function.id);
                assert!(!action.starts_with("lambda:"), "{}: a function never invokes a function", function.id);
            }
            for resource in resources {
                let exact = resource.strip_prefix(OBJECTS).and_then(|rest| rest.strip_suffix("/*")).unwrap_or(&resource);
                assert!(!exact.contains('*') && exact != "/", "{}: {resource}", function.id);
            }
            if actions.contains(&"s3:ListBucket".to_owned()) {
                let prefixes = texts(&condition["StringLike"]["s3:prefix"]);
                assert!(!prefixes.is_empty() && prefixes.iter().all(|prefix| prefix.ends_with("/*")), "{}", function.id);
            }
        }
    }
}

/// Where a grant on a table says no partition keys, and why.
const WITHOUT_KEYS: [(&str, &str); 2] = [
    ("/index/expiry", "a partition of the index is a class of rows, and the deletion reads every class"),
    ("/index/deadline", "a partition of the index is what waits, of every account"),
];

/// Invariant: A function knows what it may use and nothing else; no role holds `*`.
#[test]
fn a_grant_on_a_table_says_which_rows_it_is_for() {
    for function in functions() {
        for (actions, resources, condition) in statements(&role(&function)) {
            if !actions.iter().any(|action| action.starts_with("dynamodb:")) {
                continue;
            }
            let grant = format!("{}: {} on {}", function.id, actions.join(", "), resources.join(", "));
            if resources.iter().all(|resource| WITHOUT_KEYS.iter().any(|(end, _)| resource.ends_with(end))) {
                continue;
            }
            if actions == ["dynamodb:Scan"] {
                // A walk through a table has no keys: it says what it reads of each row.
                let attributes = texts(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
                assert!(!attributes.is_empty() && condition["Null"]["dynamodb:Attributes"] == "false", "{grant} reads whole rows");
                continue;
            }
            let keys = texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
            assert!(!keys.is_empty(), "{grant} says no keys");
            let is_word = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_uppercase());
            let is_prefix = |key: &String| key.strip_suffix("#*").unwrap_or(key).split('#').all(is_word);
            assert!(keys.iter().all(is_prefix), "{grant} says {keys:?}, which are no prefixes such as ACC#*, nor whole keys");
            assert_eq!(condition["Null"]["dynamodb:LeadingKeys"], "false", "{grant} is given to requests without a key too");
        }
    }
}

/// The variable that gives a function the name of a resource.
fn variable(action: &str, resource: &str) -> Option<String> {
    let upper = |name: &str| kebab(name).replace('-', "_").to_uppercase();
    let last = resource.rsplit(':').next().unwrap_or_default();
    match action.split(':').next().unwrap_or_default() {
        "dynamodb" => last.strip_prefix("table/${").and_then(|rest| rest.split('}').next()).map(upper),
        "s3" => Some("PICTURES_BUCKET".into()),
        "ses" if last.starts_with("configuration-set/") => Some("MAIL_CONFIGURATION_SET".into()),
        "ses" => Some("MAIL_FROM".into()),
        "kms" if resource.contains("ProofsKey") => Some("PROOFS_KEY_ID".into()),
        "kms" => Some("SIGNING_KEY_ID".into()),
        "sqs" if action == "sqs:SendMessage" && !last.ends_with("-dlq") => {
            last.strip_prefix("${Prefix}-").map(|queue| format!("{}_QUEUE_URL", queue.replace('-', "_").to_uppercase()))
        }
        _ => None,
    }
}

/// The variables a function is given, those left out that all of them have.
pub(crate) fn variables(function: &Resource) -> BTreeSet<String> {
    let all = function.property("Environment")["Variables"].as_object().unwrap();
    assert!(all.contains_key("STAGE") && all.contains_key("PROFILE"), "{}", function.id);
    all.keys().filter(|name| !["STAGE", "PROFILE"].contains(&name.as_str())).cloned().collect()
}

/// Invariant: A function knows what it may use and nothing else; no role holds `*`.
#[test]
fn a_function_knows_what_it_may_use_and_nothing_else() {
    for function in functions() {
        let allowed: BTreeSet<String> = grants(&function).iter().filter_map(|(action, resource)| variable(action, resource)).collect();
        let variables = variables(&function);
        let resources = |name: &String| {
            ["_TABLE", "_BUCKET", "_QUEUE_URL", "MAIL_FROM", "MAIL_CONFIGURATION_SET", "SIGNING_KEY_ID", "PROOFS_KEY_ID"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let known: BTreeSet<String> = variables.into_iter().filter(resources).collect();
        assert_eq!(known, allowed, "{}", function.id);
    }
}

#[test]
fn a_role_writes_its_own_log_and_a_consumer_reads_its_own_queue() {
    for function in functions() {
        let logs: Vec<String> =
            grants(&function).into_iter().filter(|(action, _)| action.starts_with("logs:")).map(|(_, resource)| resource).collect();
        assert!(!logs.is_empty() && logs.iter().all(|log| *log == format!("${{{}Logs.Arn}}", function.id)), "{}", function.id);
        let read: Vec<String> =
            grants(&function).into_iter().filter(|(action, _)| action == "sqs:ReceiveMessage").map(|(_, queue)| queue).collect();
        let queues = events(&function).into_iter().filter(|(kind, _)| *kind == "Queue");
        let consumed: Vec<String> = queues.map(|_| queue_arn(&pascal(&trigger(&function)))).collect();
        assert_eq!(read, consumed, "{}", function.id);
    }
}

/// A function that can sign could sign anything in our name.
/// Invariant: Only finishing may sign, and verification can write nothing but its log.
#[test]
fn only_what_hands_out_pictures_may_sign_and_with_the_one_key_alone() {
    let key = named("SigningKey");
    assert_eq!((key.property("KeyUsage"), key.body["UpdateReplacePolicy"].as_str()), (&json!("SIGN_VERIFY"), Some("Retain")));
    for function in functions() {
        let kms: Vec<_> = grants(&function).into_iter().filter(|(action, _)| action.starts_with("kms:")).collect();
        let of = |actions: &[&str], key: &str| actions.iter().map(|action| ((*action).to_owned(), key.to_owned())).collect();
        let wanted: Vec<_> = match function.id.as_str() {
            "InstantCreate" | "OnDrawingReady" => of(&["kms:Sign"], "${SigningKeyArn}"),
            // The log of receipts has a key of its own.
            "EveryHourSignProofs" => of(&["kms:GetPublicKey", "kms:Sign"], "${ProofsKeyArn}"),
            _ => Vec::new(),
        };
        assert_eq!(kms, wanted, "{}", function.id);
    }
}

/// Invariant: Only finishing may sign, and verification can write nothing but its log.
#[test]
fn who_verifies_can_write_nothing_but_its_log() {
    let grants = grants(&named("VerificationsCreate"));
    assert!(grants.iter().all(|(action, _)| action.starts_with("logs:")), "{grants:?}");
}

#[test]
fn production_wants_every_choice_made() {
    let root = template("template.yaml");
    let rules =
        root["Rules"]["ProductionIsConfigured"]["Assertions"].to_string() + &root["Rules"]["ProductionOfTheWalletIsConfigured"].to_string();
    for parameter in ["Artist", "Screener", "Signer", "MailFrom", "PublicOrigin", "PolicyContact"] {
        assert!(rules.contains(&format!("${{{parameter}}}")), "{parameter}");
    }
    let defaults: BTreeMap<String, Value> =
        root["Parameters"].as_object().unwrap().iter().map(|(name, parameter)| (name.clone(), parameter["Default"].clone())).collect();
    assert!(defaults.values().all(|default| !default.is_null()), "the local cloud needs no parameters");
    assert_eq!((&defaults["Artist"], &defaults["Screener"], &defaults["StarterCredits"]), (&json!(""), &json!(""), &json!(3)));
}
