//! Codes, sign-ins, sessions and profiles.

use accounts::{EmailKey, Issued, IssuedCode, Salt, SignIn};
use futures_util::future::join_all;
use kernel::{AccountId, AccountSession, Email, Failure, Language, Reason, SignedDuration, Timestamp, limits};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// A code allows five attempts and expires after ten minutes, and a newer one of the same browser replaces it (AN-01).
pub async fn codes(stores: &Stores) {
    let (email, address) = (stores.address(), stores.network());
    let slot = stores.slot(&email);
    assert!(!stores.attempt(&slot).await.unwrap());
    let stored = async || stores.guesses.find(&slot, stores.now()).await.unwrap().code;
    let code = stores.code(&slot, "111111", address).await;
    stores.codes.issue(&code).await.unwrap();
    for _ in 0..limits::CODE_ATTEMPTS {
        assert!(stores.attempt(&slot).await.unwrap());
        assert!(stored().await.unwrap().matches(&code.hash));
    }
    assert!(!stores.attempt(&slot).await.unwrap(), "the attempts are used up");
    let newer = stores.code(&slot, "222222", address).await;
    stores.codes.issue(&newer).await.unwrap();
    assert!(stores.attempt(&slot).await.unwrap());
    assert!(stored().await.unwrap().matches(&newer.hash), "a newer code replaces it");
    stores.later(SignedDuration::from_mins(10));
    assert!(!stores.attempt(&slot).await.unwrap(), "ten minutes are over");
    assert!(stored().await.is_none());
}

/// Codes of different browsers for one address stand side by side: nobody replaces or uses up another's (AN-01).
pub async fn codes_of_browsers(stores: &Stores) {
    let email = stores.address();
    let owner = stores.issue(&email, "111111").await;
    let stranger = stores.issue(&email, "222222").await;
    for _ in 0..=limits::CODE_ATTEMPTS {
        stores.attempt(&stranger.slot).await.unwrap();
    }
    assert!(!stores.attempt(&stores.slot(&email)).await.unwrap(), "a browser that did not ask");
    assert!(stores.attempt(&owner.slot).await.unwrap());
    assert!(stores.guesses.find(&owner.slot, stores.now()).await.unwrap().code.unwrap().matches(&owner.hash));
}

/// A code for an address that gets no mail is stored and counted like any other, so that no answer tells it from others.
pub async fn suppressed_codes(stores: &Stores, suppress: impl AsyncFn(EmailKey, Timestamp)) {
    let (email, line) = (stores.address(), stores.network());
    let ask = async || stores.codes.issue(&stores.code(&stores.slot(&email), "111111", line).await).await;
    assert_eq!(ask().await.unwrap(), Issued::ToBeMailed);
    suppress(builders::pepper().email_key(&email), stores.now() + SignedDuration::from_hours(48)).await;
    for _ in 1..limits::CODES_PER_HOUR_FROM_A_BLOCK.most {
        assert_eq!(ask().await.unwrap(), Issued::Suppressed);
    }
    assert_eq!(reason(ask().await), Some(Reason::RateLimited), "it is counted");
    let code = stores.code(&stores.slot(&email), "222222", stores.network()).await;
    assert_eq!(stores.codes.issue(&code).await.unwrap(), Issued::Suppressed);
    assert!(stores.attempt(&code.slot).await.unwrap(), "it is stored");
    let other = stores.code(&stores.slot(&stores.address()), "111111", stores.network()).await;
    assert_eq!(stores.codes.issue(&other).await.unwrap(), Issued::ToBeMailed);
    stores.later(SignedDuration::from_hours(48));
    assert_eq!(ask().await.unwrap(), Issued::ToBeMailed, "it ends with its time");
}

