//! Any bytes as a picture to be verified: the answer is a report of bounded length, and nothing is trusted without anchors.
#![no_main]

use fuzz::memory;
use libfuzzer_sys::fuzz_target;
use provenance::{Anchors, State, check_detached, examine};
use std::sync::LazyLock;

/// The memory for examining a picture of some kilobytes
const MEMORY: usize = 64 << 20;

static NOBODY: LazyLock<Anchors> = LazyLock::new(Anchors::default);

fn check(report: &provenance::Report) {
    assert_ne!(report.credentials.state, State::Trusted);
    let texts = report.credentials.codes.iter().chain(&report.credentials.generator).chain(&report.credentials.digital_source_type);
    assert!(texts.into_iter().all(|text| text.chars().count() <= 200 && !text.contains(char::is_control)));
    assert!(report.credentials.actions.len() <= 20 && report.credentials.ingredients.len() <= 20 && report.summary.len() <= 600);
}

// A panic inside the library is contained by ours and is no fault: the hook that would end the process at once is removed. A panic that leaves
// `examine` still ends it.
fuzz_target!(init: { std::panic::set_hook(Box::new(|_| {})); }, |bytes: &[u8]| {
    memory::within(MEMORY, || {
        if let Ok(report) = examine(bytes, &NOBODY) {
            check(&report);
        }
        let (text, credentials) = bytes.split_at(bytes.len() / 8);
        if let Ok(report) = check_detached(text, credentials, &NOBODY) {
            check(&report);
        }
    });
});
