//! Codes, sign-ins, sessions and profiles.

use accounts::SignIn;
use futures_util::future::join_all;
use kernel::{AccountId, AccountSession, Email, Failure, Reason, SignedDuration, limits};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// A code allows five attempts and expires after ten minutes, a newer one replaces it, and an address gets a limited number an hour (AN-01, AN-69).
pub async fn codes(stores: &Stores) {
    let email = stores.address();
    let unknown = builders::pepper().email_key(&email);
    assert!(stores.codes.attempt(&unknown, stores.now()).await.unwrap().is_none());
    let code = stores.issue(&email, "111111").await;
    for _ in 0..limits::CODE_ATTEMPTS {
        assert!(stores.codes.attempt(&code.key, stores.now()).await.unwrap().unwrap().matches(&code.hash));
    }
    assert!(stores.codes.attempt(&code.key, stores.now()).await.unwrap().is_none(), "the attempts are used up");
    let newer = stores.issue(&email, "222222").await;
    assert!(stores.codes.attempt(&code.key, stores.now()).await.unwrap().unwrap().matches(&newer.hash), "a newer code replaces it");
    stores.later(SignedDuration::from_mins(10));
    assert!(stores.codes.attempt(&code.key, stores.now()).await.unwrap().is_none(), "ten minutes are over");
    for _ in 2..limits::CODES_PER_HOUR {
        stores.codes.issue(&newer).await.unwrap();
    }
    let refused = stores.codes.issue(&newer).await;
    assert!(matches!(refused, Err(Failure::Busy { .. })));
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    stores.later(SignedDuration::from_hours(1));
    stores.issue(&email, "333333").await;
}

/// Fifty concurrent guesses count as five attempts (AN-01).
pub async fn concurrent_attempts(stores: &Stores) {
    let code = stores.issue(&stores.address(), "111111").await;
    let guesses = join_all((0..50).map(|_| stores.codes.attempt(&code.key, stores.now()))).await;
    let counted = guesses.into_iter().filter(|guess| matches!(guess, Ok(Some(_)))).count();
    assert_eq!(counted, limits::CODE_ATTEMPTS as usize);
}

/// The first sign-in opens the account with its starter credits; a code signs in once; an address has one account (AN-01, AN-25).
pub async fn sign_ins(stores: &Stores) {
    let (email, caller) = (stores.address(), stores.nobody());
    let sign_in = stores.sign_in(&email, caller, 3).await;
    assert_eq!(stores.sign_ins.account_of(&sign_in.key).await.unwrap(), None);
    assert_eq!(reason(stores.profiles.me(&caller).await), Some(Reason::SignedOut));
    assert!(stores.recipients.email_of(caller.owner()).await.unwrap().is_none());
    stores.sign_ins.open(&sign_in).await.unwrap();
    let known = stores.sign_ins.account_of(&sign_in.key).await.unwrap().unwrap();
    assert_eq!((known.id, known.latest.ids().collect::<Vec<_>>()), (caller.account, vec![caller.session]));
    assert!(stores.recipients.email_of(caller.owner()).await.unwrap() == Some(email.clone()));
    let me = stores.profiles.me(&caller).await.unwrap();
    assert_eq!((me.email.as_str(), me.locale.as_str(), me.created_at), (email.as_str(), "en", stores.now()));
    assert_eq!(stores.balance(&caller).await, (3, 0));
    assert_eq!(reason(stores.sign_ins.open(&sign_in).await), Some(Reason::CodeRefused), "the code is used");
    assert!(stores.codes.attempt(&sign_in.key, stores.now()).await.unwrap().is_none());

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
    stores.issue(&email, "654321").await;
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
    let stale = |session: AccountSession| SignIn { code: code.hash.clone(), session, ..stale.clone() };
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
    let known = stores.sign_ins.account_of(&builders::pepper().email_key(&email)).await.unwrap().unwrap();
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
    let known = stores.sign_ins.account_of(&sign_in.key).await.unwrap();
    erase_profile(caller.account).await;
    assert_eq!(reason(stores.sign_ins.open(&sign_in).await), Some(Reason::CodeRefused));
    let asked = stores.views.page(&sign_in.session.into(), None, 5).await;
    assert_eq!(reason(asked), Some(Reason::SignedOut), "no session was left behind");
    assert_eq!(stores.sign_ins.account_of(&sign_in.key).await.unwrap(), known);
    assert!(stores.codes.attempt(&sign_in.key, stores.now()).await.unwrap().is_some(), "the code was not used up");
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