/// How many codes are mailed: to an address in an hour and a day, of which one block of the network has its part; and from a network, whoever they are
/// for (AN-69).
pub async fn limits_of_codes(stores: &Stores) {
    let email = stores.address();
    let ask = async |email: &Email, address| stores.codes.issue(&stores.code(&stores.slot(email), "111111", address).await).await;
    let asked = async |email: &Email, address| {
        let mut asked = 0;
        while ask(email, address).await.is_ok() {
            asked += 1;
        }
        assert_eq!(reason(ask(email, address).await), Some(Reason::RateLimited));
        asked
    };
    let block = stores.network();
    assert_eq!(asked(&email, block).await, limits::CODES_PER_HOUR_FROM_A_BLOCK.most);
    let mut of_others = 0;
    for _ in 0..8 {
        of_others += asked(&email, stores.network()).await;
    }
    assert_eq!(of_others, limits::CODES_PER_HOUR.most - limits::CODES_PER_HOUR_FROM_A_BLOCK.most);
    stores.later(SignedDuration::from_hours(1));
    assert_eq!(asked(&email, block).await, limits::CODES_PER_DAY_FROM_A_BLOCK.most - limits::CODES_PER_HOUR_FROM_A_BLOCK.most);
    stores.later(SignedDuration::from_hours(1));
    assert_eq!(asked(&email, block).await, 0, "the day's part of a block");
    let refused = ask(&email, block).await;
    assert!(matches!(refused, Err(Failure::Busy { retry_after, .. }) if retry_after.as_secs() > 3600), "until the day ends");
    assert!(ask(&email, stores.network()).await.is_ok(), "another block has its own");
    stores.later(SignedDuration::from_hours(24));
    assert!(ask(&email, block).await.is_ok());

    let line = stores.network();
    for _ in 0..limits::CODES_PER_HOUR_FROM_A_LINE.most {
        ask(&stores.address(), line).await.unwrap();
    }
    assert_eq!(reason(ask(&stores.address(), line).await), Some(Reason::RateLimited), "whoever they are for");
}

/// Codes are mailed while the day's budget lasts; a budget of nothing sends none.
pub async fn budget_of_mails(stores: &Stores) {
    stores.turn_back(21);
    let ask = async |mails_per_day| {
        let code = stores.code(&stores.slot(&stores.address()), "111111", stores.network()).await;
        stores.codes.issue(&IssuedCode { mails_per_day, ..code }).await
    };
    assert_eq!(reason(ask(0).await), Some(Reason::BudgetSpent));
    for _ in 0..3 {
        ask(3).await.unwrap();
    }
    let refused = ask(3).await;
    assert!(matches!(&refused, Err(Failure::Busy { retry_after, .. }) if retry_after.as_secs() > 60));
    assert_eq!(reason(refused), Some(Reason::BudgetSpent));
    stores.later(SignedDuration::from_hours(24));
    ask(3).await.unwrap();
}

/// Fifty concurrent guesses count as five attempts (AN-01).
pub async fn concurrent_attempts(stores: &Stores) {
    let code = stores.issue(&stores.address(), "111111").await;
    let guesses = join_all((0..50).map(|_| stores.attempt(&code.slot))).await;
    let counted = guesses.into_iter().filter(|guess| matches!(guess, Ok(true))).count();
    assert_eq!(counted, limits::CODE_ATTEMPTS as usize);
}

/// Guesses at an address end for the day, those from one block sooner, and those from a line for the hour, whether there is a code or not (AN-01,
/// AN-69). Guesses without a code take nothing from the address.
pub async fn limits_of_guesses(stores: &Stores) {
    let (email, block) = (stores.address(), stores.network());
    let guess = async |address, times: u32| {
        let mut counted = 0;
        for _ in 0..times {
            let code = stores.issue(&email, "111111").await;
            counted += u32::from(matches!(stores.attempt_from(&code.slot, address).await, Ok(true)));
            stores.later(SignedDuration::from_mins(20));
        }
        counted
    };
    for _ in 0..limits::GUESSES_PER_DAY.most {
        assert!(!stores.attempt(&stores.slot(&email)).await.unwrap());
    }
    assert_eq!(guess(block, limits::GUESSES_PER_DAY_FROM_A_BLOCK.most + 2).await, limits::GUESSES_PER_DAY_FROM_A_BLOCK.most);
    stores.later(SignedDuration::from_hours(24));

    let mut slots = Vec::new();
    for _ in 0..=limits::GUESSES_PER_DAY.most / limits::CODE_ATTEMPTS {
        slots.push(stores.issue(&email, "111111").await.slot);
    }
    let guesses = join_all(slots.iter().flat_map(|slot| (0..limits::CODE_ATTEMPTS).map(|_| stores.attempt(slot)))).await;
    assert_eq!(guesses.iter().filter(|guess| matches!(guess, Ok(true))).count(), limits::GUESSES_PER_DAY.most as usize);

    let (line, nowhere) = (stores.network(), stores.slot(&stores.address()));
    for _ in 0..limits::GUESSES_PER_HOUR_FROM_A_LINE.most {
        assert!(!stores.attempt_from(&nowhere, line).await.unwrap());
    }
    assert_eq!(reason(stores.attempt_from(&nowhere, line).await), Some(Reason::RateLimited));
}

