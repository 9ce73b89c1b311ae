//! Trials: a visitor tries, saves the link, signs in and claims.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use stand_ins::TurnstileStandIn;

use crate::harness::hunter::{Needle, hunt};
use crate::harness::person::{expect, text};
use crate::harness::pictures::small;
use crate::harness::store::{keys, rows_of};
use crate::harness::visitor::{Visitor, answer, ask, cookie};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run, shared};

#[test]
fn an_73_a_trial_its_link_a_sign_in_and_a_claim() {
    run(async {
        let cloud = shared().await;
        let (visitor, generation) = Visitor::done(cloud).await;
        let view = visitor.view().await;
        let files = view["generation"]["deliverables"].as_array().unwrap();
        assert!((5..=8).contains(&files.len()) && files.iter().all(|file| file["width"].as_u64().unwrap() <= 320), "{view}");
        assert_eq!((&view["generation"]["stickers"], &view["claimed"]), (&json!([]), &json!(false)));
        for file in files {
            visitor.person.download(&text(file, "url")).await;
        }

        // A scanner follows the link: the site is asked for a page, and the secret behind the # is not sent. Nothing is opened.
        let email = visitor.person.email.clone();
        let link = visitor.mailed_link(&email, false).await;
        assert!(link.starts_with(&format!("http://localhost:8080/trial?id={}#", visitor.trial)), "{link}");
        let open = format!("/v1/trials/{}/link/open", visitor.trial);
        assert_problem(&visitor.person.get(&open).await, 405, "method-not-allowed");
        let reply = Visitor::open(cloud, &link).await;
        let mut elsewhere = Visitor { pass: cookie(&reply), ..Visitor::new(cloud).await };
        elsewhere.trial.clone_from(&visitor.trial);
        assert_eq!(text(&expect(reply, 200), "trial_id"), visitor.trial);
        assert_eq!(elsewhere.view().await["generation"]["generation_id"], json!(generation));
        let wrong = link[..link.len() - 1].to_owned() + if link.ends_with('0') { "1" } else { "0" };
        assert_problem(&Visitor::open(cloud, &wrong).await, 401, "signed-out");

        assert_problem(&elsewhere.claim().await, 401, "signed-out");
        elsewhere.person.sign_in().await;
        let claimed = elsewhere.claim().await;
        let own = text(&expect(claimed, 202), "generation_id");
        assert_eq!(elsewhere.person.settled(&own).await["state"], "done");
        assert_eq!(text(&expect(elsewhere.claim().await, 202), "generation_id"), own, "again is the same");
        let names = |folder: &str, keys: Vec<String>| keys.iter().map(|key| key[folder.len()..].to_owned()).collect::<BTreeSet<_>>();
        let (ours, theirs) = (elsewhere.person.generation_folder(&own), visitor.folder(&generation));
        assert_eq!(names(&ours, keys(cloud, &ours).await), names(&theirs, keys(cloud, &theirs).await));
        assert_eq!((elsewhere.person.wallet().await, &visitor.view().await["claimed"]), ((3, 0), &json!(true)));

        let mut other = Visitor { pass: visitor.pass.clone(), trial: visitor.trial.clone(), ..Visitor::new(cloud).await };
        other.person.sign_in().await;
        assert_problem(&other.claim().await, 409, "trial-used");
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn an_73_of_fifty_trials_at_once_with_one_answer_there_is_one() {
    run(async {
        let cloud = TestCloud::start().await;
        let answer = answer();
        let people: Vec<_> = (0..50).map(|_| Person::visitor(&cloud)).collect();
        let replies = join_all(people.iter().map(|person| ask(person, &answer))).await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 403, 429, 503].contains(status)), "{statuses:?}");
        assert_eq!(rows_of(&cloud, "FleetingTable", "trial").await.len(), 1);
        cloud.stop().await;
    });
}

#[test]
fn an_73_a_trial_has_one_upload_and_one_generation() {
    run(async {
        let cloud = shared().await;
        let (visitor, upload) = Visitor::uploaded(cloud).await;
        assert_eq!(text(&expect(visitor.open_upload().await, 201), "upload_id"), upload, "the same is the same");
        let another = visitor.post("/uploads", &json!({ "content_type": "image/jpeg", "bytes": 5 })).await;
        assert_problem(&another, 409, "trial-used");
        let started = join_all((0..10).map(|_| visitor.start(&upload))).await;
        let ids: BTreeSet<String> =
            started.iter().filter(|reply| reply.status == 202).map(|reply| text(&reply.json(), "generation_id")).collect();
        assert_eq!(ids.len(), 1);
        let other = visitor.post("/generations", &json!({ "upload_id": upload, "style": "ink-manga" })).await;
        assert_problem(&other, 409, "trial-used");
        assert_problem(&visitor.open_upload().await, 409, "trial-used");
        let own = rows_of(cloud, "StudioTable", "trial-generation").await;
        assert_eq!(own.iter().filter(|row| row.text("pk") == format!("TRI#{}", visitor.trial)).count(), 1);
    });
}

