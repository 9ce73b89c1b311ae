//! No change of a signed file, whatever its kind, leaves it trusted with another picture.

use std::sync::LazyLock;

use picture_files::PictureFormat;
use proptest::collection::vec;
use proptest::prelude::*;
use provenance::State;

use crate::writing::*;

static SIGNED: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| FORMATS.iter().flat_map(|&format| [signed(format), signed_at_length(format)]).collect());

/// A change at places that are shares of the file's length
#[derive(Clone, Debug)]
enum Change {
    /// The length stays
    Overwrite(f64, Vec<u8>),
    Insert(f64, Vec<u8>),
    Remove(f64, usize),
    Truncate(f64),
    /// Two places exchange as many bytes
    Exchange(f64, f64, usize),
    /// Two segments or chunks change places
    ExchangeParts(f64, f64),
    /// One is there twice, and the second time elsewhere
    RepeatPart(f64, f64),
    RemovePart(f64),
}

fn changes() -> impl Strategy<Value = Change> {
    let bytes = || prop_oneof![vec(any::<u8>(), 1..40), vec(Just(0), 1..40), vec(Just(0xff), 1..8)];
    let place = || 0.0..1.0;
    prop_oneof![
        (place(), bytes()).prop_map(|(at, bytes)| Change::Overwrite(at, bytes)),
        (place(), bytes()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place(), 1_usize..600).prop_map(|(at, length)| Change::Remove(at, length)),
        place().prop_map(Change::Truncate),
        (place(), place(), 1_usize..100).prop_map(|(one, other, length)| Change::Exchange(one, other, length)),
        (place(), place()).prop_map(|(one, other)| Change::ExchangeParts(one, other)),
        (place(), place()).prop_map(|(one, other)| Change::RepeatPart(one, other)),
        place().prop_map(Change::RemovePart),
    ]
}

fn changed(bytes: &[u8], change: &Change) -> Vec<u8> {
    let place = |share: f64| ((bytes.len() as f64 * share) as usize).min(bytes.len() - 1);
    let mut parts: Vec<Vec<u8>> = parts(bytes).into_iter().map(|part| bytes[part].to_vec()).collect();
    // The signature stays first: without it a file is no picture.
    let which = |share: f64, parts: &[Vec<u8>]| 1 + (((parts.len() - 1) as f64 * share) as usize).min(parts.len() - 2);
    let mut out = bytes.to_vec();
    match change {
        Change::Overwrite(at, new) => out.iter_mut().skip(place(*at)).zip(new).for_each(|(byte, new)| *byte = *new),
        Change::Insert(at, new) => drop(out.splice(place(*at)..place(*at), new.iter().copied())),
        Change::Remove(at, length) => drop(out.drain(place(*at)..(place(*at) + length).min(bytes.len()))),
        Change::Truncate(at) => out.truncate(place(*at)),
        Change::Exchange(one, other, length) => {
            let last = bytes.len().saturating_sub(*length);
            let length = (bytes.len() - last).min(*length);
            let (one, other) = (place(*one).min(last), place(*other).min(last));
            (0..length).for_each(|at| out.swap(one + at, other + at));
        }
        Change::ExchangeParts(one, other) => {
            let (one, other) = (which(*one, &parts), which(*other, &parts));
            parts.swap(one, other);
            out = parts.concat();
        }
        Change::RepeatPart(one, other) => {
            let (one, other) = (which(*one, &parts), which(*other, &parts));
            parts.insert(other, parts[one].clone());
            out = parts.concat();
        }
        Change::RemovePart(at) => {
            parts.remove(which(*at, &parts));
            out = parts.concat();
        }
    }
    out
}

/// The file without its manifest store, if it still has one in one place
fn outside(bytes: &[u8]) -> Vec<u8> {
    let store = store_range(bytes);
    [&bytes[..store.start], &bytes[store.end..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    /// Invariant: A picture is signed last, and the selfie is in no manifest.
    #[test]
    fn whatever_is_changed_breaks_the_credentials(which in 0_usize..6, all in vec(changes(), 1..3)) {
        let original = &SIGNED[which];
        let forged = all.iter().fold(original.clone(), |bytes, change| {
            let has_parts = PictureFormat::sniff(&bytes).is_ok() && parts(&bytes).len() > 2;
            if has_parts { changed(&bytes, change) } else { bytes }
        });
        if let Ok(report) = provenance::examine(&forged, &testkit::signing::anchors())
            && report.credentials.state > State::Invalid
        {
            // Nothing outside the manifest has changed, and what is unsigned in the manifest is none of the picture.
            prop_assert!(outside(&forged) == outside(original), "{:?}: {:?}", report.credentials.state, all);
            prop_assert!(store_range(&forged) == store_range(original), "{:?}", all);
        }
    }
}
