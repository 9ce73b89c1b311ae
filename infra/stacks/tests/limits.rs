//! What CloudFormation takes of one template, and whether a hundred functions and more still fit.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use stacks::{Function, MOST_RESOURCES, Parameters, templates};

/// Bytes of a template that is uploaded, as `sam deploy` does it.
const MOST_BYTES: usize = 1_000_000;

/// Entries of one section.
const MOST_ENTRIES: [(&str, usize); 4] = [("Resources", 500), ("Parameters", 200), ("Outputs", 200), ("Mappings", 200)];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn entries(template: &str, section: &str) -> usize {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(template).unwrap();
    template[section].as_mapping().map_or(0, serde_yaml_ng::Mapping::len)
}

fn assert_within_limits(name: &str, template: &str) {
    assert!(template.len() <= MOST_BYTES, "{name} has {} bytes", template.len());
    for (section, most) in MOST_ENTRIES {
        let count = entries(template, section);
        assert!(count <= most, "{name} has {count} {section}, and CloudFormation takes {most}");
    }
}

/// Invariant: Generated stacks are what the manifests say, within CloudFormation's limits.
#[test]
fn every_template_is_within_the_limits_of_cloudformation() {
    let folders = [root(), root().join("infra"), root().join("infra/stacks")];
    let mut seen = 0;
    for path in folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if path.extension().is_some_and(|end| end == "yaml") && text.contains("AWSTemplateFormatVersion") {
            assert_within_limits(&path.display().to_string(), &text);
            seen += 1;
        }
    }
    assert!(seen >= 8, "found {seen} templates");
    for (path, text) in stacks::generated(&root()).unwrap().iter().filter(|(path, _)| path.starts_with("infra/stacks")) {
        assert!(entries(text, "Resources") <= MOST_RESOURCES, "{}", path.display());
    }
}

/// The most characters a parameter of the root can have: its longest allowed value, its `MaxLength`, or the digits of its largest number.
fn longest(parameter: &serde_yaml_ng::Value) -> Option<usize> {
    let length = |value: &serde_yaml_ng::Value| match value {
        serde_yaml_ng::Value::Number(number) => number.to_string().len(),
        other => other.as_str().map_or(0, str::len),
    };
    let most = |key: &str| parameter[key].as_u64().and_then(|most| usize::try_from(most).ok());
    let allowed = parameter["AllowedValues"].as_sequence().and_then(|allowed| allowed.iter().map(length).max());
    allowed.or_else(|| most("MaxLength")).or_else(|| most("MaxValue").map(|most| most.to_string().len()))
}

/// The most characters of what another stack says: names begin with the name of the deployment, of at most 40 characters here.
fn longest_output(name: &str) -> usize {
    match name {
        // arn:aws:kms:ap-northeast-1:123456789012:key/mrk-…
        "SigningKeyArn" => 90,
        "SigningAlgorithm" => 5,
        // A nested stack's resource: the deployment, the stack's id, the resource's id, and two random parts.
        _ => 110,
    }
}

/// The most bytes of one variable's value, as a template writes it.
fn longest_value(value: &serde_yaml_ng::Value, root: &serde_yaml_ng::Value) -> usize {
    let named = |name: &str| {
        let parameter = &root["Parameters"][name];
        if parameter.is_null() { longest_output(name) } else { longest(parameter).unwrap_or_else(|| panic!("{name} has no MaxLength")) }
    };
    match value {
        serde_yaml_ng::Value::Tagged(tagged) if tagged.tag == "Ref" => named(tagged.value.as_str().unwrap()),
        serde_yaml_ng::Value::Tagged(tagged) if tagged.tag == "Sub" => {
            let text = tagged.value.as_str().unwrap();
            // A generated secret has 64 characters, the sessions' may be two; anything else is a queue or a name of ours.
            let secrets = if text.contains("SessionSecret") { 2 } else { 1 };
            if text.contains("{{resolve:") { named("SecretsRevision") + secrets * 65 } else { text.len() + 60 }
        }
        other => other.as_str().map_or(0, str::len),
    }
}

