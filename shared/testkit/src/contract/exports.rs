//! Copies of everything: their rows, and where they are written.

use bytes::Bytes;
use exports::{
    Asked, Export, ExportRequests, ExportViews, Exports, Files, NewExport, PlannedVolume, ReadyMails, Sink, State, Volume, folder,
};
use kernel::{AccountSession, Clock, ExportId, Principal, Reason, SignedDuration};
use policy::Class;

use super::Stores;
use super::stores::reason;

/// The rows of exports, beside those of accounts.
pub struct ExportStores {
    pub stores: Stores,
    pub requests: Box<dyn ExportRequests>,
    pub exports: Box<dyn Exports>,
    pub mails: Box<dyn ReadyMails>,
    pub views: Box<dyn ExportViews>,
}

impl ExportStores {
    fn wished(&self, caller: AccountSession, key: &str) -> NewExport {
        let now = self.stores.clock.now();
        NewExport {
            caller,
            id: ExportId::new(&*self.stores.clock, &self.stores.randomness),
            asked_at: now,
            key_hash: key.to_owned(),
            key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
        }
    }

    async fn load(&self, new: &NewExport) -> Option<Export> {
        self.exports.load(new.caller.account, new.id).await.unwrap()
    }
}

fn planned(number: u16) -> PlannedVolume {
    PlannedVolume { number, files: u32::from(number) * 10, bytes: 1000 }
}

/// An export begins once a key, for who is signed in, once a day (AN-54, AN-69).
pub async fn requests(stores: &ExportStores) {
    let caller = stores.stores.customer(0).await;
    let nobody = stores.wished(stores.stores.nobody(), "key");
    assert_eq!(reason(stores.requests.ask(&nobody).await), Some(Reason::SignedOut));
    assert_eq!(stores.load(&nobody).await, None);
    let new = stores.wished(caller, "key");
    assert_eq!(stores.requests.ask(&new).await.unwrap(), Asked::New);
    assert_eq!(stores.requests.ask(&stores.wished(caller, "key")).await.unwrap(), Asked::Replayed(new.id));
    let refused = stores.wished(caller, "another");
    assert_eq!(reason(stores.requests.ask(&refused).await), Some(Reason::RateLimited));
    assert_eq!(stores.load(&refused).await, None);
    let queued =
        Export { id: new.id, account: caller.account, state: State::Queued, asked_at: new.asked_at, ready_at: None, volumes: vec![] };
    assert_eq!(stores.load(&new).await, Some(queued));
    let other = stores.stores.customer(0).await;
    let of_other = stores.wished(other, "key");
    assert_eq!(stores.requests.ask(&of_other).await.unwrap(), Asked::New, "the same key of two callers is two exports");
    stores.stores.clock.advance(SignedDuration::from_hours(24));
    let later = stores.wished(caller, "key");
    assert_eq!(stores.requests.ask(&later).await.unwrap(), Asked::New, "a day later");
}

/// An export is planned once, each volume is noted, and the mail is claimed by one.
pub async fn work(stores: &ExportStores) {
    let caller = stores.stores.customer(0).await;
    let new = stores.wished(caller, "key");
    assert_eq!(stores.requests.ask(&new).await.unwrap(), Asked::New);
    let export = stores.load(&new).await.unwrap();
    stores.exports.plan(&export, &[planned(1), planned(2)]).await.unwrap();
    let writing = stores.load(&new).await.unwrap();
    let volume = |number, bytes| Volume { number, files: u32::from(number) * 10, bytes };
    assert_eq!((writing.state, writing.volumes.clone()), (State::Writing, vec![volume(1, None), volume(2, None)]));
    stores.exports.finish(&export, 2, 77).await.unwrap();
    stores.exports.finish(&export, 2, 77).await.unwrap();
    stores.exports.plan(&export, &[planned(1), planned(2)]).await.unwrap();
    let half = stores.load(&new).await.unwrap();
    assert_eq!(
        (half.volumes.clone(), half.is_complete()),
        (vec![volume(1, None), volume(2, Some(77))], false),
        "what is there stays noted"
    );
    stores.exports.finish(&export, 1, 1).await.unwrap();
    let whole = stores.load(&new).await.unwrap();
    assert!(whole.is_complete() && whole.state == State::Writing);
    let now = stores.stores.clock.now();
    assert!(stores.mails.claim(&whole, now).await.unwrap());
    assert!(!stores.mails.claim(&whole, now).await.unwrap(), "one mails");
    stores.mails.release(&whole).await.unwrap();
    stores.stores.clock.advance(SignedDuration::from_secs(1));
    assert!(stores.mails.claim(&whole, stores.stores.clock.now()).await.unwrap(), "a mail that did not go is mailed");
    assert!(!stores.mails.claim(&whole, now).await.unwrap());
    let ready = stores.load(&new).await.unwrap();
    assert_eq!((ready.state, ready.ready_at), (State::Ready, Some(now)), "it was ready when it was");
}