/// A mailbox has its first credits once, whichever of its addresses opens an account and whether another account of it is still there; a line of the
/// network opens so many accounts in a day; and the credits are granted while the day's budget lasts.
pub async fn grants(stores: &Stores) {
    stores.turn_back(31);
    let mailbox = stores.address();
    let tagged: Email = mailbox.as_str().replace('@', "+again@").parse().unwrap();
    let (first, second) = (stores.nobody(), stores.nobody());
    stores.sign_ins.open(&stores.sign_in(&mailbox, first, 3).await).await.unwrap();
    stores.sign_ins.open(&stores.sign_in(&tagged, second, 3).await).await.unwrap();
    assert_eq!((stores.balance(&first).await, stores.balance(&second).await), ((3, 0), (0, 0)));
    stores.later(SignedDuration::from_hours(365 * 24));
    let (third, late): (_, Email) = (stores.nobody(), mailbox.as_str().replace('@', "+late@").parse().unwrap());
    stores.sign_ins.open(&stores.sign_in(&late, third, 3).await).await.unwrap();
    assert_eq!(stores.balance(&third).await, (3, 0), "what is known of a mailbox ends");

    let poor = async |per_day| {
        let mut sign_in = stores.sign_in(&stores.address(), stores.nobody(), 3).await;
        sign_in.opening.as_mut().unwrap().grant.as_mut().unwrap().credits_per_day = per_day;
        stores.sign_ins.open(&sign_in).await
    };
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(reason(poor(2).await), Some(Reason::BudgetSpent));
    poor(6).await.unwrap();
    poor(6).await.unwrap();
    assert_eq!(reason(poor(6).await), Some(Reason::BudgetSpent));

    let line = stores.network();
    let open = async |credits| {
        let mut sign_in = stores.sign_in(&stores.address(), stores.nobody(), credits).await;
        sign_in.opening.as_mut().unwrap().networks = stores.networks(line, &sign_in.slot.key).await;
        stores.sign_ins.open(&sign_in).await
    };
    for _ in 0..limits::ACCOUNTS_PER_DAY_FROM_A_LINE.most {
        open(0).await.unwrap();
    }
    assert_eq!(reason(open(0).await), Some(Reason::RateLimited));
    stores.later(SignedDuration::from_hours(24));
    open(0).await.unwrap();
}

/// All who ask on a day get one salt, and those of the next another (AN-52).
pub async fn salts(stores: &Stores) {
    stores.turn_back(41);
    let ask = || stores.salts.of_day(Salt::new(&stores.randomness), stores.now());
    let all = join_all((0..10).map(|_| ask())).await;
    let first = all[0].as_ref().unwrap().clone();
    assert!(all.iter().all(|salt| salt.as_ref().is_ok_and(|salt| *salt == first)));
    stores.later(SignedDuration::from_hours(24));
    assert!(ask().await.unwrap() != first);
}

