//! Changes of the address of an account (AN-55).

use accounts::{CodeHash, EmailChange, EmailKey, MadeBy, Move, Progress};
use futures_util::future::join_all;
use kernel::{AccountSession, Email, EmailChangeId, Failure, Reason, SignedDuration, limits};
use outreach::Subscriptions;
use policy::Class;

use super::Stores;
use super::stores::reason;
use crate::builders;

fn key(email: &Email) -> EmailKey {
    builders::pepper().email_key(email)
}

/// An account with this address.
async fn person(stores: &Stores) -> (Email, AccountSession) {
    let (email, caller) = (stores.address(), stores.nobody());
    stores.sign_ins.open(&stores.sign_in(&email, caller, 3).await).await.unwrap();
    (email, caller)
}

async fn ask(stores: &Stores, caller: AccountSession, from: &Email, to: &Email) -> Result<EmailChangeId, Failure> {
    let (id, at) = (EmailChangeId::new(&*stores.clock, &stores.randomness), stores.now());
    let change = EmailChange {
        id,
        caller,
        from: from.clone(),
        to: to.clone(),
        codes: ["one", "two"].map(|code| CodeHash::stored(code.to_owned())),
        to_key: key(to),
        mails_per_day: builders::PER_DAY,
        at,
        expires_at: Class::EMAIL_CHANGE.expires_at(at),
    };
    stores.email_changes.ask(&change).await.map(|()| id)
}

fn moving(stores: &Stores, id: EmailChangeId, from: &Email, to: &Email) -> Move {
    Move { id, from: from.clone(), from_key: key(from), to: to.clone(), to_key: key(to), at: stores.now() }
}

/// Gives an account another address.
pub(super) async fn change(stores: &Stores, caller: AccountSession, from: &Email, to: &Email) {
    let id = ask(stores, caller, from, to).await.unwrap();
    stores.email_changes.make(&caller, &moving(stores, id, from, to)).await.unwrap();
}

/// A change is its account's, admits five attempts, and ends with its day.
pub async fn attempts(stores: &Stores) {
    let ((email, caller), to) = (person(stores).await, stores.address());
    assert_eq!(stores.email_changes.recipient(&caller).await.unwrap().email, email);
    let id = ask(stores, caller, &email, &to).await.unwrap();
    let stranger = stores.customer(0).await;
    let attempt = async |caller: AccountSession, id| stores.email_changes.attempt(&caller, id, stores.now()).await;
    assert_eq!(reason(attempt(stranger, id).await), Some(Reason::NotFound));
    assert_eq!(reason(attempt(stores.nobody(), id).await), Some(Reason::SignedOut));
    for _ in 0..limits::CODE_ATTEMPTS {
        let stored = attempt(caller, id).await.unwrap();
        assert_eq!((&stored.from.email, &stored.to.email, stored.progress), (&email, &to, Progress::Asked));
        assert!(stored.codes[0].matches(&CodeHash::stored("one".into())) && stored.codes[1].matches(&CodeHash::stored("two".into())));
    }
    assert_eq!(reason(attempt(caller, id).await), Some(Reason::CodeRefused));

    let id = ask(stores, caller, &email, &to).await.unwrap();
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(reason(attempt(caller, id).await), Some(Reason::NotFound), "its day is over");
    for _ in 0..limits::EMAIL_CHANGES_PER_DAY.most {
        ask(stores, caller, &email, &stores.address()).await.unwrap();
    }
    assert_eq!(reason(ask(stores, caller, &email, &to).await), Some(Reason::RateLimited));
    assert_eq!(reason(ask(stores, stores.nobody(), &email, &to).await), Some(Reason::SignedOut));
}

/// All that is found by the address moves together; the caller's session stays, and all others end.
pub async fn moves(stores: &Stores, subscriptions: &dyn Subscriptions) {
    let ((email, caller), to) = (person(stores).await, stores.address());
    let other = stores.sign_in_again(&email).await;
    stores.sign_ins.open(&other).await.unwrap();
    subscriptions.subscribe(&key(&email), "v1", MadeBy::Settings, stores.now()).await.unwrap();
    let lead = stores.leads.find(&key(&email)).await.unwrap().unwrap();

    let id = ask(stores, caller, &email, &to).await.unwrap();
    stores.later(SignedDuration::from_mins(1));
    stores.email_changes.make(&caller, &moving(stores, id, &email, &to)).await.unwrap();
    assert_eq!(stores.profiles.me(&caller).await.unwrap().email, to.as_str());
    assert_eq!(reason(stores.profiles.me(&other.session).await), Some(Reason::SignedOut));
    assert_eq!(stores.account_of(&stores.slot(&email)).await, None);
    let known = stores.account_of(&stores.slot(&to)).await.unwrap();
    assert_eq!((known.id, known.latest.ids().collect::<Vec<_>>()), (caller.account, vec![caller.session]));
    assert_eq!(subscriptions.of(&key(&email)).await.unwrap(), None);
    let moved = subscriptions.of(&key(&to)).await.unwrap().unwrap();
    assert!(moved.consent().is_some() && moved.text_version() == "v1");
    assert_eq!(stores.leads.find(&key(&email)).await.unwrap(), None);
    let moved = stores.leads.find(&key(&to)).await.unwrap().unwrap();
    assert_eq!((moved.email, moved.page, moved.at), (to.clone(), lead.page, lead.at));

    let stored = stores.email_changes.attempt(&caller, id, stores.now()).await.unwrap();
    assert_eq!(stored.progress, Progress::Made);
    assert_eq!(reason(stores.email_changes.make(&caller, &moving(stores, id, &email, &to)).await), Some(Reason::CodeRefused), "once");
    for _ in 0..2 {
        stores.email_changes.note_told(&caller, id).await.unwrap();
    }
    assert_eq!(stores.email_changes.attempt(&caller, id, stores.now()).await.unwrap().progress, Progress::Told);
    // Somebody may open an account with the address that was left; the one that moved is entered by its new address.
    let fresh = stores.nobody();
    stores.sign_ins.open(&stores.sign_in(&email, fresh, 0).await).await.unwrap();
    stores.sign_ins.open(&stores.sign_in_again(&to).await).await.unwrap();
}