/// Its owner sees it, the newest first, until its time is over.
pub async fn views(stores: &ExportStores) {
    let (caller, stranger) = (stores.stores.customer(0).await, stores.stores.customer(0).await);
    let first = stores.wished(caller, "first");
    assert_eq!(stores.requests.ask(&first).await.unwrap(), Asked::New);
    let export = stores.load(&first).await.unwrap();
    stores.exports.plan(&export, &[planned(1), planned(2)]).await.unwrap();
    stores.stores.clock.advance(SignedDuration::from_hours(24));
    let second = stores.wished(caller, "second");
    assert_eq!(stores.requests.ask(&second).await.unwrap(), Asked::New);
    let principal = Principal::from(caller);
    let ids = async || stores.views.list(&principal).await.unwrap().iter().map(|export| export.id).collect::<Vec<_>>();
    assert_eq!(ids().await, [second.id, first.id]);
    assert_eq!(stores.views.view(&principal, first.id).await.unwrap().unwrap().volumes.len(), 2);
    assert_eq!(stores.views.view(&stranger.into(), first.id).await.unwrap(), None);
    assert_eq!(reason(stores.views.list(&stores.stores.nobody().into()).await), Some(Reason::SignedOut));
    assert_eq!(reason(stores.views.view(&stores.stores.nobody().into(), first.id).await), Some(Reason::SignedOut));
    stores.stores.clock.advance(SignedDuration::from_hours(24 * 6));
    assert_eq!(ids().await, [second.id], "the first is over");
}

/// A volume is no object before it is complete, the first that is complete is the volume, and nothing is left of any other.
pub async fn volumes(stores: &Stores, files: &dyn Files, sink: &dyn Sink) {
    const LARGE: usize = 5 << 20;
    let (account, export) = (stores.nobody().account, ExportId::new(&*stores.clock, &stores.randomness));
    let prefix = folder(account, export, 1);
    let key = format!("{prefix}volume.zip");
    let found = async || files.page(&prefix, None).await.unwrap().into_iter().map(|found| (found.key, found.bytes)).collect::<Vec<_>>();

    let dead = sink.begin(&key).await.unwrap();
    sink.part(&key, &dead, 1, Bytes::from(vec![0; 3])).await.unwrap();
    assert_eq!(found().await, []);
    let attempt = sink.begin(&key).await.unwrap();
    assert!(sink.part(&key, &dead, 1, Bytes::from(vec![0; 3])).await.is_err(), "who begins ends who began before");
    let second = sink.part(&key, &attempt, 2, Bytes::from(vec![2; 3])).await.unwrap();
    let first = sink.part(&key, &attempt, 1, Bytes::from(vec![1; LARGE])).await.unwrap();
    assert!(sink.complete(&key, &attempt, &[first, second]).await.unwrap());
    assert_eq!(found().await, [(key.clone(), LARGE as u64 + 3)]);
    let part = LARGE as u64 - 1..LARGE as u64 + 2;
    assert_eq!(files.read(&key, Some(part)).await.unwrap().unwrap().as_ref(), [1, 2, 2]);

    let late = sink.begin(&key).await.unwrap();
    let part = sink.part(&key, &late, 1, Bytes::from(vec![9; 2])).await.unwrap();
    assert!(!sink.complete(&key, &late, &[part]).await.unwrap(), "there is one");
    sink.abandon(&key, &late).await.unwrap();
    sink.abandon(&key, &late).await.unwrap();
    assert_eq!(found().await.len(), 1);
    assert_eq!(files.read(&key, None).await.unwrap().unwrap().len(), LARGE + 3, "it is still the first");

    let plan = format!("{}plan.txt", folder(account, export, 0));
    assert_eq!(files.read(&plan, None).await.unwrap(), None);
    files.keep(&plan, "text/plain", "first".into()).await.unwrap();
    files.keep(&plan, "text/plain", "second".into()).await.unwrap();
    assert_eq!(files.read(&plan, None).await.unwrap().unwrap().as_ref(), b"first");
    assert_eq!(files.page(&prefix, Some(&key)).await.unwrap(), []);
}
