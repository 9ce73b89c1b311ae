//! Counts of what an account, an address or a network does, as parts of the transaction that does it.

use accounts::{CallerNetworks, NetworkKey};
use dynamo::{Counter, Part};
use kernel::{Timestamp, Window};
use policy::{Class, Expiring};

/// Counts one of `what` for `whom` in the present hour; above `most` it says so.
pub fn count_one<T>(table: &str, what: &str, whom: &str, most: u32, now: Timestamp) -> Part<T> {
    count_in(table, Window::Hour, what, whom, most, now)
}

/// The same in the present hour or day.
pub fn count_in<T>(table: &str, window: Window, what: &str, whom: &str, most: u32, now: Timestamp) -> Part<T> {
    counter(table, Class::RATE_COUNTER, window, now).count(what, whom, most)
}

/// Counts one of `what` for each network in the present window; above `of_a_line`, or what a wider network may do, it says so.
pub(crate) fn count_networks<T>(
    table: &str,
    window: Window,
    what: &str,
    networks: &CallerNetworks,
    of_a_line: u32,
    now: Timestamp,
) -> Vec<Part<T>> {
    let counter = counter(table, Class::NETWORK_COUNTER, window, now);
    networks.each.iter().map(|(reach, network)| counter.count(what, network.as_str(), reach.allows(of_a_line))).collect()
}

/// Counts one of `what` for a network and an address together.
pub(crate) fn count_network<T>(table: &str, window: Window, what: &str, network: &NetworkKey, most: u32, now: Timestamp) -> Part<T> {
    counter(table, Class::NETWORK_COUNTER, window, now).count(what, network.as_str(), most)
}

fn counter(table: &str, class: Expiring, window: Window, now: Timestamp) -> Counter<'_> {
    Counter { table, class: class.class().id(), window, now, expires_at: class.expires_at(window.end(now)), swept: true }
}
