//! Templates are read as CloudFormation would deploy them.

use local_cloud::template::{Model, Settings, Stack};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn settings(parameters: &[(&str, &str)]) -> Settings {
    Settings {
        stack_name: "test".into(),
        region: "eu-west-1".into(),
        account_id: "123456789012".into(),
        api_url: "http://localhost:3000".into(),
        endpoint_url: "http://localhost:1".into(),
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        secret: |id, _| Ok(format!("secret of {id}")),
        state_dir: PathBuf::new(),
    }
}

/// Resolves a value in a template that uses every kind of element.
fn resolve(value: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
    let text = format!(
        "
Parameters:
  Name: {{ Type: String, Default: ann }}
  Level: {{ Type: String, Default: low, AllowedValues: [low, high] }}
  Names: {{ Type: String, Default: '', AllowedPattern: '((a|b)(,(a|b))*)?', ConstraintDescription: must be a or b }}
  Key: {{ Type: String, Default: '', AllowedPattern: '[a-z]*', NoEcho: true }}
Conditions:
  High: !Equals [!Ref Level, high]
  Quiet: !Not [!Condition High]
  Both: !And [!Condition Quiet, !Equals [a, a]]
Resources:
  GoodTable: {{ Type: AWS::DynamoDB::Table }}
  Mail: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !Sub '${{Name}}-mail' }} }}
  Pictures: {{ Type: AWS::S3::Bucket }}
  Sealed: {{ Type: AWS::SecretsManager::Secret }}
  Probe: {{ Type: Custom::Probe, Properties: {{ Value: {value} }} }}
"
    );
    let path = std::env::temp_dir().join(format!("local-cloud-template-{}-{:?}.yaml", std::process::id(), std::thread::current().id()));
    std::fs::write(&path, text).unwrap();
    let stack = Stack::load(&path, settings(parameters));
    std::fs::remove_file(&path).unwrap();
    let properties = stack.and_then(|stack| stack.properties("Probe")).map_err(|error| format!("{error:#}"))?;
    Ok(properties["Value"].clone())
}

#[test]
fn intrinsic_functions_stand_for_their_values() {
    let cases = [
        ("!Ref Name", json!("ann")),
        ("!Ref AWS::Region", json!("eu-west-1")),
        ("!Ref GoodTable", json!("test-good-table")),
        ("!Ref Mail", json!("http://localhost:1/123456789012/ann-mail")),
        ("!GetAtt Mail.Arn", json!("arn:aws:sqs:eu-west-1:123456789012:ann-mail")),
        ("{ 'Fn::GetAtt': [Mail, QueueName] }", json!("ann-mail")),
        ("!GetAtt GoodTable.Arn", json!("arn:aws:dynamodb:eu-west-1:123456789012:table/test-good-table")),
        ("!GetAtt Pictures.Arn", json!("arn:aws:s3:::test-pictures")),
        ("!Sub '${Name}/${Mail.QueueName}/${AWS::AccountId}'", json!("ann/ann-mail/123456789012")),
        ("!If [High, 1, !If [Both, 2, 3]]", json!(2)),
        ("[a, !If [High, b, !Ref AWS::NoValue], c]", json!(["a", "c"])),
        ("!Sub 'key {{resolve:secretsmanager:${Sealed}:SecretString}}'", json!("key secret of Sealed")),
    ];
    for (value, expected) in cases {
        assert_eq!(resolve(value, &[]), Ok(expected), "{value}");
    }
    assert_eq!(resolve("!If [High, 1, 2]", &[("Level", "high")]), Ok(json!(1)));
}

#[test]
fn mistakes_are_named() {
    for (value, said) in
        [("!Ref Nobody", "Nobody"), ("!GetAtt Nobody.Arn", "Nobody"), ("!If [Never, 1, 2]", "Never"), ("!Cidr [a]", "Cidr")]
    {
        let error = resolve(value, &[]).unwrap_err();
        assert!(error.contains(said), "{value}: {error}");
    }
    assert!(resolve("1", &[("Level", "medium")]).unwrap_err().contains("low, high"));
    assert_eq!(resolve("1", &[("Names", "a,b")]), Ok(json!(1)));
    for names in ["c", "a,", "xa"] {
        assert!(resolve("1", &[("Names", names)]).unwrap_err().contains("must be a or b"), "{names}: the whole must match");
    }
    let error = resolve("1", &[("Key", "SECRET")]).unwrap_err();
    assert!(error.contains("must match [a-z]*") && !error.contains("SECRET"), "{error}");
}