/// What the new address chose about marketing before stays, and an address with an account is not taken from it.
pub async fn addresses_that_are_known(stores: &Stores, subscriptions: &dyn Subscriptions) {
    let ((email, caller), to) = (person(stores).await, stores.address());
    subscriptions.subscribe(&key(&email), "v1", MadeBy::Settings, stores.now()).await.unwrap();
    subscriptions.subscribe(&key(&to), "v1", MadeBy::Link, stores.now()).await.unwrap();
    subscriptions.end(&key(&to), MadeBy::Link, stores.now()).await.unwrap();
    stores.later(SignedDuration::from_mins(1));
    let id = ask(stores, caller, &email, &to).await.unwrap();
    stores.email_changes.make(&caller, &moving(stores, id, &email, &to)).await.unwrap();
    assert!(subscriptions.of(&key(&to)).await.unwrap().unwrap().consent().is_none(), "it was withdrawn there");

    let (taken, owner) = person(stores).await;
    let id = ask(stores, caller, &to, &taken).await.unwrap();
    assert_eq!(reason(stores.email_changes.make(&caller, &moving(stores, id, &to, &taken)).await), Some(Reason::AddressTaken));
    assert_eq!(stores.profiles.me(&caller).await.unwrap().email, to.as_str());
    assert_eq!(stores.profiles.me(&owner).await.unwrap().email, taken.as_str());
}

/// Of a change, another one and sign-ins at the same time, one address comes out, and no session that the change should have ended.
pub async fn changes_and_sign_ins(stores: &Stores) {
    let (email, caller) = person(stores).await;
    let addresses = [stores.address(), stores.address()];
    let mut moves = Vec::new();
    for to in &addresses {
        moves.push(moving(stores, ask(stores, caller, &email, to).await.unwrap(), &email, to));
    }
    let mut entering = Vec::new();
    for _ in 0..3 {
        entering.push(stores.sign_in_again(&email).await);
    }
    let changed = join_all(moves.iter().map(|change| stores.email_changes.make(&caller, change)));
    let entered = join_all(entering.iter().map(|sign_in| stores.sign_ins.open(sign_in)));
    let (changed, _entered) = futures_util::future::join(changed, entered).await;
    assert_eq!(changed.iter().filter(|made| made.is_ok()).count(), 1, "one of them");
    let now = stores.profiles.me(&caller).await.unwrap().email;
    let (to, left) = if now == addresses[0].as_str() { (&addresses[0], &addresses[1]) } else { (&addresses[1], &addresses[0]) };
    assert_eq!(now, to.as_str());
    let known = stores.account_of(&stores.slot(to)).await.unwrap();
    assert_eq!((known.id, known.latest.ids().collect::<Vec<_>>()), (caller.account, vec![caller.session]));
    for address in [&email, left] {
        assert_eq!(stores.account_of(&stores.slot(address)).await, None);
    }
    for sign_in in &entering {
        assert_eq!(reason(stores.profiles.me(&sign_in.session).await), Some(Reason::SignedOut));
    }

    // A sign-in that opens an account with the new address at the same time: one of the two has it.
    let (to, newcomer) = (stores.address(), stores.nobody());
    let id = ask(stores, caller, &now.parse().unwrap(), &to).await.unwrap();
    let opening = stores.sign_in(&to, newcomer, 0).await;
    let change = moving(stores, id, &now.parse().unwrap(), &to);
    let (moved, opened) = futures_util::future::join(stores.email_changes.make(&caller, &change), stores.sign_ins.open(&opening)).await;
    assert!(moved.is_ok() != opened.is_ok());
    let owner = stores.account_of(&stores.slot(&to)).await.unwrap().id;
    assert_eq!(owner, if moved.is_ok() { caller.account } else { newcomer.account });
}