/// The first sign-in opens the account with its starter credits; a code signs in once; an address has one account (AN-01, AN-25).
pub async fn sign_ins(stores: &Stores) {
    let (email, caller) = (stores.address(), stores.nobody());
    let sign_in = stores.sign_in(&email, caller, 3).await;
    assert_eq!(stores.account_of(&sign_in.slot).await, None);
    assert_eq!(reason(stores.profiles.me(&caller).await), Some(Reason::SignedOut));
    assert!(stores.recipients.recipient_of(caller.owner()).await.unwrap().is_none());
    stores.sign_ins.open(&sign_in).await.unwrap();
    let known = stores.account_of(&sign_in.slot).await.unwrap();
    assert_eq!((known.id, known.latest.ids().collect::<Vec<_>>()), (caller.account, vec![caller.session]));
    assert!(
        stores
            .recipients
            .recipient_of(caller.owner())
            .await
            .unwrap()
            .is_some_and(|to| to.email == email && to.language == Language::English)
    );
    let me = stores.profiles.me(&caller).await.unwrap();
    assert_eq!((me.email.as_str(), me.locale.as_str(), me.created_at), (email.as_str(), "en", stores.now()));
    stores.profiles.set_locale(&caller, "ja-JP").await.unwrap();
    assert_eq!(stores.profiles.me(&caller).await.unwrap().locale, "ja-JP");
    assert!(stores.recipients.recipient_of(caller.owner()).await.unwrap().is_some_and(|to| to.language == Language::Japanese));
    assert_eq!(reason(stores.profiles.set_locale(&stores.nobody(), "ja").await), Some(Reason::SignedOut));
    assert_eq!(stores.balance(&caller).await, (3, 0));
    assert_eq!(reason(stores.sign_ins.open(&sign_in).await), Some(Reason::CodeRefused), "the code is used");
    assert!(!stores.attempt(&sign_in.slot).await.unwrap());

    // A sign-in that takes the address for new: nothing is written, and the code stays valid for the right sign-in.
    let other = stores.nobody();
    let mut second = stores.sign_in(&email, other, 3).await;
    assert!(matches!(stores.sign_ins.open(&second).await, Err(Failure::Conflict(_))));
    assert_eq!(reason(stores.profiles.me(&other).await), Some(Reason::SignedOut));
    second.opening = None;
    second.session = AccountSession { account: caller.account, session: other.session };
    stores.sign_ins.open(&second).await.unwrap();
    assert_eq!(stores.balance(&second.session).await, (3, 0), "the starter credits come once");

    // A code that was replaced by a newer one.
    let old = stores.sign_in(&email, caller, 3).await;
    let newer = stores.code(&old.slot, "654321", stores.network()).await;
    stores.codes.issue(&newer).await.unwrap();
    assert_eq!(reason(stores.sign_ins.open(&old).await), Some(Reason::CodeRefused));
}

/// An account has at most [`limits::SESSIONS`] sessions: one more ends the oldest, though others signed in since the latest ones were read, and
/// whichever was closed meanwhile.
pub async fn latest_sessions(stores: &Stores) {
    let (email, first) = (stores.address(), stores.nobody());
    stores.sign_ins.open(&stores.sign_in(&email, first, 0).await).await.unwrap();
    let mut opened = vec![first];
    for _ in 1..limits::SESSIONS {
        opened.push(enter(stores, &email).await);
    }
    assert_eq!(open(stores, &opened).await, opened);
    opened.push(enter(stores, &email).await);
    assert_eq!(open(stores, &opened).await, opened[1..], "one more ended the oldest");

    // Four at once with one code, all of which read the latest sessions before two others signed in.
    let stale = stores.sign_in_again(&email).await;
    opened.extend([enter(stores, &email).await, enter(stores, &email).await]);
    let code = stores.issue(&email, "123456").await;
    let stale = |session: AccountSession| SignIn { slot: code.slot.clone(), code: code.hash.clone(), session, ..stale.clone() };
    let session = |_| AccountSession { account: first.account, session: stores.nobody().session };
    let many: Vec<_> = (0..4).map(session).map(stale).collect();
    let entered = join_all(many.iter().map(|sign_in| stores.sign_ins.open(sign_in))).await;
    let entered: Vec<_> = many.iter().zip(entered).filter(|(_, entered)| entered.is_ok()).map(|(sign_in, _)| sign_in.session).collect();
    assert_eq!(entered.len(), 1, "a code signs in once");
    opened.extend(entered);
    let twenty = opened.split_off(opened.len() - limits::SESSIONS);
    assert_eq!((open(stores, &opened).await, open(stores, &twenty).await), (vec![], twenty.clone()));

    // Closing changes no list: what was closed is pushed out in its turn, or drops out at its time.
    stores.sessions.close(&twenty[0]).await.unwrap();
    let after = enter(stores, &email).await;
    assert_eq!(open(stores, &twenty).await, twenty[1..], "the closed one made room");
    stores.later(SignedDuration::from_hours(30 * 24));
    let last = enter(stores, &email).await;
    assert_eq!(open(stores, &[&twenty[..], &[after, last]].concat()).await, [last]);
    let known = stores.account_of(&stores.slot(&email)).await.unwrap();
    assert_eq!(known.latest.ids().collect::<Vec<_>>(), [last.session], "what is over drops out");
}