/// Every function of the generated stacks: its id, its variables, and whether they are encrypted by a key of ours.
fn environments() -> Vec<(String, serde_yaml_ng::Mapping, bool)> {
    let mut all = Vec::new();
    for (_, text) in stacks::generated(&root()).unwrap().into_iter().filter(|(path, _)| path.starts_with("infra/stacks")) {
        let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();
        for (id, resource) in template["Resources"].as_mapping().into_iter().flatten() {
            let properties = &resource["Properties"];
            if let Some(variables) = properties["Environment"]["Variables"].as_mapping() {
                all.push((id.as_str().unwrap().to_owned(), variables.clone(), !properties["KmsKeyArn"].is_null()));
            }
        }
    }
    all
}

/// Lambda takes 4 KB of variables, names and values together, and refuses the deployment otherwise.
#[test]
fn the_variables_of_a_function_fit_in_the_largest_configuration() {
    let root: serde_yaml_ng::Value = serde_yaml_ng::from_str(&std::fs::read_to_string(root().join("template.yaml")).unwrap()).unwrap();
    let size = |(id, variables, _): (String, serde_yaml_ng::Mapping, bool)| {
        // As JSON: quotes, a colon and a comma.
        let bytes = variables.iter().map(|(name, value)| name.as_str().unwrap().len() + longest_value(value, &root) + 6);
        (bytes.sum::<usize>(), id)
    };
    let mut sizes: Vec<_> = environments().into_iter().map(size).collect();
    sizes.sort();
    let (bytes, id) = sizes.last().unwrap();
    assert!((2500..=4096).contains(bytes), "{id} may have {bytes} bytes of variables");
}

/// Who may read a function's configuration reads no secret in it.
#[test]
fn the_variables_of_what_holds_a_secret_are_encrypted() {
    let is_secret = |name: &str| ["_SECRET", "_API_KEY", "_ACCESS_TOKEN"].iter().any(|end| name.ends_with(end)) || name == "SIGNING_KEY";
    let environments = environments();
    for (id, variables, encrypted) in &environments {
        let secret = variables.keys().any(|name| is_secret(name.as_str().unwrap()));
        assert_eq!(secret, *encrypted, "{id}");
    }
    assert!(environments.iter().filter(|(.., encrypted)| *encrypted).count() >= 10);
}

fn parameters() -> Parameters {
    Parameters::parse(&std::fs::read_to_string(root().join("template.yaml")).unwrap()).unwrap()
}

/// A made-up function of a domain: an endpoint with the usual grants, a consumer or a schedule.
fn made_up(domain: &str, number: usize) -> Function {
    let (name, trigger) = match number % 10 {
        8 => (format!("on-{domain}-thing-{}-made", letters(number)), format!("on = \"{domain}-thing-{}-made\"", letters(number))),
        9 => {
            let trigger = "on = \"rate(1 hour)\"\nretry = { runs = 1, deliveries = 1, seconds = 3000 }";
            (format!("every-hour-count-{domain}-{}", letters(number)), trigger.to_owned())
        }
        _ => {
            let name = format!("{domain}-{}-get", letters(number));
            (name.clone(), format!("on = \"GET /v1/{name}/{{id}}\"\ncaller = \"session\"\nsecrets = [\"session\"]"))
        }
    };
    let manifest = format!(
        "[package]\nname = {name:?}\n[package.metadata.function]\nstack = {domain:?}\nprofiles = [\"wallet\"]\n{trigger}\n\
         about = \"Does a thing.\"\ncalls = 3\nenv = [\"PUBLIC_ORIGIN\"]\ntables.studio = [{{ actions = [\"GetItem\", \"PutItem\"], keys = [\"ACC#*\"] }}, \"Query:expiry\"]\n\
         tables.accounts = [{{ actions = [\"UpdateItem\"], keys = [\"ACC#*\"], attributes = [\"pk\", \"sk\"] }}]\nobjects.uploads = [\"list\", \"get\"]\n"
    );
    Function::parse(&manifest).unwrap_or_else(|error| panic!("{error:#}\n{manifest}"))
}

