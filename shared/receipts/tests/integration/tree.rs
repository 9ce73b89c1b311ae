use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use receipts::{Damage, Hash, Proof, Tile, TileId, Tree};
use sha2::Sha256;

use crate::support::{Log, checkpoint, leaf};

/// An independent implementation of RFC 6962.
type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

fn oracle(size: u64) -> Oracle {
    let mut oracle = Oracle::new();
    (0..size).for_each(|number| oracle.push(number.to_be_bytes().to_vec()));
    oracle
}

fn root_of(oracle: &Oracle) -> Vec<u8> {
    oracle.root().as_bytes().to_vec()
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn hashes(hex: &[&str]) -> Vec<Hash> {
    hex.iter().map(|hex| Hash::from_bytes(hex::decode(hex).unwrap().try_into().unwrap())).collect()
}

/// Some numbers below `end`, the last one always.
fn some_below(end: u64) -> impl Iterator<Item = u64> {
    (0..end).step_by(if end < 40 { 1 } else { 17 }).chain(end.checked_sub(1))
}

/// The vectors of the reference implementation of RFC 6962 (github.com/google/certificate-transparency, merkletree).
#[test]
fn the_known_vectors_of_rfc_6962_hold() {
    let entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = hashes(&[
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]);
    let leaves: Vec<Hash> = entries.iter().map(|hex| Hash::of_leaf(&hex::decode(hex).unwrap())).collect();
    let mut log = Log::default();
    let mut root = Hash::of_row(&[]);
    assert_eq!(root, roots[0]);
    for (leaf, known) in leaves.iter().zip(&roots[1..]) {
        root = log.append(root, &[*leaf]);
        assert_eq!(root, *known);
    }
    let path = hashes(&[
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(log.prove(&Proof::inclusion(5, 8).unwrap()), path);
    let consistency = hashes(&[
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(log.prove(&Proof::consistency(6, 8).unwrap()), consistency);
}

#[test]
fn roots_and_proofs_of_every_size_are_those_of_another_implementation() {
    let (mut log, mut root, mut known) = (Log::default(), Hash::of_row(&[]), oracle(0));
    let mut older = vec![checkpoint(0, root)];
    for size in 1..=300_u64 {
        root = log.append(root, &[leaf(size - 1)]);
        known.push((size - 1).to_be_bytes().to_vec());
        assert_eq!(root.as_bytes().as_slice(), root_of(&known), "{size}");
        let now = checkpoint(size, root);
        for index in some_below(size) {
            let path = log.prove(&Proof::inclusion(index, size).unwrap());
            assert_eq!(bytes(&path), known.prove_inclusion(index as usize).as_bytes(), "{index} of {size}");
            assert!(now.includes(leaf(index), index, &path));
            assert!(!now.includes(leaf(index + 1), index, &path) && !now.includes(leaf(index), index + 1, &path));
        }
        for before in some_below(size).filter(|before| *before > 0) {
            let path = log.prove(&Proof::consistency(before, size).unwrap());
            assert_eq!(bytes(&path), known.prove_consistency((size - before) as usize).as_bytes(), "{before} before {size}");
            assert!(now.follows(&older[before as usize], &path));
            assert!(!now.follows(&older[before as usize - 1], &path) && !now.follows(&checkpoint(before, root), &path));
        }
        older.push(now);
    }
}

#[test]
fn there_is_no_proof_of_what_cannot_be() {
    assert_eq!(Proof::inclusion(0, 0), None);
    assert_eq!(Proof::inclusion(5, 5), None);
    assert_eq!(Proof::consistency(6, 5), None);
    let (empty, five) = (checkpoint(0, Hash::of_row(&[])), checkpoint(5, leaf(1)));
    assert_eq!(Proof::consistency(0, 5).unwrap().tiles(), []);
    assert!(five.follows(&empty, &[]) && five.follows(&five, &[]) && !empty.follows(&five, &[]));
    assert!(
        !five.follows(&checkpoint(5, leaf(2)), &[]) && !five.follows(&empty, &[leaf(1)]) && !five.follows(&checkpoint(0, leaf(1)), &[])
    );
    let elsewhere = receipts::Checkpoint { origin: "other.example".into(), ..five.clone() };
    assert!(!five.follows(&elsewhere, &[]));
    assert_eq!(Proof::inclusion(u64::MAX - 1, u64::MAX).unwrap().tiles().len(), 8);
}

/// The numbers are those of tlog-tiles.
#[test]
fn tiles_are_named_and_divided_as_the_specification_says() {
    let mut tree = Tree::empty();
    let names = |tiles: Vec<Tile>| -> Vec<String> { tiles.iter().map(|tile| tile.id().to_string()).collect() };
    let leaves: Vec<Hash> = (0..70_000).map(leaf).collect();
    assert_eq!(names(tree.append(&leaves[..256]).unwrap()), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(names(tree.append(&[]).unwrap()), [""; 0]);
    let all = names(Tree::empty().append(&leaves).unwrap());
    assert_eq!(all.iter().filter(|name| name.starts_with("tile/0/") && !name.contains(".p/")).count(), 273);
    let others: Vec<_> = all.iter().filter(|name| !name.starts_with("tile/0/") || name.contains(".p/")).collect();
    assert_eq!(others, ["tile/1/000", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let named = |index| TileId::within((index + 1) * 256, 0, index).unwrap().to_string();
    assert_eq!([named(1_234_067), named(1_000), named(5)], ["tile/0/x001/x234/067", "tile/0/x001/000", "tile/0/005"]);
    assert_eq!(TileId::within(256, 0, 1), None);
    assert_eq!(TileId::within(256, 9, 0), None);
}

#[test]
fn what_is_damaged_does_not_grow() {
    let mut log = Log::default();
    let root = log.append(Hash::of_row(&[]), &(0..300).map(leaf).collect::<Vec<_>>());
    let edge = Tree::edge(300);
    assert_eq!(edge.iter().map(TileId::to_string).collect::<Vec<_>>(), ["tile/0/001.p/44", "tile/1/000.p/1"]);
    let tiles = log.tiles(edge.clone());
    assert!(Tree::open(300, root, &tiles).is_ok());
    assert_eq!(Tree::open(300, leaf(0), &tiles), Err(Damage::Root));
    assert_eq!(Tree::open(300, root, &tiles[1..]), Err(Damage::Missing(edge[0])));
    assert_eq!(Tree::open(u64::MAX, root, &tiles), Err(Damage::Size));
    let mut changed = tiles[0].to_bytes();
    changed[40] ^= 1;
    let changed = Tile::read(edge[0], &changed).unwrap();
    assert_eq!(Tree::open(300, root, &[changed, tiles[1].clone()]), Err(Damage::Root));
    assert_eq!(Tile::read(edge[0], &tiles[0].to_bytes()[32..]), Err(Damage::Length(edge[0])));
    assert_eq!(Tile::read(edge[0], &[tiles[0].to_bytes(), vec![0]].concat()), Err(Damage::Length(edge[0])));
    assert!(matches!(Proof::inclusion(299, 300).unwrap().hashes(&tiles[1..]), Err(Damage::Missing(_))));
}

#[test]
fn a_tile_that_has_grown_serves_the_proofs_of_an_older_log() {
    let leaves: Vec<Hash> = (0..300).map(leaf).collect();
    let (mut old, mut new) = (Log::default(), Log::default());
    let root = old.append(Hash::of_row(&[]), &leaves[..100]);
    new.append(Hash::of_row(&[]), &leaves);
    let full = new.tile(TileId::within(300, 0, 0).unwrap()).unwrap();
    let path = Proof::inclusion(42, 100).unwrap().hashes(&[full]).unwrap();
    assert!(checkpoint(100, root).includes(leaf(42), 42, &path));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// However the entries come, the tiles and the root are the same, and no tile is written twice.
    #[test]
    fn batches_make_the_tree_of_their_entries(batches in prop::collection::vec(0_u64..400, 1..8), at in any::<prop::sample::Index>()) {
        let (mut log, mut root) = (Log::default(), Hash::of_row(&[]));
        for batch in batches {
            let leaves: Vec<Hash> = (log.size..log.size + batch).map(leaf).collect();
            root = log.append(root, &leaves);
        }
        let size = log.size;
        prop_assume!(size > 0);
        let known = oracle(size);
        prop_assert_eq!(root.as_bytes().as_slice(), root_of(&known));
        let index = at.index(size as usize) as u64;
        let path = log.prove(&Proof::inclusion(index, size).unwrap());
        prop_assert_eq!(bytes(&path), known.prove_inclusion(index as usize).as_bytes().to_vec());
    }

    #[test]
    fn no_hostile_proof_panics_or_passes(
        (index, size, older) in any::<(u64, u64, u64)>(),
        path in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..70),
    ) {
        let log = checkpoint(size, leaf(0));
        prop_assert!(!log.includes(leaf(1), index, &path));
        prop_assert!(older == 0 || older == size || !log.follows(&checkpoint(older, leaf(1)), &path));
    }
}
