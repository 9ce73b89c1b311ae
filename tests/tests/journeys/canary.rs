//! AN-11 and related: after a journey with a phone's picture, no stored data reveals the place, the device, the author or the address.
//! AN-07: a bubble's text is in the row of its running generation, and nowhere else, ever.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use local_cloud::{Cloud, HttpClient};
use serde_json::json;

use crate::harness::hunter::{self, Needle, hunt};
use crate::harness::person::{new_key, text};
use crate::harness::pictures::{Picture, blocked, selfie, selfie_rotated_gps, small};
use crate::harness::store::{put_object, put_row, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run};

/// The address of the requests; nothing else on this machine uses it.
const ADDRESS: [u8; 4] = [127, 0, 0, 77];

/// The contents that must be nowhere.
fn needles(email: &str, code: &str) -> Vec<Needle> {
    let mut needles = vec![
        Needle::text("the network address", "127.0.0.77"),
        Needle::bytes("the network address as a number", &ADDRESS.map(|part| [0, 0, 0, part]).concat()),
        Needle::text("the e-mail address", email),
        Needle::text("the e-mail's name", email.split('@').next().unwrap()),
        Needle::text("the camera", "CanaryCam-7"),
        Needle::text("the serial number", "SERIAL-CANARY-0042"),
        Needle::text("the camera's software", "exif-canary"),
        Needle::text("when it was taken", "2026:11:01 10:20:30"),
        Needle::text("the browser", "CanaryBrowser/1.0"),
        Needle::text("the sign-in code", code),
    ];
    // 35° 39′ 30″ N, 139° 44′ 28″ E: in EXIF in both byte orders, in XMP and as people write it.
    for (name, degrees) in [("latitude", [35, 1, 39, 1, 3000, 100]), ("longitude", [139, 1, 44, 1, 2800, 100])] {
        needles.push(Needle::bytes(name, &degrees.map(u32::to_be_bytes).concat()));
        needles.push(Needle::bytes(name, &degrees.map(u32::to_le_bytes).concat()));
    }
    for text in ["35.6583", "139.7411", "35,39.5", "139,44.46", "35/1,39/1", "139/1,44/1", "35 deg 39", "139 deg 44", "35°39", "139°44"] {
        needles.push(Needle::text("the position", text));
    }
    needles
}

/// The allowed places of an address: its own account's row, and that of its lead.
fn is_allowed(needle: &Needle, place: &str) -> bool {
    let own = place.starts_with("AccountsTable ") && place.ends_with(" PROFILE email");
    needle.name.starts_with("the e-mail") && (own || place.starts_with("LeadsTable ") && place.ends_with(" LEAD email"))
}

/// A journey with every action of a person, right and wrong, from an address and a browser of its own.
async fn live<'c>(cloud: &'c Cloud) -> (Person<'c>, String) {
    let mut person = Person::visitor(cloud).through(HttpClient::from_address(ADDRESS.into()));
    let browser =
        [("user-agent", "CanaryBrowser/1.0"), ("x-forwarded-for", "127.0.0.77"), ("referer", "https://canarybrowser.example/?127.0.0.77")];
    person.sign_in().await;
    // The digits could occur in ids and hashes by chance: the needle is the phrase of the mail.
    let code = format!("code is {}", person.mailed_code().await);
    for picture in
        [selfie_rotated_gps(), blocked(), Picture { content_type: "image/jpeg", bytes: selfie_rotated_gps().bytes[..9_000].to_vec() }]
    {
        let upload = person.upload(&picture).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        let placed = person
            .call(Method::POST, "/v1/generations", Some(&body), &[browser.as_slice(), &[("idempotency-key", &new_key())]].concat())
            .await;
        person.settled(&text(&placed.json(), "generation_id")).await;
    }
    for path in ["/v1/me", "/v1/generations", "/v1/generations/127.0.0.77", "/v1/styles", "/v1/nowhere/127.0.0.77"] {
        person.call(Method::GET, path, None, &browser).await;
    }
    let told = json!({ "device_id": "dev_019aa60f3b407d21a4c58e9f01234567", "actions": [{ "action": "page-viewed", "context": "home" }] });
    assert_eq!(person.call(Method::POST, "/v1/events", Some(&told), &browser).await.status, 204);
    assert_eq!(person.call(Method::POST, "/v1/feedback", Some(&json!({ "text": "Hi" })), &browser).await.status, 201);
    for path in ["/v1/events", "/v1/feedback"] {
        let hostile = json!({ "device_id": person.email, "text": person.email, "contact": "127.0.0.77", "actions": ["127.0.0.77"] });
        assert_eq!(person.call(Method::POST, path, Some(&hostile), &browser).await.status, 400, "{path}");
    }
    let malformed = json!({ "email": person.email, "more": person.email });
    assert_problem(&person.call(Method::POST, "/v1/auth/codes", Some(&malformed), &browser).await, 400, "body-malformed");
    assert_problem(&person.send_code(&format!("{} 127.0.0.77", person.email)).await, 400, "field-invalid");
    // A waiting generation: its message is in a queue during the hunt.
    cloud.settle(Duration::from_secs(60)).await.unwrap();
    cloud.pause_queue("GenerationQueued").await.unwrap();
    person.start(&person.upload(&selfie()).await).await;
    (person, code)
}

