//! Signing in by a mailed code (AN-01), and the session's cookie (AN-14, AN-15).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::harness::person::{expect, network};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run, shared, store};

#[test]
fn an_01_a_code_works_once() {
    run(async {
        let mut person = Person::visitor(shared().await);
        person.sign_in().await;
        let used = person.mailed_code().await;
        assert_problem(&person.send_code(&used).await, 401, "code-refused");
    });
}

#[test]
fn an_01_a_newer_code_replaces_the_older() {
    run(async {
        let person = Person::visitor(shared().await);
        person.ask_for_code().await;
        let older = person.mailed_code().await;
        person.ask_for_code().await;
        let newer = person.mailed_code().await;
        if older != newer {
            assert_problem(&person.send_code(&older).await, 401, "code-refused");
        }
        assert_eq!(person.send_code(&newer).await.status, 201);
    });
}

#[test]
fn an_01_five_attempts_and_a_code_is_dead_however_many_try_at_once() {
    run(async {
        let cloud = shared().await;
        let person = Person::visitor(cloud);
        person.ask_for_code().await;
        let right = person.mailed_code().await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let replies = join_all((0..50).map(|_| person.send_code(wrong))).await;
        for reply in &replies {
            assert_problem(reply, 401, "code-refused");
        }
        let codes = store::rows_of(cloud, "FleetingTable", "sign-in-code").await;
        assert!(codes.iter().all(|code| code.number("attempts") <= 5));
        assert!(codes.iter().any(|code| code.number("attempts") == 5), "fifty attempts count as five");
        assert_problem(&person.send_code(&right).await, 401, "code-refused");
    });
}

#[test]
fn an_01_nobody_learns_whether_an_address_is_known() {
    run(async {
        let cloud = TestCloud::start().await;
        let known = Person::signed_in(&cloud).await;
        let unknown = Person::visitor(&cloud);
        let calls = async |person: &Person<'_>| {
            cloud.reset_calls();
            let reply = person.ask_for_code().await;
            let calls: Vec<String> = cloud.calls().iter().map(|call| call.operation.clone()).collect();
            (reply.status, reply.body, calls)
        };
        assert_eq!(calls(&known).await, calls(&unknown).await);
        let (known, unknown) = (known.send_code("0").await, unknown.send_code("0").await);
        let without_id = |reply: &local_cloud::Reply| {
            let mut json = reply.json();
            json["request_id"] = Value::Null;
            (reply.status, json)
        };
        assert_eq!(without_id(&known), without_id(&unknown));
        cloud.stop().await;
    });
}

/// A stranger who knows the address replaces no code of its owner, burns none and uses none, and cannot lock the owner out from one network.
#[test]
fn an_01_a_code_is_good_in_the_browser_that_asked_for_it_alone() {
    run(async {
        let cloud = shared().await;
        let owner = Person::visitor(cloud);
        let (mut stranger, mut without) = (Person::visitor(cloud), Person::visitor(cloud));
        stranger.email.clone_from(&owner.email);
        without.email.clone_from(&owner.email);
        assert_eq!(owner.ask_for_code().await.status, 202);
        let code = owner.mailed_code().await;
        for _ in 0..5 {
            assert_eq!(stranger.ask_for_code().await.status, 202);
            for _ in 0..3 {
                if stranger.mailed_code().await != code {
                    assert_problem(&stranger.send_code(&code).await, 401, "code-refused");
                }
            }
        }
        let refused = stranger.ask_for_code().await;
        assert_problem(&refused, 429, "rate-limited");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_problem(&without.send_code(&code).await, 401, "code-refused");
        assert_eq!(owner.send_code(&code).await.status, 201);
        assert_eq!(owner.ask_for_code().await.status, 202, "and the owner can ask again");
    });
}

