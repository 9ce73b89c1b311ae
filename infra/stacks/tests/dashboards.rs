//! Dashboards and alarms: what they show and watch is there, and each alarm is explained.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stacks::{Function, Parameters, functions, generated, pascal, templates};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A template as JSON; a tag such as `!Sub` becomes an object of one key.
fn read(text: &str) -> Value {
    fn plain(value: &serde_yaml_ng::Value) -> Value {
        match value {
            serde_yaml_ng::Value::Tagged(tagged) => serde_json::json!({ tagged.tag.to_string(): plain(&tagged.value) }),
            serde_yaml_ng::Value::Mapping(map) => map.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value))).collect(),
            serde_yaml_ng::Value::Sequence(items) => items.iter().map(plain).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    plain(&serde_yaml_ng::from_str(text).unwrap())
}

fn of_kind<'t>(template: &'t Value, kind: &str) -> Vec<(&'t String, &'t Value)> {
    template["Resources"].as_object().unwrap().iter().filter(|(_, resource)| resource["Type"] == kind).collect()
}

/// Every stack of functions, by its name.
fn stacks() -> Vec<(String, Value)> {
    let files = generated(&root()).unwrap().into_iter().filter(|(path, _)| path.starts_with("infra/stacks"));
    let named = files.map(|(path, text)| (path.file_stem().unwrap().to_string_lossy().into_owned(), read(&text)));
    named.filter(|(name, _)| name != "functions").collect()
}

