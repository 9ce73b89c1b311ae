//! Requests to have everything erased, and the log of their receipts.

use std::collections::BTreeMap;

use ::accounts::{LatestSessions, Pass};
use ::rights::{Closing, Counted, Erasure, ErasureId, Person, Proven, Salt, SignReceipts, Step, UsedCode, receipt_of};
use async_trait::async_trait;
use kernel::{AccountSession, Email, Failure, Reason, SignedDuration};
use receipts::{Hash, Nonce, Objects, Statement, Times, VerifierKey};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// A request for the account of this address, with a code that was just mailed.
async fn closing(stores: &Stores, email: &Email, account: Option<AccountSession>, digits: &str) -> (Pass, Closing) {
    let key = Pass::new(&stores.randomness);
    let slot = stores.slot(email);
    let code = stores.code(&slot, digits, stores.network()).await;
    let hash = code.hash.clone();
    stores.codes.issue(&code).await.unwrap();
    let person = Person { account: account.map(|session| session.account), address: slot.key.clone() };
    let erasure = Erasure {
        id: ErasureId::of(&key),
        version: 1,
        step: Step::Closing,
        person: Some(person),
        salt: Some(Salt::of(&key)),
        nonce: Nonce::new(&stores.randomness),
        asked_at: stores.now(),
        closed_at: stores.now(),
        purged_at: None,
        verified_at: None,
        done_at: None,
        counted: None,
        vendors: BTreeMap::new(),
        policy: policy::inventory().version().to_owned(),
        statement: None,
        index: None,
        due: stores.now().checked_add(SignedDuration::from_hours(24)).ok(),
    };
    (key, Closing { erasure, code: Some(UsedCode { slot, hash }), latest: LatestSessions::default() })
}

/// Asks that everything of an account is erased, which may be taken back.
pub(super) async fn close(stores: &Stores, email: &Email, session: AccountSession) -> Erasure {
    let (_, closing) = closing(stores, email, Some(session), "111111").await;
    stores.erasures.close(&closing).await.unwrap();
    closing.erasure
}

/// The same, and begins.
pub(super) async fn begin_erasure(stores: &Stores, email: &Email, session: AccountSession) {
    let closed = close(stores, email, session).await;
    let counted = Counted { classes: BTreeMap::new(), objects: 0, root: Hash::of_leaf(b"root") };
    let next = Erasure { version: 2, step: Step::Purging, counted: Some(counted), ..closed };
    assert!(stores.erasures.advance(&next).await.unwrap());
}

/// An account that is closed lets nobody in and nobody act, until that is taken back.
pub async fn an_account_is_closed_and_opened_again(stores: &Stores) {
    let (email, session) = (stores.address(), stores.nobody());
    stores.sign_ins.open(&stores.sign_in(&email, session, 0).await).await.unwrap();
    // The sessions are not as they were read: somebody signed in since. They end all the same.
    let (_, closing) = closing(stores, &email, Some(session), "111111").await;
    stores.profiles.me(&session).await.unwrap();
    stores.erasures.close(&closing).await.unwrap();
    assert_eq!(reason(stores.profiles.me(&session).await), Some(Reason::SignedOut));
    // Its code is used up, and it is closed already.
    assert!(matches!(reason(stores.erasures.close(&closing).await), Some(Reason::AccountClosing | Reason::CodeRefused)));
    let (_, again) = self::closing(stores, &email, Some(session), "222222").await;
    assert_eq!(reason(stores.erasures.close(&again).await), Some(Reason::AccountClosing));
    assert_eq!(stores.erasures.find(again.erasure.id).await.unwrap(), None, "all of it or nothing");
    assert_eq!(reason(sign_in(stores, &email).await), Some(Reason::AccountClosing));
    let found = stores.erasures.find(closing.erasure.id).await.unwrap().unwrap();
    assert_eq!(found, Erasure { due: found.due, ..closing.erasure.clone() });
    let open = Erasure { version: 2, step: Step::TakenBack, person: None, salt: None, due: None, ..found };
    assert!(stores.erasures.reopen(&open, Some(session.account)).await.unwrap());
    assert!(!stores.erasures.reopen(&open, Some(session.account)).await.unwrap(), "another was faster");
    sign_in(stores, &email).await.unwrap();
    assert_eq!(stores.erasures.find(open.id).await.unwrap(), Some(open));
}