/// The rules of the repository's template, as CloudFormation checks them before it creates anything.
#[test]
fn what_cannot_work_is_refused_before_anything_is_made() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let production = [
        ("Stage", "production"),
        ("Artist", "palette"),
        ("Screener", "offline"),
        ("Signer", "off"),
        ("PolicyContact", "privacy@nigao.test"),
        ("PublicOrigin", "https://nigao.test"),
        ("MailFrom", "hello@nigao.test"),
    ];
    let load = |more: &[(&str, &str)]| {
        let loaded = Stack::load(&root.join("template.yaml"), settings(&[&production[..], more].concat()));
        loaded.map(drop).map_err(|error| format!("{error:#}"))
    };
    assert_eq!(load(&[]), Ok(()));
    assert_eq!(load(&[("Signer", "kms"), ("SigningChain", "-----BEGIN CERTIFICATE-----")]), Ok(()));
    let long = "x".repeat(2351);
    for (more, said) in [
        (&[("Signer", "kms")][..], "Signer=kms needs the certificates"),
        (&[("Stage", "local"), ("Signer", "kms")], "Signer=kms needs the certificates"),
        (&[("Signer", "local"), ("SigningChain", "c")], "Signer=local needs its key"),
        (&[("Signer", "")], "wants its signer named"),
        (&[("Artist", "")], "wants its artist named"),
        (&[("MailFrom", "nigao@example.com")], "a verified sender"),
        (&[("Signer", "kms"), ("SigningChain", &long)], "may have 2350"),
    ] {
        let error = load(more).unwrap_err();
        assert!(error.contains(said), "{more:?}: {error}");
    }
    assert_eq!(load(&[("Profile", "ephemeral"), ("MailFrom", "nigao@example.com")]), Ok(()));
}

#[test]
fn the_repositorys_template_has_all_a_function_needs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |profile: &str| Model::read(&Stack::load(&root.join("template.yaml"), settings(&[("Profile", profile)])).unwrap()).unwrap();
    let models = ["wallet", "ephemeral"].map(read);
    let folders: BTreeMap<String, ()> =
        std::fs::read_dir(root.join("functions")).unwrap().map(|entry| (entry.unwrap().file_name().into_string().unwrap(), ())).collect();
    let names: BTreeMap<String, ()> = models.iter().flat_map(|model| model.functions.keys().map(|name| (name.clone(), ()))).collect();
    assert_eq!(names, folders);
    assert_eq!(models.each_ref().map(|model| model.tables.len()), [8, 1]);
    assert_eq!(models.each_ref().map(|model| model.queues.is_empty()), [false, true]);
    // Where nothing is kept, the pages of the site are all that lies in a bucket.
    let buckets = models.each_ref().map(|model| model.buckets.iter().map(|bucket| bucket.logical_id.as_str()).collect::<Vec<_>>());
    assert_eq!((buckets[0].len(), buckets[1].as_slice()), (2, ["Pages"].as_slice()));
    for (model, function) in models.iter().flat_map(|model| model.functions.values().map(move |function| (model, function))) {
        // Those for `HEAD` and for other methods follow from it.
        let own = |method: &str| !["ANY", "HEAD"].contains(&method);
        let routes = model.routes.iter().filter(|route| route.function == function.name && own(&route.method)).count();
        let queues = model.queue_sources.iter().filter(|source| source.function == function.name && source.reports_failures).count();
        let schedules = model.schedules.iter().filter(|schedule| schedule.function == function.name).count();
        let rules = model.rules.iter().filter(|rule| rule.function == function.name).count();
        let urls = model.function_urls.iter().filter(|url| url.function == function.name && url.streams && url.route.is_some()).count();
        assert_eq!(routes + queues + schedules + rules + urls, 1, "{} has one event", function.name);
        assert!(model.roles[&function.name].iter().any(|statement| statement.actions.contains(&"logs:PutLogEvents".to_owned())));
        assert!(model.roles[&function.name].iter().flat_map(|statement| &statement.resources).all(|arn| arn.starts_with("arn:aws:")));
        assert!(function.env.values().all(|value| !value.contains("${") && !value.contains("{{")), "{:?}", function.env);
    }
}