/// The metrics that a stack has: those AWS keeps of its functions, queues and API, and those its filters make.
fn metrics_of(template: &Value) -> BTreeSet<String> {
    let mut metrics = BTreeSet::new();
    let mut add = |namespace: &str, names: &[&str], dimension: &str| {
        metrics.extend(names.iter().map(|name| format!("{namespace} {name} {dimension}")))
    };
    for (_, function) in of_kind(template, "AWS::Lambda::Function") {
        let name = function["Properties"]["FunctionName"]["!Sub"].as_str().unwrap();
        add("AWS/Lambda", &["Duration", "Errors", "Invocations", "Throttles"], &format!("FunctionName {name}"));
        if !of_kind(template, "AWS::Lambda::Url").is_empty() {
            add("AWS/Lambda", &["UrlRequestCount", "Url4xxCount", "Url5xxCount"], &format!("FunctionName {name}"));
        }
    }
    for (_, queue) in of_kind(template, "AWS::SQS::Queue") {
        let name = queue["Properties"]["QueueName"]["!Sub"].as_str().unwrap();
        add("AWS/SQS", &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"], &format!("QueueName {name}"));
    }
    if !of_kind(template, "AWS::ApiGatewayV2::Route").is_empty() {
        add("AWS/ApiGateway", &["4xx", "5xx", "Count", "Latency"], "ApiId ${Api}");
    }
    for (_, filter) in of_kind(template, "AWS::Logs::MetricFilter") {
        let transformation = &filter["Properties"]["MetricTransformations"][0];
        assert_eq!(transformation["MetricNamespace"]["!Ref"], "Prefix");
        add("${Prefix}", &[transformation["MetricName"].as_str().unwrap()], "");
    }
    metrics
}

/// `AWS/Lambda Errors FunctionName x`
fn named(metric: &[Value]) -> String {
    let texts: Vec<&str> = metric.iter().filter_map(Value::as_str).collect();
    let (names, dimension) = texts.split_at(2);
    format!("{} {}", names.join(" "), dimension.join(" "))
}

fn assert_metric(metric: &Value, known: &BTreeSet<String>) {
    let (options, names): (Vec<&Value>, Vec<&Value>) = metric.as_array().unwrap().iter().partition(|part| part.is_object());
    assert!(options.len() == 1 && metric.as_array().unwrap().last().unwrap().is_object(), "{metric}");
    if let Some(expression) = options[0].get("expression") {
        assert!(names.is_empty() && expression.is_string() && options[0]["id"].is_string(), "{metric}");
        return;
    }
    let statistic = options[0]["stat"].as_str().unwrap();
    assert!(["Average", "Maximum", "Sum", "p50", "p99"].contains(&statistic), "{metric}");
    let names: Vec<Value> = names.into_iter().cloned().collect();
    assert!([2, 4].contains(&names.len()) && known.contains(&named(&names)), "the stack has no {metric}");
}

/// The structure of a dashboard's body, as CloudWatch describes it, of stacks with these metrics.
fn assert_dashboard(dashboard: &Value, known: &BTreeSet<String>) {
    let body: Value = serde_json::from_str(dashboard["Properties"]["DashboardBody"]["!Sub"].as_str().unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    assert!((3..=500).contains(&widgets.len()));
    let (mut below, mut shown) = (0, 0);
    for widget in widgets {
        let number = |key: &str| widget[key].as_u64().unwrap();
        assert!(number("x") + number("width") <= 24 && (1..=1000).contains(&number("height")), "{widget}");
        // A widget begins below whatever stands above it, or beside its left neighbour.
        let begins = if number("x") == 0 { below } else { below - number("height") };
        assert_eq!(number("y"), begins, "{widget}");
        below = number("y") + number("height");
        match widget["type"].as_str().unwrap() {
            "text" => assert!(widget["properties"]["markdown"].as_str().unwrap().starts_with("## "), "{widget}"),
            "metric" => shown += assert_metrics(&widget["properties"], known),
            other => panic!("{other}"),
        }
    }
    assert!(shown <= 2500, "a dashboard shows 2,500 metrics at most");
}

/// The number of metrics of a widget, each of which there is.
fn assert_metrics(properties: &Value, known: &BTreeSet<String>) -> usize {
    assert!(
        properties["title"].is_string() && properties["view"] == "timeSeries" && properties["region"] == "${AWS::Region}",
        "{properties}"
    );
    assert_eq!(properties["period"].as_u64().unwrap() % 60, 0);
    let metrics = properties["metrics"].as_array().unwrap();
    assert!((1..=500).contains(&metrics.len()), "{properties}");
    metrics.iter().for_each(|metric| assert_metric(metric, known));
    metrics.len()
}

fn profiles_of(name: &str) -> BTreeSet<String> {
    let all = functions(&root()).unwrap();
    all.into_iter().filter(|function| function.manifest.stack == name).flat_map(|function| function.manifest.profiles).collect()
}

/// Invariant: A dashboard shows and an alarm watches what there is.
#[test]
fn a_deployment_has_one_dashboard_which_is_valid_and_shows_metrics_that_it_has() {
    let path = Path::new("infra/stacks/functions.yaml");
    let parent = read(&generated(&root()).unwrap()[path]);
    let (dashboards, stacks) = (of_kind(&parent, "AWS::CloudWatch::Dashboard"), stacks());
    let mut profiles = BTreeSet::new();
    for (_, dashboard) in &dashboards {
        assert_eq!(dashboard["Properties"]["DashboardName"]["!Sub"], "${Prefix}");
        let condition = dashboard["Condition"].as_str().unwrap();
        let profile = parent["Conditions"][condition]["!Equals"][1].as_str().unwrap();
        let deployed = stacks.iter().filter(|(name, _)| profiles_of(name).contains(profile));
        assert_dashboard(dashboard, &deployed.flat_map(|(_, template)| metrics_of(template)).collect());
        profiles.insert(profile.to_owned());
    }
    assert_eq!(profiles.len(), dashboards.len(), "a profile has two dashboards");
    assert_eq!(profiles, stacks.iter().flat_map(|(name, _)| profiles_of(name)).collect());
}

/// Invariant: A dashboard shows and an alarm watches what there is.
#[test]
fn every_alarm_of_a_stack_watches_a_metric_that_it_has() {
    for (name, template) in stacks() {
        let known = metrics_of(&template);
        for (id, alarm) in of_kind(&template, "AWS::CloudWatch::Alarm") {
            let properties = &alarm["Properties"];
            let namespace = properties["Namespace"].as_str().unwrap_or("${Prefix}");
            let dimension = &properties["Dimensions"][0];
            let (key, value) = (dimension["Name"].as_str().unwrap_or_default(), dimension["Value"]["!Sub"].as_str().unwrap_or_default());
            let metric = format!("{namespace} {} {}", properties["MetricName"].as_str().unwrap(), format!("{key} {value}").trim());
            assert!(known.contains(&metric), "{id} of {name} watches {metric}, which nothing makes");
        }
    }
}

/// The name under which an alarm is explained: that of its kind, or its own.
fn explained_as(id: &str) -> String {
    let kinds = ["DlqDepth", "ErrorLines", "Errors", "Silent", "Age", "Url5xx", "BudgetSpent"];
    let kind = kinds.into_iter().find(|kind| id.ends_with(kind) && !["ApiErrors", "StudioSweepErrors"].contains(&id));
    kind.map_or_else(|| format!("`{id}`"), |kind| format!("`…{kind}`"))
}

#[test]
fn every_alarm_is_explained_with_its_remedy() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let by_hand =
        ["template.yaml", "infra/mail.yaml"].map(|path| (path.to_owned(), read(&std::fs::read_to_string(root().join(path)).unwrap())));
    for (file, template) in stacks().into_iter().chain(by_hand) {
        for (id, _) in of_kind(&template, "AWS::CloudWatch::Alarm") {
            let name = explained_as(id);
            assert!(
                page.lines().any(|line| line.starts_with(&format!("| {name} |"))),
                "docs/operations.md does not explain {name} ({id} of {file})"
            );
        }
    }
}

/// The stack `studio` and the dashboard of the profile `wallet`.
fn of_manifests(manifests: &[&str]) -> Result<(Value, Value), String> {
    let functions: Vec<Function> =
        manifests.iter().map(|text| Function::parse(text)).collect::<Result<_, _>>().map_err(|error| format!("{error:#}"))?;
    let parameters = Parameters::parse(&std::fs::read_to_string(root().join("template.yaml")).unwrap()).unwrap();
    let all = templates(&functions, &parameters).map_err(|error| format!("{error:#}"))?;
    Ok((read(&all["studio"]), read(&all["functions"])["Resources"]["WalletDashboard"].clone()))
}

/// A function of the stack `studio` with these lines in its manifest.
fn manifest(name: &str, metric: &str) -> String {
    format!(
        "[package]\nname = {name:?}\n[package.metadata.function]\nstack = \"studio\"\nprofiles = [\"wallet\"]\non = \"rate(1 hour)\"\n\
         about = \"Does a thing.\"\ncalls = 1\nretry = {{ runs = 1, deliveries = 1, seconds = 60 }}\n[[package.metadata.function.metrics]]\n{metric}"
    )
}

#[test]
fn lines_become_metrics_and_alarms_as_the_manifest_says() {
    let metric = "metric = \"OldestDue\"\nmessage = \"deletion backlog\"\nvalue = \"$.oldest_seconds\"\nunit = \"Seconds\"\nthreshold = 7200\nperiod = 3600\nalarm = \"Late.\"\n";
    let (one, other) = (manifest("every-hour-delete-things", metric), manifest("every-hour-count-things", metric));
    let (template, dashboard) = of_manifests(&[&one, &other]).unwrap();
    let filter = &template["Resources"]["EveryHourDeleteThingsStudioOldestDueMetric"]["Properties"];
    assert_eq!(filter["FilterPattern"], "{ $.message = \"deletion backlog\" }");
    assert_eq!(
        (&filter["MetricTransformations"][0]["MetricValue"], &filter["MetricTransformations"][0]["Unit"]),
        (&"$.oldest_seconds".into(), &"Seconds".into())
    );
    // Both make the metric, and one alarm watches it.
    let alarm = &template["Resources"]["StudioOldestDue"]["Properties"];
    assert_eq!((&alarm["Statistic"], &alarm["Threshold"], &alarm["Period"]), (&"Maximum".into(), &7200.into(), &3600.into()));
    assert_dashboard(&dashboard, &metrics_of(&template));
    let differs = manifest("every-hour-count-things", &metric.replace("7200", "60"));
    assert!(of_manifests(&[&one, &differs]).unwrap_err().contains("StudioOldestDue"));
    for wrong in ["value = \"oldest\"", "unit = \"Fortnights\"", "period = 90", "value = \"$.a b\""] {
        let text = manifest("every-hour-delete-things", &format!("metric = \"OldestDue\"\nmessage = \"late\"\n{wrong}\n"));
        assert!(of_manifests(&[&text]).unwrap_err().contains("CloudWatch does not take"), "{wrong}");
    }
}

/// A log metric is told apart from those of other stacks by the name of its own, and means one thing there.
#[test]
fn a_log_metric_means_one_thing() {
    let mut meanings = std::collections::BTreeMap::new();
    for function in functions(&root()).unwrap() {
        for metric in function.manifest.metrics {
            let stack = pascal(&function.manifest.stack);
            assert!(metric.metric.strip_prefix(&stack).is_some_and(|own| !own.starts_with(&stack)), "{metric:?}");
            let meaning = (metric.message.clone(), metric.value.clone());
            assert_eq!(meanings.entry(metric.metric.clone()).or_insert_with(|| meaning.clone()), &meaning, "{}", metric.metric);
        }
    }
}