#[test]
fn an_01_the_cookie_of_a_sign_in_ends_with_its_code() {
    run(async {
        let person = Person::visitor(shared().await);
        let asked = person.ask_for_code().await;
        let cookie = asked.header("set-cookie");
        assert!(cookie.starts_with("sign-in=") && cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{cookie}");
        let entered = person.send_code(&person.mailed_code().await).await;
        let cookies: Vec<_> = entered.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(cookies.len() == 2 && cookies[0].starts_with("session=") && cookies[1].starts_with("sign-in=; "), "{cookies:?}");
    });
}

#[test]
fn a_mailbox_has_its_starter_credits_once() {
    run(async {
        let cloud = shared().await;
        let first = Person::signed_in(cloud).await;
        let mut again = Person::visitor(cloud);
        again.email = first.email.replace('@', "+again@");
        again.sign_in().await;
        assert_eq!((first.wallet().await, again.wallet().await), ((3, 0), (0, 0)));
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn a_closed_session_beside_an_open_one_signs_nobody_out() {
    run(async {
        let cloud = shared().await;
        let mut person = Person::signed_in(cloud).await;
        let first = person.clone();
        person.sign_in().await;
        for (open, closed) in [(&first, &person), (&person, &first)] {
            if closed.get("/v1/me").await.status == 200 {
                assert_eq!(closed.delete("/v1/auth/sessions").await.status, 204);
            }
            if open.get("/v1/me").await.status != 200 {
                continue;
            }
            for cookie in [format!("{}; {}", open.cookie, closed.cookie), format!("{}; session=1; {}", closed.cookie, open.cookie)] {
                let mut both = open.clone();
                both.cookie = cookie;
                assert_eq!(both.get("/v1/me").await.status, 200);
            }
        }
    });
}

/// What the service may spend in a day is spent: nothing is mailed, no account is opened, and a line of the log tells the alarm.
#[test]
fn a_spent_budget_is_said_and_logged() {
    run(async {
        let cloud = TestCloud::with(&[("MailsPerDay", "2"), ("StarterCreditsPerDay", "4")]).await;
        let mut first = Person::visitor(&cloud);
        first.sign_in().await;
        let second = Person::visitor(&cloud);
        assert_eq!(second.ask_for_code().await.status, 202);
        let refused = second.send_code(&second.mailed_code().await).await;
        assert_problem(&refused, 503, "budget-spent");
        let refused = Person::visitor(&cloud).ask_for_code().await;
        assert_problem(&refused, 503, "budget-spent");
        assert!((1..=86_400).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
        for (function, budget) in [("auth-codes-create", "mails"), ("auth-sessions-create", "starter-credits")] {
            let log = cloud.logs(function);
            let line = log.lines().find(|line| line.contains("budget is spent")).unwrap_or_else(|| panic!("{log}"));
            assert!(line.contains("ERROR") && line.contains(budget), "{line}");
        }
        cloud.stop().await;
    });
}

#[test]
fn an_01_a_code_lives_ten_minutes() {
    run(async {
        let cloud = TestCloud::start().await;
        let (in_time, late) = (Person::visitor(&cloud), Person::visitor(&cloud));
        in_time.ask_for_code().await;
        late.ask_for_code().await;
        cloud.set_clock_offset(9 * 60);
        assert_eq!(in_time.send_code(&in_time.mailed_code().await).await.status, 201);
        cloud.set_clock_offset(10 * 60 + 1);
        assert_problem(&late.send_code(&late.mailed_code().await).await, 401, "code-refused");
        cloud.stop().await;
    });
}

#[test]
fn the_starter_credits_are_granted_once() {
    run(async {
        let cloud = shared().await;
        let mut person = Person::signed_in(cloud).await;
        let account = person.account.clone();
        person.sign_in().await;
        assert_eq!((person.account.as_str(), person.wallet().await), (account.as_str(), (3, 0)));
        let pk = format!("ACC#{account}");
        let ledger = store::rows_of(cloud, "AccountsTable", "ledger-entry").await;
        assert_eq!(ledger.iter().filter(|entry| entry.text("pk") == pk).count(), 1);
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn two_first_sign_ins_at_once_open_one_account() {
    run(async {
        let cloud = shared().await;
        let person = Person::visitor(cloud);
        person.ask_for_code().await;
        let code = person.mailed_code().await;
        let replies = join_all((0..8).map(|_| person.send_code(&code))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        let profiles = store::rows_of(cloud, "AccountsTable", "account").await;
        assert_eq!(profiles.iter().filter(|profile| profile.text("email") == person.email).count(), 1);
        ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
    });
}

#[test]
fn an_14_a_session_is_a_token_of_thirty_days_in_a_cookie_no_script_reads() {
    run(async {
        let mut person = Person::visitor(shared().await);
        let reply = person.sign_in().await;
        let cookie = reply.header("set-cookie");
        let token = cookie
            .strip_prefix("session=")
            .and_then(|cookie| cookie.strip_suffix("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"))
            .unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 2_592_000);
    });
}

#[test]
fn an_14_a_session_ends_after_thirty_days() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        cloud.set_clock_offset(30 * 86_400 - 60);
        assert_eq!(person.get("/v1/me").await.status, 200);
        cloud.set_clock_offset(30 * 86_400 + 1);
        assert_problem(&person.get("/v1/me").await, 401, "signed-out");
        cloud.stop().await;
    });
}

#[test]
fn the_twenty_first_sign_in_ends_the_oldest_session_and_no_other() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut person = Person::visitor(&cloud);
        let mut sessions = Vec::new();
        let mut enter = async || {
            // One network gets a part of an address's codes.
            person = person.clone().through(network());
            person.sign_in().await;
            person.clone()
        };
        sessions.push(enter().await);
        // An address gets twenty codes an hour.
        cloud.set_clock_offset(3600);
        for _ in 1..20 {
            sessions.push(enter().await);
        }
        assert_eq!(sessions[0].get("/v1/me").await.status, 200, "twenty is not too many");
        sessions.push(enter().await);
        assert_open(&sessions, &sessions[1..]).await;

        // A session that was closed is no loss when its turn comes.
        assert_eq!(sessions[1].delete("/v1/auth/sessions").await.status, 204);
        cloud.set_clock_offset(2 * 3600);
        sessions.push(enter().await);
        assert_open(&sessions, &sessions[2..]).await;
        let rows = store::rows_of(&cloud, "FleetingTable", "session").await;
        assert_eq!(rows.len(), 20);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// Asserts that these of all sessions are open, and the others closed.
async fn assert_open(all: &[Person<'_>], open: &[Person<'_>]) {
    let closed = &all[..all.len() - open.len()];
    for person in closed {
        assert_problem(&person.get("/v1/me").await, 401, "signed-out");
    }
    for person in open {
        assert_eq!(person.get("/v1/me").await.status, 200);
    }
}

#[test]
fn a_sign_in_to_an_account_that_is_gone_is_refused_like_a_wrong_code() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let sessions = async || store::rows_of(&cloud, "FleetingTable", "session").await.len();
        store::remove_row(&cloud, "AccountsTable", &format!("ACC#{}", person.account), "PROFILE").await;
        person.ask_for_code().await;
        assert_problem(&person.send_code(&person.mailed_code().await).await, 401, "code-refused");
        assert_eq!((sessions().await, store::rows_of(&cloud, "AccountsTable", "account").await.len()), (1, 0), "nothing was written");
        cloud.stop().await;
    });
}

#[test]
fn an_15_no_cookie_but_the_session_and_that_of_a_sign_in_is_ever_set() {
    run(async {
        let mut person = Person::visitor(shared().await);
        let signed_in = person.sign_in().await;
        let replies = [
            person.get("/v1/styles").await,
            person.get("/v1/me").await,
            person.get("/v1/generations").await,
            person.get("/v1/generations/x").await,
            person.post("/v1/uploads", &json!({ "content_type": "image/png", "bytes": 5 })).await,
        ];
        for reply in replies {
            assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 0, "{:?}", reply.headers);
        }
        let set: Vec<_> = signed_in.headers.get_all("set-cookie").iter().collect();
        let names: Vec<_> = set.iter().map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap()).collect();
        assert_eq!(names, ["session", "sign-in"], "{set:?}");
    });
}