async fn sign_in(stores: &Stores, email: &Email) -> Result<(), Failure> {
    let sign_in = stores.sign_in_again(email).await;
    stores.sign_ins.open(&sign_in).await
}

/// A request goes on by the first that writes its next step, and is told of when that is due.
pub async fn requests_go_on(stores: &Stores) {
    stores.turn_back(31);
    let (_, closing) = closing(stores, &stores.address(), None, "444444").await;
    let mut wrong = closing.clone();
    wrong.code.as_mut().unwrap().hash = builders::pepper().code_hash(&closing.code.as_ref().unwrap().slot, "000000");
    assert_eq!(reason(stores.erasures.close(&wrong).await), Some(Reason::CodeRefused));
    stores.erasures.close(&closing).await.unwrap();
    let id = closing.erasure.id;
    let due = async || stores.erasures.due(stores.now()).await.unwrap().contains(&id);
    assert!(!due().await);
    stores.later(SignedDuration::from_hours(24));
    assert!(due().await);
    let counted = Counted { classes: BTreeMap::from([("upload".to_owned(), 3)]), objects: 6, root: Hash::of_leaf(b"root") };
    let vendors = BTreeMap::from([("openai".to_owned(), stores.now())]);
    let next = Erasure { version: 2, step: Step::Purging, counted: Some(counted), vendors, due: None, ..closing.erasure };
    assert!(stores.erasures.advance(&next).await.unwrap());
    assert!(!stores.erasures.advance(&next).await.unwrap());
    assert_eq!(stores.erasures.find(id).await.unwrap(), Some(next));
    assert!(!due().await);
}

/// What is done gets its place in the log, which is signed then, and has a receipt that verifies offline.
pub async fn what_is_done_has_a_receipt(stores: &Stores, signer: &dyn receipts::Signer, key: &VerifierKey) {
    let mut all = Vec::new();
    for _ in 0..3 {
        let (_, closing) = closing(stores, &stores.address(), None, "555555").await;
        stores.erasures.close(&closing).await.unwrap();
        let now = stores.now();
        let times = Times { asked: now, proven: now, closed: now, purged: now, verified: now, done: now };
        let objects = Objects { count: 0, root: receipts::object_root(&[0; 32], []) };
        let stated = receipts::Erasure {
            nonce: closing.erasure.nonce,
            policy: closing.erasure.policy.clone(),
            times,
            erased: BTreeMap::new(),
            objects,
            residue: Vec::new(),
            vendors: Vec::new(),
        };
        let statement = String::from_utf8(Statement::Erasure(stated).to_entry().unwrap()).unwrap();
        let done =
            Erasure { version: 2, step: Step::Done, statement: Some(statement), person: None, salt: None, due: None, ..closing.erasure };
        assert!(stores.erasures.advance(&done).await.unwrap());
        all.push(done);
    }
    let sign = SignReceipts { log: &*stores.log, signer, key };
    sign.run().await.unwrap();
    for done in all {
        let found = stores.erasures.find(done.id).await.unwrap().unwrap();
        let Proven { receipt, key } = receipt_of(&*stores.log, found.index.unwrap()).await.unwrap().unwrap();
        let verified = receipts::verify(receipt.to_string().as_bytes(), found.statement.unwrap().as_bytes(), &key).unwrap();
        assert_eq!(verified.index(), found.index.unwrap());
    }
    // Nothing waits: nothing grows.
    let head = stores.log.head().await.unwrap();
    assert_eq!(sign.run().await.unwrap(), 0);
    assert!(stores.log.head().await.unwrap().size >= head.size);
    let edge = receipts::Tree::edge(head.size);
    let bytes = stores.log.tile(&edge[0].to_string()).await.unwrap().unwrap();
    assert_eq!(bytes.len(), edge[0].length());
    assert_eq!(stores.log.tile("HEAD").await.unwrap(), None, "only tiles");
}

/// A key of a log, for tests.
pub struct FakeLogKey(ed25519_dalek::SigningKey);

impl FakeLogKey {
    #[must_use]
    pub fn new() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[7; 32]))
    }

    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new("nigao.example/v1/proofs", self.0.verifying_key().as_bytes()).unwrap()
    }
}

impl Default for FakeLogKey {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl receipts::Signer for FakeLogKey {
    async fn sign(&self, note: &[u8]) -> Result<[u8; 64], Failure> {
        use ed25519_dalek::Signer as _;
        Ok(self.0.sign(note).to_bytes())
    }
}
