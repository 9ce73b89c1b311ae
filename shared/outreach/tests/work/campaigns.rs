//! Mails to many people.

use std::time::Duration;

use kernel::{Language, SignedDuration, Timestamp};
use outreach::{Campaign, CampaignKind, CampaignState, Mail, MailEvent, MailEventKind, Standing, Texts};
use policy::Change;
use policy::diff::Thing;
use testkit::{Kind, When, builders};

use crate::world::{FAULTS, World};

/// Seven people: two pages and one. Bob and Dora asked for news, Emil did and stopped, mail to Farah comes back, and Gus asked and called ours spam.
async fn people() -> World {
    let world = World::new();
    world.person("ada", "en");
    for (name, locale) in [("bob", "ja-JP"), ("dora", "de"), ("emil", "en"), ("gus", "en")] {
        let caller = world.person(name, locale);
        world.opt_in(&caller).await;
    }
    world.person("chen", "ja");
    world.person("farah", "en");
    world.unsubscribe(&World::token("emil")).await.unwrap().unwrap();
    for (name, kind) in [("farah", MailEventKind::Bounce), ("gus", MailEventKind::Complaint)] {
        world.note(&MailEvent { kind, address: Some(World::key(name)), campaign: None }).await.unwrap().unwrap();
    }
    world
}

const NOTICED: [&str; 5] = ["ada", "bob", "chen", "dora", "emil"];
const SUBSCRIBED: [&str; 2] = ["bob", "dora"];

fn notice(world: &World) -> CampaignKind {
    CampaignKind::Notice { from: world.now() + SignedDuration::from_hours(24 * 30) }
}

async fn counted(world: &World, kind: CampaignKind) {
    world.open(kind);
    world.settle().await;
}

fn start(world: &World) {
    world.change_campaign(Campaign::started);
}

#[tokio::test]
async fn an_72_a_dry_run_counts_everybody_and_writes_to_nobody() {
    let world = people().await;
    counted(&world, notice(&world)).await;
    let campaign = world.campaign();
    assert_eq!((campaign.state, campaign.place), (CampaignState::Counted, None));
    let counts = campaign.counts;
    assert_eq!((counts.people, counts.eligible, counts.suppressed, counts.unsubscribed, counts.sent), (7, 5, 2, 0, 0));
    assert!(world.mailer.sent().is_empty() && world.database.rows().campaign_mails.is_empty());

    // Only the operator's start begins the mails, and a message that comes again begins nothing.
    world.deliver().await.unwrap().unwrap();
    assert!(world.mailer.sent().is_empty());
    start(&world);
    world.settle().await;
    assert_eq!(world.mailed(), NOTICED);
    let campaign = world.campaign();
    assert_eq!((campaign.state, campaign.counts.sent, campaign.counts.unclear), (CampaignState::Done, 5, 0));
    world.deliver().await.unwrap().unwrap();
    assert_eq!(world.mailed(), NOTICED, "what is done is done");
}

#[tokio::test]
async fn an_72_a_notice_says_from_when_and_in_the_language_of_its_reader() {
    let world = people().await;
    counted(&world, CampaignKind::Notice { from: "2030-02-01T00:00:00Z".parse().unwrap() }).await;
    start(&world);
    world.settle().await;
    for (to, mail) in world.mailer.sent().iter() {
        let letter = mail.letter(to.language);
        let is_japanese = ["bob@example.org", "chen@example.org"].contains(&to.email.as_str());
        assert_eq!(to.language == Language::Japanese, is_japanese);
        assert!(letter.text.contains(if is_japanese { "2030年2月1日" } else { "1 February 2030" }), "{}", letter.text);
        assert!(letter.text.contains("https://nigao.example.org/privacy"));
    }
}

/// The notice that the policy makes of its changes is the file of words that `make campaign` reads. Nobody has to have asked for it.
#[test]
fn ip_17_an_72_the_notice_of_a_change_of_the_policy_is_the_words_of_a_campaign_to_everybody() {
    let change = Change::LostExport { data: Thing { en: "The balance of credits".into(), ja: "クレジットの残高".into() } };
    let notice = policy::Notice::of(std::slice::from_ref(&change), "2030-02-01".parse().unwrap()).unwrap();
    let texts: Texts = serde_json::from_value(serde_json::to_value(&notice).unwrap()).unwrap();
    let kind = CampaignKind::Notice { from: "2030-02-01T00:00:00Z".parse().unwrap() };
    let campaign = Campaign::new("policy-2030-02".parse().unwrap(), kind, texts, Timestamp::UNIX_EPOCH);
    for language in Language::ALL {
        let words = notice.words(language);
        let mail = campaign.mail(&Standing::default(), language, &builders::pepper(), "https://nigao.example.org").unwrap();
        let letter = mail.letter(language);
        assert_eq!(letter.subject, words.subject, "the template's own subject says the same day");
        assert!(letter.text.contains(&change.sentence(language)), "{}", letter.text);
        assert!(words.text.split("\n\n").all(|paragraph| letter.text.contains(paragraph)), "{}", letter.text);
    }
}

