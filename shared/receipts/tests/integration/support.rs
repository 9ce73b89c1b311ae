//! A log in memory, and what it is told.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ed25519_dalek::{Signer as _, SigningKey};
use kernel::{Failure, SeededRandomness};
use receipts::{
    Checkpoint, Damage, Erasure, Hash, Keeps, Nonce, Objects, Proof, Receipt, Residue, Signer, Statement, Tile, TileId, Times, Tree,
    Vendor, VerifierKey, object_root,
};

pub(crate) const ORIGIN: &str = "nigao.example/log";

/// A key in memory.
pub(crate) struct KeyInMemory(SigningKey);

impl KeyInMemory {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn verifier(&self, name: &str) -> VerifierKey {
        VerifierKey::new(name, self.0.verifying_key().as_bytes()).unwrap()
    }
}

#[async_trait]
impl Signer for KeyInMemory {
    async fn sign(&self, note: &[u8]) -> Result<[u8; 64], Failure> {
        Ok(self.0.sign(note).to_bytes())
    }
}

/// A log whose tiles are bytes under names, as they are in a bucket. It is opened anew for whatever is done.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) tiles: BTreeMap<String, Vec<u8>>,
    pub(crate) size: u64,
}

impl Log {
    pub(crate) fn tile(&self, id: TileId) -> Result<Tile, Damage> {
        Tile::read(id, self.tiles.get(&id.to_string()).ok_or(Damage::Missing(id))?)
    }

    pub(crate) fn tiles(&self, ids: Vec<TileId>) -> Vec<Tile> {
        ids.into_iter().map(|id| self.tile(id).unwrap()).collect()
    }

    /// Adds entries to what has this root.
    pub(crate) fn append(&mut self, root: Hash, leaves: &[Hash]) -> Hash {
        let mut tree = Tree::open(self.size, root, &self.tiles(Tree::edge(self.size))).unwrap();
        for tile in tree.append(leaves).unwrap() {
            let name = tile.id().to_string();
            assert!(self.tiles.insert(name.clone(), tile.to_bytes()).is_none(), "{name} was written twice");
        }
        self.size = tree.size();
        tree.root()
    }

    pub(crate) fn prove(&self, proof: &Proof) -> Vec<Hash> {
        proof.hashes(&self.tiles(proof.tiles())).unwrap()
    }
}

pub(crate) fn leaf(number: u64) -> Hash {
    Hash::of_leaf(&number.to_be_bytes())
}

pub(crate) fn checkpoint(size: u64, root: Hash) -> Checkpoint {
    Checkpoint { origin: ORIGIN.into(), size, root }
}

/// A receipt, its statement and the key, as a person has them.
pub(crate) struct Held {
    pub(crate) receipt: String,
    pub(crate) statement: Vec<u8>,
    pub(crate) key: String,
}

impl Held {
    /// The receipt for `statement`, the entry 3 of a log of six.
    pub(crate) async fn of(statement: &Statement) -> Self {
        let signer = KeyInMemory::new(7);
        let key = signer.verifier(ORIGIN);
        let entry = statement.to_entry().unwrap();
        let mut leaves: Vec<Hash> = (0..6).map(leaf).collect();
        leaves[3] = Hash::of_leaf(&entry);
        let mut log = Log::default();
        let root = log.append(Hash::of_row(&[]), &leaves);
        let path = log.prove(&Proof::inclusion(3, log.size).unwrap());
        let note = checkpoint(log.size, root).sign(&key, &signer).await.unwrap();
        Self { receipt: Receipt::new(3, path, note).to_string(), statement: entry, key: key.to_string() }
    }

    pub(crate) async fn sample() -> Self {
        Self::of(&Statement::Erasure(erasure())).await
    }
}

/// `whole` with other bytes for some of its own.
pub(crate) fn spliced(whole: &[u8], from: usize, length: usize, bytes: Vec<u8>) -> Vec<u8> {
    let from = from.min(whole.len());
    let mut spliced = whole.to_vec();
    spliced.splice(from..(from + length).min(whole.len()), bytes);
    spliced
}

pub(crate) fn erasure() -> Erasure {
    let at = |text: &str| text.parse().unwrap();
    let until = |text: &str, longer: &str| Keeps::Until { at: at(text), longer: longer.into() };
    let vendor = |name: &str, last_call: &str, keeps| Vendor { name: name.into(), last_call: at(last_call), keeps };
    let residue = |what: &str, why: &str, until: Option<&str>| Residue { what: what.into(), why: why.into(), until: until.map(at) };
    Erasure {
        nonce: Nonce::new(&SeededRandomness::new(1)),
        policy: "2026-11-30.3".into(),
        times: Times {
            asked: at("2026-12-01T09:00:00Z"),
            proven: at("2026-12-01T09:02:10Z"),
            closed: at("2026-12-02T09:02:11Z"),
            purged: at("2026-12-02T09:15:40Z"),
            verified: at("2026-12-02T09:31:02.5Z"),
            done: at("2026-12-09T09:31:03Z"),
        },
        erased: [("account", 1), ("session", 2), ("upload", 12), ("upload-object", 24)].map(|(class, count)| (class.into(), count)).into(),
        objects: Objects { count: 24, root: object_root(&[9; 32], ["uploads/a", "uploads/b"]) },
        residue: vec![
            residue("Of one order its id, date, amount, currency and credits", "tax law asks for it", Some("2033-12-31T00:00:00Z")),
            residue("The hash of this statement in the log", "the log can only be added to", None),
        ],
        vendors: vec![
            vendor("Google (Gemini API)", "2026-11-20T12:00:00Z", until("2027-01-14T12:00:00Z", "where a law asks for it")),
            vendor("OpenAI", "2026-11-28T18:30:00Z", until("2026-12-28T18:30:00Z", "")),
            vendor("Polar (Polar Software, Inc.)", "2026-10-03T08:00:00Z", Keeps::Unsaid),
            vendor("Turnstile", "2026-10-03T07:59:00Z", Keeps::Nothing),
        ],
    }
}