#[test]
fn what_is_no_address_and_what_is_no_body_is_refused() {
    run(async {
        let person = Person::visitor(shared().await);
        for address in ["", "a", "@", "a@", "@b", "a b@c.de", "a@b@c", "a@b\nbcc: x@y.z", &format!("{}@example.com", "a".repeat(300))] {
            assert_problem(&person.post("/v1/auth/codes", &json!({ "email": address })).await, 400, "field-invalid");
            assert_problem(&person.post("/v1/auth/sessions", &json!({ "email": address, "code": "000000" })).await, 400, "field-invalid");
        }
        for body in [json!({}), json!({ "email": 1 }), json!({ "email": "a@b.cd", "more": 1 }), json!([]), Value::Null] {
            assert_problem(&person.post("/v1/auth/codes", &body).await, 400, "body-malformed");
        }
        let path = "/v1/auth/codes";
        let json = [("content-type", "application/json")];
        assert_problem(&person.send(Method::POST, path, &json, "{").await, 400, "body-malformed");
        assert_problem(&person.send(Method::POST, path, &json, vec![0xff, 0xfe]).await, 400, "body-malformed");
        assert_problem(&person.send(Method::POST, path, &json, " ".repeat(17 * 1024)).await, 413, "body-too-large");
        assert_problem(&person.send(Method::POST, path, &[("content-type", "text/plain")], "{}").await, 415, "media-type-unsupported");
        assert_problem(&person.send(Method::POST, path, &[], "{}").await, 415, "media-type-unsupported");
    });
}

#[test]
fn an_02_a_code_is_mailed_once_to_its_address_alone() {
    run(async {
        let cloud = shared().await;
        let person = Person::visitor(cloud);
        expect(person.ask_for_code().await, 202);
        let mails = mailbox::all(cloud).await;
        let mine: Vec<_> = mails.iter().filter(|mail| mail.to.contains(&person.email)).collect();
        assert!(mine.len() == 1 && mine[0].to.len() == 1, "{mine:?}");
        let code = person.mailed_code().await;
        assert!(!mine[0].subject.contains(&code), "the subject shows on locked screens");
    });
}

#[test]
fn an_69_codes_of_an_address_are_limited_and_the_refusal_says_when_to_come_back() {
    run(async {
        let person = Person::visitor(shared().await);
        let before = hour();
        let replies = join_all((0..24).map(|_| person.ask_for_code())).await;
        let refused: Vec<_> = replies.iter().filter(|reply| reply.status != 202).collect();
        for reply in &refused {
            assert_problem(reply, 429, "rate-limited");
            let wait: u64 = reply.header("retry-after").parse().unwrap();
            assert!((1..=3600).contains(&wait), "{wait}");
        }
        // One network gets five. If the hour changes in between, a new window opens.
        assert!(refused.len() == 19 || hour() != before, "{} of 24 were refused", refused.len());
    });
}

/// The hour, counted from 1970: the window of the limits.
fn hour() -> i64 {
    jiff::Timestamp::now().as_second() / 3600
}