#[tokio::test]
async fn an_04_marketing_goes_to_those_who_asked_for_it_and_to_nobody_else() {
    let world = people().await;
    counted(&world, CampaignKind::Marketing).await;
    let counts = world.campaign().counts;
    assert_eq!((counts.people, counts.eligible, counts.suppressed, counts.unsubscribed), (7, 2, 2, 3));
    // One who stops between the dry run and the mails gets none.
    world.unsubscribe(&World::token("dora")).await.unwrap().unwrap();
    start(&world);
    world.settle().await;
    assert_eq!(world.mailed(), ["bob"]);
    let sent = world.mailer.sent();
    let (to, Mail::Marketing(mail)) = &sent[0] else { panic!("no marketing") };
    assert_eq!(mail.consent().address(), &World::key("bob"));
    let letter = sent[0].1.letter(to.language);
    assert!(letter.headers.iter().any(|(name, value)| *name == "List-Unsubscribe" && value.contains(&World::token("bob"))));
}

/// Killed, refused or left without an answer at every call of the whole campaign: each person gets one mail.
#[tokio::test]
async fn an_02_an_72_whoever_dies_everybody_gets_one_mail() {
    for (kind, whom) in [(None, &NOTICED[..]), (Some(CampaignKind::Marketing), &SUBSCRIBED[..])] {
        let calls = {
            let world = people().await;
            let before = world.faults.calls().len();
            counted(&world, kind.unwrap_or(notice(&world))).await;
            start(&world);
            world.settle().await;
            world.faults.calls().len() - before
        };
        for (when, fault) in FAULTS {
            for nth in 0..calls {
                let world = people().await;
                world.faults.fail(nth, when, fault);
                // The faults strike the events' calls too: those come again.
                let kind = kind.unwrap_or(notice(&world));
                counted_with_repetitions(&world, kind).await;
                start(&world);
                world.settle().await;
                assert_eq!(world.mailed(), whom, "{when:?} {fault:?} at call {nth}");
                let campaign = world.campaign();
                assert_eq!((campaign.state, campaign.counts.unclear), (CampaignState::Done, 0), "{when:?} {fault:?} at call {nth}");
            }
        }
    }
}

async fn counted_with_repetitions(world: &World, kind: CampaignKind) {
    world.open(kind);
    world.settle().await;
    assert_eq!(world.campaign().state, CampaignState::Counted);
    assert_eq!(world.campaign().counts.people, 7, "nobody is counted twice");
}

/// Two deliveries of one message at once, and a third after both.
#[tokio::test]
async fn an_02_a_message_that_comes_twice_writes_to_nobody_twice() {
    for seed in 0..20 {
        let world = people().await;
        counted(&world, notice(&world)).await;
        start(&world);
        world.faults.interleave(seed);
        for _ in 0..6 {
            let (one, two) = tokio::join!(world.deliver(), world.deliver());
            assert!(one.unwrap().is_ok() && two.unwrap().is_ok());
        }
        world.tell_of_mails().await;
        world.settle().await;
        assert_eq!(world.mailed(), NOTICED, "seed {seed}");
    }
}

#[tokio::test]
async fn a_campaign_keeps_to_its_rate_and_backs_off_where_the_service_says_so() {
    let world = people().await;
    counted(&world, notice(&world)).await;
    start(&world);
    world.queue.waiting().clear();
    world.deliver().await.unwrap().unwrap();
    let sent = world.mailed().len() as u64;
    assert!(sent > 0);
    assert_eq!(world.queue.waiting()[0].1, Duration::from_secs(sent), "sixty a minute");

    world.faults.down("mailer.send", Kind::Busy);
    world.deliver().await.unwrap().unwrap();
    assert_eq!(world.queue.waiting()[1].1, Duration::from_secs(60));
    assert_eq!(world.mailed().len() as u64, sent);
    world.faults.clear();
    world.settle().await;
    assert_eq!(world.mailed(), NOTICED, "nobody was lost by it");
}

#[tokio::test]
async fn it_stops_where_too_many_mails_are_called_spam_and_goes_on_when_told() {
    let world = World::new();
    for index in 0..30 {
        world.person(&format!("p{index:02}"), "en");
    }
    counted(&world, notice(&world)).await;
    start(&world);
    world.deliver().await.unwrap().unwrap();
    world.tell_of_mails().await;
    let mailed = world.mailed();
    for name in &mailed[..2] {
        let event =
            MailEvent { kind: MailEventKind::Complaint, address: Some(World::key(name)), campaign: Some("winter".parse().unwrap()) };
        world.note(&event).await.unwrap().unwrap();
    }
    world.settle().await;
    assert_eq!((world.mailed(), world.campaign().state), (mailed, CampaignState::Stopped));
    // A second thought of the operator: it goes on, and stops again at once.
    start(&world);
    world.settle().await;
    assert_eq!(world.campaign().state, CampaignState::Stopped);
}

/// The service accepted a mail, its worker died, and the event of it is lost: then a second mail goes, once.
#[tokio::test]
async fn a_mail_whose_fate_nobody_tells_is_sent_again_once() {
    let world = World::new();
    world.person("ada", "en");
    counted(&world, notice(&world)).await;
    start(&world);
    world.faults.down_when("mailer.send", When::After, Kind::Crash);
    assert!(world.deliver().await.is_err());
    world.faults.clear();
    world.deliver().await.unwrap().unwrap();
    assert_eq!((world.mailed().len(), world.campaign().counts.unclear, world.campaign().pass), (1, 0, 2), "it is looked at again later");
    world.clock.advance(SignedDuration::from_mins(15));
    world.deliver().await.unwrap().unwrap();
    assert_eq!((world.mailed().len(), world.campaign().state), (2, CampaignState::Done));
}
