//! The site in `web/` against what the code says of it.

use std::collections::BTreeSet;

use kernel::Page;
use policy::inventory;

use super::{files, root};

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_page_that_we_link_to_is_one_of_the_site() {
    let pages: BTreeSet<String> = serde_json::from_str(&read("web/pages.json")).unwrap();
    // The API answers it.
    for path in Page::PATHS.iter().filter(|path| **path != "/privacy") {
        assert!(pages.contains(path.trim_start_matches('/')), "the site has no {path}");
    }
}

/// The sources of the site that run in a browser.
fn scripts() -> String {
    let ours = files().into_iter().filter(|path| ["web/src", "web/public"].iter().any(|folder| path.starts_with(root().join(folder))));
    let scripts = ours.filter(|path| path.extension().is_some_and(|end| ["ts", "js", "svelte"].iter().any(|script| end == *script)));
    scripts.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Invariant: Stored data is declared.
#[test]
fn an_15_what_the_site_keeps_on_a_device_is_in_the_inventory_and_the_reverse() {
    let scripts = scripts();
    for kept in inventory().on_device() {
        assert!(scripts.contains(&format!("'{}'", kept.name())), "no page keeps {}", kept.place);
    }
    let declared = |kind: &str| -> BTreeSet<&str> {
        inventory().on_device().iter().filter(|kept| kept.place.starts_with(kind)).map(|kept| kept.name()).collect()
    };
    let quoted = |text: &'static str| text.split('\'').skip(1).step_by(2).collect::<BTreeSet<_>>();
    let between = |path: &str, start: &str, end: &str| -> &'static str {
        let text: &'static str = read(path).leak();
        text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).unwrap_or_else(|| panic!("{path} has no {start}")).0
    };
    assert_eq!(quoted(between("web/src/device/stored.ts", "export type Remembered =", ";")), declared("localstorage:"));
    assert_eq!(quoted(between("web/src/device/store.ts", "const STORES = [", "]")), declared("indexeddb:"));
    let of_tabs: BTreeSet<&str> = scripts.split("sessionStorage.setItem('").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    assert_eq!(of_tabs, declared("sessionstorage:"));
    // The rest is asked for in one place each: the module for it, and the script that sets the theme before the first paint.
    for (way, places) in [("localStorage.", 4), ("indexedDB.open(", 1), ("document.cookie", 0)] {
        assert_eq!(scripts.matches(way).count(), places, "{way}");
    }
}