/// Signs in again, a while later.
async fn enter(stores: &Stores, email: &Email) -> AccountSession {
    stores.later(SignedDuration::from_mins(4));
    let sign_in = stores.sign_in_again(email).await;
    stores.sign_ins.open(&sign_in).await.unwrap();
    sign_in.session
}

/// Those of `sessions` that are open.
async fn open(stores: &Stores, sessions: &[AccountSession]) -> Vec<AccountSession> {
    let asked = join_all(sessions.iter().map(|session| stores.profiles.me(session))).await;
    sessions.iter().zip(asked).filter(|(_, me)| me.is_ok()).map(|(session, _)| *session).collect()
}

/// Nobody signs in to an account whose profile is gone: such a code is refused as a wrong one is, and nothing is written.
pub async fn erased_account(stores: &Stores, erase_profile: impl AsyncFnOnce(AccountId)) {
    let (email, caller) = (stores.address(), stores.nobody());
    stores.sign_ins.open(&stores.sign_in(&email, caller, 3).await).await.unwrap();
    let sign_in = stores.sign_in_again(&email).await;
    let known = stores.account_of(&sign_in.slot).await;
    erase_profile(caller.account).await;
    assert_eq!(reason(stores.sign_ins.open(&sign_in).await), Some(Reason::CodeRefused));
    let asked = stores.views.page(&sign_in.session.into(), None, 5).await;
    assert_eq!(reason(asked), Some(Reason::SignedOut), "no session was left behind");
    assert_eq!(stores.account_of(&sign_in.slot).await, known);
    assert!(stores.attempt(&sign_in.slot).await.unwrap(), "the code was not used up");
}

/// A session ends at once when it is closed, and at its expiry; it belongs to one account (AN-14).
pub async fn sessions(stores: &Stores) {
    let caller = stores.customer(1).await;
    let other = stores.customer(1).await;
    let mixed = AccountSession { account: other.account, session: caller.session };
    assert_eq!(reason(stores.profiles.me(&mixed).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.views.page(&mixed.into(), None, 5).await), Some(Reason::SignedOut));
    stores.profiles.me(&caller).await.unwrap();
    stores.sessions.close(&caller).await.unwrap();
    stores.sessions.close(&caller).await.unwrap();
    let id = kernel::GenerationId::new(&*stores.clock, &stores.randomness);
    let upload = builders::upload(caller, &*stores.clock, &stores.randomness);
    assert_eq!(reason(stores.profiles.me(&caller).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.views.page(&caller.into(), None, 5).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.views.view(&caller.into(), id).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.own.own(&caller.into(), id).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.uploads.open(&upload).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.placements.place(&stores.new_generation(&upload, 1, "key")).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.placements.missing_upload(&caller.into(), "key", upload.id, stores.now()).await), Some(Reason::SignedOut));
    stores.profiles.me(&other).await.unwrap();
    stores.later(SignedDuration::from_hours(30 * 24));
    assert_eq!(reason(stores.profiles.me(&other).await), Some(Reason::SignedOut), "an expired row is absent");
}