/// Invariant: No personal data is in a log, a message or a URL.
#[test]
fn an_11_nothing_that_is_kept_knows_the_person_the_place_or_the_camera() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, code) = live(&cloud).await;
        let needles = needles(&person.email, &code);
        let found = hunt(&cloud, &needles).await;
        let leaks: Vec<_> = found.iter().filter(|(needle, place)| !is_allowed(needle, place)).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert!(found.iter().any(|(needle, _)| needle.name == "the e-mail address"), "the hunt sees tables: the account's own row");
        assert!(mailbox::all(&cloud).await.iter().all(|mail| mail.to == [person.email.as_str()]), "mail goes to its owner alone");
        cloud.stop().await;
    });
}

/// The text of the bubble, which occurs nowhere else.
const WORDS: &str = "Quokka lighthouse 4711";

/// The places of the words.
async fn hunt_words(cloud: &TestCloud) -> BTreeSet<String> {
    hunt(cloud, &[Needle::text("the words", WORDS)]).await.into_iter().map(|(_, place)| place).collect()
}

#[test]
fn an_07_what_a_bubble_says_is_on_its_row_while_the_generation_runs_and_nowhere_else_ever() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let extras = json!({ "stickers": ["whatsapp"], "bubble": { "text": WORDS, "side": "left" } });
        let refused = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1, "bubble": { "text": WORDS, "side": WORDS } });
        assert_problem(&person.start_as(&new_key(), &refused).await, 400, "field-invalid");

        // From the last step back, so that the generations stop at their places.
        cloud.pause_queue("DrawingReady").await.unwrap();
        let delivered = person.quick_generation_with(1, extras.clone()).await;
        let finishing = person.quick_generation_with(1, extras.clone()).await;
        for generation in [&delivered, &finishing] {
            person.reaches(generation, &["finishing"]).await;
        }
        cloud.pause_queue("ScreeningPassed").await.unwrap();
        let (drawing, stuck) =
            (person.quick_generation_with(1, extras.clone()).await, person.quick_generation_with(1, extras.clone()).await);
        for generation in [&drawing, &stuck] {
            person.reaches(generation, &["drawing"]).await;
        }
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let queued = person.quick_generation_with(1, extras.clone()).await;
        let refusable = person.start_with(&person.upload(&blocked()).await, "soft-anime", 1, extras.clone()).await;
        let damaged = Picture { content_type: "image/jpeg", bytes: selfie().bytes[..5_000].to_vec() };
        let damaged = person.start_with(&person.upload(&damaged).await, "soft-anime", 1, extras).await;
        let running = [&delivered, &finishing, &drawing, &stuck, &queued, &refusable, &damaged];
        let rows = running.map(|generation| format!("StudioTable ACC#{} GEN#{generation} bubble_text", person.account));
        assert_eq!(hunt_words(&cloud).await, rows.into_iter().collect());

        // Every end, from every state.
        for generation in [&finishing, &drawing, &queued] {
            assert_eq!(person.delete(&format!("/v1/generations/{generation}")).await.status, 204);
        }
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.resume_queue("DrawingReady").unwrap();
        for (generation, state) in [(&delivered, "done"), (&refusable, "blocked"), (&damaged, "failed")] {
            assert_eq!(person.settled(generation).await["state"], state);
        }
        for minutes in [31, 62, 93, 124] {
            // Its message is lost: what only waits is not given up.
            let url = cloud.queues()["ScreeningPassed"].url.clone();
            cloud.clients().sqs.purge_queue().queue_url(url).send().await.unwrap();
            cloud.set_clock_offset(minutes * 60);
            cloud.fire_schedule("every-minute-end-stuck").await.unwrap();
        }
        assert_eq!(person.generation(&stuck).await["reason"], "timed-out");
        cloud.resume_queue("ScreeningPassed").unwrap();
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        assert_eq!(hunt_words(&cloud).await, BTreeSet::new());
        assert!(mailbox::all(&cloud).await.iter().all(|mail| !format!("{mail:?}").contains("Quokka")));
        let answer = person.generation(&delivered).await;
        assert!(answer["deliverables"].as_array().unwrap().iter().any(|file| file["kind"] == "speech-bubble"), "it was drawn");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn the_hunter_finds_what_is_planted() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let needles = needles("somebody@example.com", "code is 123456");
        assert_eq!(hunt(&cloud, &needles).await.len(), 0);

        put_object(&cloud, "uploads/a/b/original", &selfie_rotated_gps().bytes).await;
        put_object(&cloud, "generated/a/b/bundle.zip", &hunter::zipped("a.txt", b"at 35.6583 and 127.0.0.77")).await;
        put_object(&cloud, "generated/a/b/1.bin", &"CanaryCam-7".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).await;
        put_object(&cloud, "generated/a/b/2.bin", b"x").await;
        let mut row = rows_of(&cloud, "FleetingTable", "session").await.remove(0);
        row.attributes.insert("pk".into(), json!("SES#planted"));
        row.attributes.insert("deep".into(), json!({ "list": [hex::encode("SERIAL-CANARY-0042"), "somebody%40example.com"] }));
        put_row(&cloud, &row).await;
        cloud.pause_queue("DrawingReady").await.unwrap();
        crate::harness::store::tell(&cloud, "DrawingReady", "acc_127.0.0.77", "gen_x").await;
        // As if the platform had logged it: no route logs it.
        std::fs::write(cloud_log(&cloud), "GET /v1/me from 127.0.0.77\n").unwrap();

        let found = hunt(&cloud, &needles).await;
        let has = |name: &str, place: &str| found.iter().any(|(needle, at)| needle.name == name && at.contains(place));
        for (name, place) in [
            ("the camera", "uploads/a/b/original"),
            ("latitude", "uploads/a/b/original"),
            ("longitude", "uploads/a/b/original"),
            ("when it was taken", "uploads/a/b/original"),
            ("the position", "bundle.zip/a.txt"),
            ("the network address", "bundle.zip/a.txt"),
            ("the camera", "generated/a/b/1.bin"),
            ("the serial number", "FleetingTable"),
            ("the e-mail address", "FleetingTable"),
            ("the network address", "queue DrawingReady"),
            ("the network address", "log planted.log"),
        ] {
            assert!(has(name, place), "{name} in {place} is not found: {found:#?}");
        }
        assert!(!found.iter().any(|(_, place)| place.contains("2.bin")));
        drop(person);
        cloud.stop().await;
    });
}

/// A log file that no process writes to.
fn cloud_log(cloud: &TestCloud) -> std::path::PathBuf {
    cloud.logs_folder().join("planted.log")
}