#[test]
fn an_73_a_trial_is_its_browsers_and_nobody_elses() {
    run(async {
        let cloud = shared().await;
        let (owner, generation) = Visitor::done(cloud).await;
        let stranger = Visitor::new(cloud).await;
        let thief = Visitor { pass: stranger.pass.clone(), trial: owner.trial.clone(), ..Visitor::new(cloud).await };
        let nobody = Visitor { pass: String::new(), trial: owner.trial.clone(), ..Visitor::new(cloud).await };
        let gone = Visitor { trial: format!("tri_{:032x}", 7), ..Visitor::new(cloud).await };
        let upload = format!("upl_{:032x}", 7);
        for visitor in [&thief, &nobody, &gone] {
            assert_problem(&visitor.call(Method::GET, "", None).await, 401, "signed-out");
            assert_problem(&visitor.open_upload().await, 401, "signed-out");
            assert_problem(&visitor.start(&upload).await, 401, "signed-out");
            assert_problem(&visitor.post("/link", &json!({ "email": visitor.person.email })).await, 401, "signed-out");
        }
        let mut thief = thief;
        thief.person.sign_in().await;
        assert_problem(&thief.claim().await, 401, "signed-out");
        // An account sees nothing of a trial's, and a trial nothing of an account's.
        assert_problem(&thief.person.get(&format!("/v1/generations/{generation}")).await, 404, "not-found");
        let person = Person::signed_in(cloud).await;
        let theirs = person.upload(&small()).await;
        assert_problem(&stranger.start(&theirs).await, 404, "not-found");
        for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let reply = person.call(Method::POST, "/v1/trials", Some(&json!({ "turnstile_token": answer() })), &[foreign]).await;
            assert_problem(&reply, 403, "cross-site");
        }
    });
}

#[test]
fn an_64_who_does_not_say_to_be_old_enough_has_neither_a_trial_nor_an_account() {
    run(async {
        let cloud = shared().await;
        let mut person = Person::visitor(cloud);
        for (age, country, status) in [
            (None, "JP", 428),
            (Some("13+"), "DE", 428),
            (Some("13+"), "", 428),
            (Some("12+"), "JP", 400),
            (Some("13+"), "JP", 201),
            (Some("16+"), "DE", 201),
        ] {
            let mut body = json!({ "turnstile_token": answer() });
            if let Some(age) = age {
                body["age_attestation"] = json!(age);
            }
            let reply = person.call(Method::POST, "/v1/trials", Some(&body), &[("cloudfront-viewer-country", country)]).await;
            assert_eq!(reply.status.as_u16(), status, "{age:?} {country}");
        }
        assert_eq!(person.ask_for_code().await.status, 202);
        let code = person.mailed_code().await;
        let jar = person.sign_in_cookie.lock().unwrap().clone();
        for (age, status) in [(json!(null), 428), (json!("13+"), 428), (json!("16+"), 201)] {
            let body = json!({ "email": person.email, "code": code, "age_attestation": age });
            let reply = person.call(Method::POST, "/v1/auth/sessions", Some(&body), &[("cookie", &jar)]).await;
            assert_eq!(reply.status.as_u16(), status, "{age}: the code is not used up");
        }
        person.sign_in().await;
        let again = Person { email: person.email.clone(), ..Person::visitor(cloud) };
        assert_eq!(again.ask_for_code().await.status, 202);
        let jar = again.sign_in_cookie.lock().unwrap().clone();
        let body = json!({ "email": again.email, "code": again.mailed_code().await });
        assert_eq!(
            again.call(Method::POST, "/v1/auth/sessions", Some(&body), &[("cookie", &jar)]).await.status,
            201,
            "an account that is there"
        );
    });
}

#[test]
fn an_69_one_trial_more_of_a_network_or_of_all_in_a_day_is_refused() {
    run(async {
        let cloud = TestCloud::with(&[("TrialsPerDay", "6")]).await;
        let person = Person::visitor(&cloud);
        for _ in 0..5 {
            assert_eq!(ask(&person, &answer()).await.status, 201);
        }
        let reply = ask(&person, &answer()).await;
        assert_problem(&reply, 429, "rate-limited");
        assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(ask(&Person::visitor(&cloud), &answer()).await.status, 201);
        assert_problem(&ask(&Person::visitor(&cloud), &answer()).await, 503, "budget-spent");
        assert!(crate::alarms::ringing(&cloud).await.iter().any(|alarm| alarm.contains("Budget")), "somebody is told");
        cloud.stop().await;
    });
}