/// A number as letters, as names have no digits of their own.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_workspace_of_120_functions_fits() {
    let domains = ["accounts", "studio", "money", "rights"];
    let functions: Vec<Function> = (0..120).map(|number| made_up(domains[number % 4], number)).collect();
    let templates = templates(&functions, &parameters()).unwrap();
    assert_eq!(templates.len(), domains.len() + 1);
    let resources: BTreeMap<&str, usize> = templates.iter().map(|(name, text)| (name.as_str(), entries(text, "Resources"))).collect();
    for (name, text) in &templates {
        assert_within_limits(name, text);
    }
    assert!(domains.iter().all(|domain| (30 * 7..=MOST_RESOURCES).contains(&resources[domain])), "{resources:?}");
}

#[test]
fn a_stack_that_is_too_large_says_what_to_do() {
    let functions: Vec<Function> = (0..60).map(|number| made_up("studio", number)).collect();
    let error = templates(&functions, &parameters()).unwrap_err().to_string();
    assert!(error.contains("the stack studio has") && error.contains("another `stack`"), "{error}");
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused() {
    let manifest = |lines: &str| {
        let text = format!(
            "[package]\nname = \"things-get\"\n[package.metadata.function]\nstack = \"studio\"\nabout = \"Does a thing.\"\ncalls = 1\n{lines}"
        );
        Function::parse(&text).and_then(|function| templates(&[function], &parameters()).map(drop)).map_err(|error| format!("{error:#}"))
    };
    let good = "profiles = [\"wallet\"]\non = \"GET /v1/things\"\ncaller = \"session\"\n";
    assert_eq!(manifest(good), Ok(()));
    for (lines, said) in [
        ("profiles = [\"wallet\"]\non = \"GET /v1/things\"\n", "says who its caller is"),
        ("profiles = [\"wallet\"]\non = \"GET /v1/things/\"\ncaller = \"session\"\n", "is no route"),
        ("profiles = [\"wallet\"]\non = \"rate(1 hour)\"\nretry = { runs = 1, deliveries = 1, seconds = 60 }\n", "every-<minute|hour|day>"),
        ("profiles = [\"wallet\"]\non = \"things\"\n", "on-things"),
        ("profiles = [\"purse\"]\non = \"GET /v1/things\"\ncaller = \"session\"\n", "no profile purse"),
        (&format!("{good}timeout = 30\n"), "30 seconds"),
        (&format!("{good}env = [\"NO_SUCH\"]\n"), "no parameter of template.yaml is NO_SUCH"),
        (&format!("{good}configuration_set = \"x\"\n"), "only what mails"),
        (&format!("{good}memroy = 3\n"), "memroy"),
    ] {
        let error = manifest(lines).unwrap_err();
        assert!(error.contains(said), "{lines}: {error}");
    }
}

/// Actions on an index, on some rows and on some attributes are statements of their own.
#[test]
fn narrow_grants_are_conditions() {
    let functions = [made_up("studio", 0)];
    let text = templates(&functions, &parameters()).unwrap().remove("studio").unwrap();
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();
    let statements = &template["Resources"]["StudioAGetRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let statement = |action: &str| {
        let all = statements.as_sequence().unwrap();
        all.iter().find(|statement| statement["Action"].as_sequence().unwrap().iter().any(|one| one == action)).unwrap().clone()
    };
    let text = |value: &serde_yaml_ng::Value| serde_yaml_ng::to_string(value).unwrap();
    assert!(text(&statement("dynamodb:Query")["Resource"]).ends_with("table/${StudioTable}/index/expiry\n"));
    assert!(text(&statement("dynamodb:GetItem")["Resource"]).ends_with("table/${StudioTable}\n"));
    let condition = &statement("dynamodb:UpdateItem")["Condition"];
    assert_eq!(text(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]), "- ACC#*\n");
    assert_eq!(text(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]), "- pk\n- sk\n");
    let present = condition["Null"].as_mapping().unwrap();
    assert!(present.len() == 2 && present.values().all(|value| value == "false"), "a request without keys or attributes is refused");
    assert!(statement("dynamodb:Query")["Condition"].is_null());
}
