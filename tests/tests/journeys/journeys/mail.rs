//! Mails: their language, opting in and out, what comes back, and mails to many people.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use local_cloud::{Cloud, SESSION_TOKEN, repository, target_dir};
use serde_json::{Value, json};

use crate::harness::hunter::{Needle, hunt};
use crate::harness::person::expect;
use crate::harness::private_requests::{ANY, private_requests};
use crate::harness::store::rows_of;
use crate::harness::visitor::{answer, ask};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run, shared, until};

const SETTLE: Duration = Duration::from_secs(120);

/// The words of a campaign, in a file of its own.
pub(crate) fn words(cloud: &TestCloud) -> String {
    let file = cloud.logs_folder().join("words.json");
    let words = json!({
        "en": { "subject": "Three new styles", "text": "There are three new styles.\n\nTry them." },
        "ja": { "subject": "新しいスタイル", "text": "新しいスタイルが3つ加わりました。" },
    });
    std::fs::write(&file, words.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Runs the operator's tool; its output, or what it refused with.
pub(crate) async fn operate(cloud: &Cloud, arguments: &[&str]) -> Result<String, String> {
    let mut tool = std::process::Command::new(target_dir(&repository().unwrap()).join("debug/campaign"));
    let (table, queue) = (cloud.tables()["FleetingTable"].to_owned(), cloud.queues()["CampaignDue"].url.clone());
    tool.args(arguments).env("FLEETING_TABLE", table).env("CAMPAIGN_DUE_QUEUE_URL", queue);
    tool.env("AWS_ENDPOINT_URL", cloud.aws_endpoint_url()).env("AWS_REGION", cloud.region());
    tool.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_SESSION_TOKEN", SESSION_TOKEN);
    let ran = tokio::task::spawn_blocking(move || tool.output()).await.unwrap().expect("`cargo build -p campaign` builds it");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

/// Opts in as the site does: with the version of the words that it shows.
pub(crate) async fn opt_in(person: &Person<'_>) {
    let shown = expect(person.get("/v1/me/marketing").await, 200);
    assert_eq!((&shown["subscribed"], shown.get("since")), (&json!(false), None), "nobody is opted in before they say so");
    let body = json!({ "subscribed": true, "text_version": shown["text_version"] });
    assert_eq!(person.call(Method::PUT, "/v1/me/marketing", Some(&body), &[]).await.status, 204);
    assert!(expect(person.get("/v1/me/marketing").await, 200)["since"].is_string());
}

async fn is_subscribed(person: &Person<'_>) -> bool {
    expect(person.get("/v1/me/marketing").await, 200)["subscribed"] == true
}

/// Mails to this person whose text has these words.
async fn mails(cloud: &Cloud, person: &Person<'_>, words: &str) -> Vec<mailbox::Mail> {
    let all = mailbox::all(cloud).await.into_iter();
    all.filter(|mail| mail.to == [person.email.as_str()] && mail.text.contains(words)).collect()
}

pub(crate) async fn state(cloud: &Cloud, name: &str) -> String {
    let rows = rows_of(cloud, "FleetingTable", "campaign").await;
    rows.iter().find(|row| row.text("pk") == format!("CAMPAIGN#{name}")).map(|row| row.text("state").to_owned()).unwrap_or_default()
}

async fn reaches(cloud: &Cloud, name: &str, wanted: &str) {
    until(&format!("{name} being {wanted}"), async || (state(cloud, name).await == wanted).then_some(())).await;
    cloud.settle(SETTLE).await.unwrap();
}

#[test]
fn an_02_mails_come_in_the_language_of_the_account_and_before_in_that_of_the_browser() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let changed = person.call(Method::PATCH, "/v1/me", Some(&json!({ "locale": "JA-jp" })), &[]).await;
        assert_eq!(changed.header("set-cookie"), "locale=ja-JP; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
        assert_eq!(expect(changed, 200), json!({ "locale": "ja-JP" }));
        assert_eq!(expect(person.get("/v1/me").await, 200)["locale"], "ja-JP");
        person.quick_journey().await;
        cloud.settle(SETTLE).await.unwrap();
        assert_eq!(mails(cloud, &person, "画像ができあがりました").await.len(), 1);
        for odd in
            [json!({ "locale": "" }), json!({ "locale": "und" }), json!({ "locale": "a".repeat(36) }), json!({ "locale": "ja; Domain=x" })]
        {
            assert_problem(&person.call(Method::PATCH, "/v1/me", Some(&odd), &[]).await, 400, "field-invalid");
        }
        for (headers, words) in [
            (&[("cookie", "locale=ja-JP"), ("accept-language", "en")][..], "サインイン用コード"),
            (&[("accept-language", "ja,en")], "サインイン用コード"),
            (&[("accept-language", "fr")], "Your sign-in code"),
        ] {
            let visitor = Person::visitor(cloud);
            let asked = visitor.call(Method::POST, "/v1/auth/codes", Some(&json!({ "email": visitor.email })), headers).await;
            assert_eq!(asked.status, 202);
            assert_eq!(mails(cloud, &visitor, words).await.len(), 1, "{headers:?}");
        }
    });
}

/// Every route is asked, right and wrong; what it sets is in the policy's list.
#[test]
fn an_15_an_16_no_route_sets_a_cookie_that_the_policy_does_not_name() {
    run(async {
        let cloud = shared().await;
        let person = Person::signed_in(cloud).await;
        let upload = person.open_upload("image/png", 9).await["upload_id"].as_str().unwrap().to_owned();
        let things = [&[upload.as_str()], &ANY[..]].concat();
        let mut set = BTreeSet::new();
        let mut note = |reply: &local_cloud::Reply| {
            for cookie in reply.headers.get_all("set-cookie") {
                let cookie = cookie.to_str().unwrap().to_owned();
                assert!(cookie.contains("; HttpOnly; SameSite=Lax") && !cookie.to_lowercase().contains("domain"), "{cookie}");
                set.insert(cookie.split('=').next().unwrap().to_owned());
            }
        };
        let (mut visitor, nobody) = (Person::visitor(cloud), "0".repeat(96));
        note(&visitor.ask_for_code().await);
        note(&visitor.sign_in().await);
        note(&ask(&visitor, &answer()).await);
        for path in ["/privacy", "/v1/styles", &format!("/unsubscribe/{nobody}"), "/v1/nowhere"] {
            note(&visitor.get(path).await);
        }
        note(&visitor.send(Method::POST, &format!("/unsubscribe/{nobody}"), &[], "List-Unsubscribe=One-Click").await);
        let (last, others): (Vec<_>, Vec<_>) = private_requests(&things).into_iter().partition(|request| request.ends_the_session());
        for request in others.iter().chain(&last) {
            note(&request.send(&visitor, &[]).await);
            note(&request.send(&Person::visitor(cloud), &[]).await);
        }
        let known: BTreeSet<String> = policy::inventory().cookies().iter().map(|cookie| cookie.name.clone()).collect();
        assert!(set.is_subset(&known), "{set:?}");
        assert!(["session", "sign-in", "trial", "locale"].iter().all(|name| set.contains(*name)), "the test saw them: {set:?}");
        let page = String::from_utf8_lossy(&person.get("/privacy").await.body).into_owned();
        for name in known {
            assert!(page.contains(&format!("<li>{name}: it ")), "{name} is not in the policy");
        }
    });
}

#[test]
fn an_04_an_05_ip_26_who_asked_for_news_gets_them_and_stops_them_with_one_click() {
    run(async {
        let cloud = TestCloud::start().await;
        let (asked, silent, mut japanese) = (Person::signed_in(&cloud).await, Person::signed_in(&cloud).await, Person::visitor(&cloud));
        japanese.sign_in().await;
        japanese.call(Method::PATCH, "/v1/me", Some(&json!({ "locale": "ja" })), &[]).await;
        opt_in(&asked).await;
        opt_in(&japanese).await;
        let words = words(&cloud);

        // The dry run first: the tool itself refuses anything else.
        let counted = operate(&cloud, &["count", "winter", "--marketing", &words]).await.unwrap();
        assert!(counted.starts_with("winter: count"), "{counted}");
        reaches(&cloud, "winter", "counted").await;
        let shown = operate(&cloud, &["show", "winter"]).await.unwrap();
        assert!(shown.contains("dry run: 3 people, of whom 2 get it") && shown.contains("1 who did not ask for it"), "{shown}");
        assert!(operate(&cloud, &["count", "winter", "--marketing", &words]).await.is_err(), "a name is used once");
        assert_eq!(mails(&cloud, &asked, "three new styles").await.len(), 0);
        operate(&cloud, &["start", "winter"]).await.unwrap();
        reaches(&cloud, "winter", "done").await;
        let [mail] = &mails(&cloud, &asked, "three new styles").await[..] else { panic!("one mail") };
        assert_eq!(mail.subject, "Three new styles");
        assert_eq!(mails(&cloud, &japanese, "新しいスタイルが3つ").await.len(), 1);
        assert_eq!(
            mailbox::all(&cloud).await.iter().filter(|mail| mail.to == [silent.email.as_str()]).count(),
            1,
            "a code and nothing else"
        );
        assert!(operate(&cloud, &["start", "winter"]).await.is_err(), "what is done is done");

        let path = mail.text.split("/unsubscribe/").nth(1).unwrap().split_whitespace().next().unwrap();
        let path = format!("/unsubscribe/{path}");
        one_click(&cloud, &path, &asked).await;
        assert!(is_subscribed(&japanese).await, "and nobody else is unsubscribed");

        // Another mail goes to the one who still wants it.
        operate(&cloud, &["count", "spring", "--marketing", &words]).await.unwrap();
        reaches(&cloud, "spring", "counted").await;
        operate(&cloud, &["start", "spring"]).await.unwrap();
        reaches(&cloud, "spring", "done").await;
        assert_eq!(
            (mails(&cloud, &asked, "three new styles").await.len(), mails(&cloud, &japanese, "新しいスタイルが3つ").await.len()),
            (1, 2)
        );

        let token = path.rsplit('/').next().unwrap();
        let needles = [Needle::text("the token", token), Needle::text("the address", &asked.email)];
        let found = hunt(&cloud, &needles).await;
        let kept =
            |place: &str| place.starts_with("LeadsTable ") || (place.starts_with("AccountsTable ") && place.ends_with(" PROFILE email"));
        let leaks: Vec<_> = found.iter().filter(|(_, place)| !kept(place)).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.set_clock_offset(28 * 86_400 + 3_600);
        crate::harness::delete_expired(&cloud).await;
        for class in ["campaign", "campaign-mail"] {
            assert_eq!(rows_of(&cloud, "FleetingTable", class).await.len(), 0, "{class}");
        }
        assert_eq!(rows_of(&cloud, "AccountsTable", "marketing-consent").await.len(), 2, "what was agreed to stays on record");
        cloud.stop().await;
    });
}

/// A mail program's click, as RFC 8058 has it: no cookie, from anywhere, and as often as it likes. Looking at the link is no click.
async fn one_click(cloud: &Cloud, path: &str, person: &Person<'_>) {
    let program = Person::visitor(cloud);
    for method in [Method::GET, Method::HEAD] {
        let looked = program.send(method.clone(), path, &[("accept-language", "ja")], "").await;
        assert_eq!((looked.status.as_u16(), looked.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = looked.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
        let page = String::from_utf8_lossy(&looked.body);
        assert!(method == Method::HEAD || page.contains("<form method=\"post\">") && page.contains("配信を停止する"), "{page}");
    }
    assert!(is_subscribed(person).await, "an_05: opening the page changes nothing");
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://mail.example.net"), ("sec-fetch-site", "cross-site")];
    for _ in 0..2 {
        let clicked = program.send(Method::POST, path, &form, "List-Unsubscribe=One-Click").await;
        assert_eq!((clicked.status.as_u16(), clicked.headers.get("set-cookie")), (200, None), "no redirect, no sign-in, no cookie");
        assert!(!is_subscribed(person).await);
    }
    for wrong in [path.replace("/unsubscribe/", "/unsubscribe/0"), "/unsubscribe/x".to_owned(), format!("/unsubscribe/{}", "0".repeat(96))]
    {
        assert_problem(&program.send(Method::POST, &wrong, &form, "List-Unsubscribe=One-Click").await, 404, "not-found");
    }
}

#[test]
fn an_36_an_address_that_mail_comes_back_from_is_answered_the_same_and_gets_no_more() {
    run(async {
        let cloud = TestCloud::start().await;
        for mailbox in ["bounce", "complaint"] {
            let mut person = Person::visitor(&cloud);
            person.email = format!("{mailbox}+{:08x}@simulator.amazonses.com", rand::random::<u32>());
            let first = person.ask_for_code().await;
            cloud.settle(SETTLE).await.unwrap();
            let second = person.ask_for_code().await;
            assert_eq!((first.status, first.json()), (second.status, second.json()));
            let names = |reply: &local_cloud::Reply| reply.headers.keys().map(|name| name.as_str().to_owned()).collect::<BTreeSet<_>>();
            assert_eq!(names(&first), names(&second));
            assert_eq!(mails(&cloud, &person, "sign-in code").await.len(), 1, "the second was not mailed");
            let needles = [Needle::text("the address", &person.email)];
            assert!(hunt(&cloud, &needles).await.is_empty(), "an address that has no account is nowhere");
        }
        assert_eq!(rows_of(&cloud, "FleetingTable", "mail-suppression").await.len(), 2);
        assert!(cloud.logs("auth-codes-create").matches("a code for a suppressed address was not mailed").count() == 2);
        // Half a year later another one may be tried, and the row is gone.
        cloud.set_clock_offset(181 * 86_400);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(rows_of(&cloud, "FleetingTable", "mail-suppression").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// Settings of mail are as private as everything else, and say no more than they must.
#[test]
fn an_04_an_odd_wish_is_refused_and_changes_nothing() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let put = async |body: Value| person.call(Method::PUT, "/v1/me/marketing", Some(&body), &[]).await;
        for body in [json!({ "subscribed": true }), json!({ "subscribed": true, "text_version": "1999-01-01" })] {
            assert_problem(&put(body).await, 400, "field-invalid");
        }
        for body in [json!({}), json!({ "subscribed": "yes" }), json!({ "subscribed": true, "email": "eve@example.org" }), json!([])] {
            assert_problem(&put(body).await, 400, "body-malformed");
        }
        assert!(!is_subscribed(&person).await);
        assert_eq!(put(json!({ "subscribed": false })).await.status, 204, "out of what one is not in");
    });
}