#[test]
fn an_37_a_challenge_that_is_not_met_or_cannot_be_judged_begins_nothing() {
    run(async {
        let turnstile = TurnstileStandIn::start(0).await.unwrap();
        let cloud = TestCloud::with(&[("TurnstileBaseUrl", &turnstile.base_url()), ("TurnstileSecretKey", "0x-of-a-test")]).await;
        let person = Person::visitor(&cloud);
        for (scenario, status, problem) in [
            ("fail", 403, "challenge-refused"),
            ("spent", 403, "challenge-refused"),
            ("wrong-hostname", 403, "challenge-refused"),
            ("wrong-action", 403, "challenge-refused"),
            ("server-error", 503, "unavailable"),
            ("html", 503, "unavailable"),
            ("cut", 503, "unavailable"),
            ("hang", 503, "unavailable"),
            ("invalid-secret", 500, "internal"),
        ] {
            turnstile.next_times(scenario.parse().unwrap(), if status == 403 || status == 500 { 1 } else { 2 });
            assert_problem(&ask(&person, &answer()).await, status, problem);
        }
        turnstile.release();
        for token in ["", " ", &"x".repeat(2_049), "日本"] {
            assert_problem(&ask(&person, token).await, 400, "field-invalid");
        }
        assert_eq!(rows_of(&cloud, "FleetingTable", "trial").await.len(), 0);
        let asked = turnstile.requests();
        assert!(asked.iter().all(|request| !String::from_utf8_lossy(&request.raw).contains("remoteip")));
        assert!(asked.iter().all(|request| request.query.is_none()));
        cloud.stop().await;
    });
}

/// The answer of the challenge, the passes, the secret of the link, the network and the address are where they must be and nowhere else.
#[test]
fn an_37_an_11_what_must_not_be_kept_is_in_no_table_queue_log_or_url() {
    run(async {
        let cloud = TestCloud::start().await;
        let through = local_cloud::HttpClient::from_address([127, 0, 0, 78].into());
        let person = Person::visitor(&cloud).through(through);
        let (answer, email) = (answer(), person.email.clone());
        let reply = ask(&person, &answer).await;
        let pass = cookie(&reply);
        let trial = text(&expect(reply, 201), "trial_id");
        let visitor = Visitor { pass: pass.clone(), trial, ..Visitor::new(&cloud).await };
        let link = visitor.mailed_link(&email, true).await;
        let opened = Visitor::open(&cloud, &link).await;
        assert_eq!(opened.status, 200);
        assert_problem(&ask(&person, &answer).await, 403, "challenge-refused");
        let upload = visitor.upload().await;
        cloud.pause_queue("ScreeningPassed").await.unwrap();
        expect(visitor.start(&upload).await, 202);
        let secret = |pair: &str| pair.split_once('=').unwrap().1.to_owned();
        let needles = [
            Needle::text("the answer", &answer),
            Needle::text("the network", "127.0.0.78"),
            Needle::text("the pass", &secret(&pass)),
            Needle::text("the other pass", &secret(&cookie(&opened))),
            Needle::text("the link", link.split_once('#').unwrap().1),
            Needle::text("the address", &email),
        ];
        let found = hunt(&cloud, &needles).await;
        let leaks: Vec<_> =
            found.iter().filter(|(needle, place)| needle.name != "the address" || !place.starts_with("LeadsTable ")).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert_eq!(found.len(), 1, "the lead is found");
        assert!(mailbox::all(&cloud).await.iter().all(|mail| mail.to == [email.as_str()]));
        cloud.stop().await;
    });
}

/// One row for an address, however many pages note it at once (AN-03), and no TTL on it (AN-50).
#[test]
fn an_03_an_50_an_address_is_one_lead_and_stays() {
    run(async {
        let cloud = TestCloud::start().await;
        let (one, two) = (Visitor::new(&cloud).await, Visitor::new(&cloud).await);
        let mut person = Person::visitor(&cloud);
        let body = json!({ "email": person.email });
        let form = Person::visitor(&cloud);
        let of_form = json!({ "email": person.email, "page": "refund-form" });
        let (mailed, _, asked) =
            futures_util::join!(one.post("/link", &body), two.post("/link", &body), form.post("/v1/auth/codes", &of_form));
        assert!(mailed.status == 202 && asked.status == 202);
        person.sign_in().await;
        let leads = rows_of(&cloud, "LeadsTable", "lead").await;
        assert_eq!(leads.len(), 1, "{leads:?}");
        let (page, names): (_, Vec<_>) = (leads[0].text("page").to_owned(), leads[0].attributes.keys().collect());
        assert!(
            ["refund-form", "trial-link"].contains(&page.as_str()) && !names.iter().any(|name| name.contains("expire") || *name == "ttl")
        );
        person.sign_in().await;
        assert_eq!(rows_of(&cloud, "LeadsTable", "lead").await[0].text("page"), page, "the first stays");
        cloud.set_clock_offset(400 * 86_400);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(rows_of(&cloud, "LeadsTable", "lead").await.len(), 1);
        cloud.stop().await;
    });
}
