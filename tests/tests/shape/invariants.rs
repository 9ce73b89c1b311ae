//! The index of invariants in ARCHITECTURE.md is that of the tests there are.

use super::root;

#[test]
fn the_index_of_invariants_is_up_to_date() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let wanted = tests::invariants::in_architecture(&root()).unwrap();
    assert!(page.matches("\n- ").count() > 20, "the index is there");
    assert!(page == wanted, "ARCHITECTURE.md has another index of invariants: run `make invariants`");
}

#[test]
fn the_map_can_be_read_in_ten_minutes() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(page.lines().count() <= 200, "ARCHITECTURE.md has {} lines, but at most 200", page.lines().count());
}
