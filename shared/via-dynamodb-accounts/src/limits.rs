//! Counts of what an account, an address, a browser or a network does, as parts of the transaction that does it.

use accounts::{NetworkKey, Networks};
use dynamo::{Counter, Part};
use kernel::{Limit, Timestamp};
use policy::{Class, Expiring};

/// Counts one for an account, an address or a browser in the present window of the limit; above it, it says so.
pub fn count<T>(table: &str, limit: Limit, whom: &str, now: Timestamp) -> Part<T> {
    counter(table, Class::RATE_COUNTER, limit, now).count(limit, whom, now)
}

/// Counts one for each network of a caller, where `of_a_line` is what the narrowest may do.
pub fn count_networks<T>(table: &str, of_a_line: Limit, networks: &Networks, now: Timestamp) -> Vec<Part<T>> {
    networks.iter().map(|(reach, network)| count_network(table, of_a_line.of(*reach), network, now)).collect()
}

/// Counts one for a network, or for a network and an address together.
pub(crate) fn count_network<T>(table: &str, limit: Limit, network: &NetworkKey, now: Timestamp) -> Part<T> {
    counter(table, Class::NETWORK_COUNTER, limit, now).count(limit, network.as_str(), now)
}

fn counter(table: &str, class: Expiring, limit: Limit, now: Timestamp) -> Counter<'_> {
    Counter { table, class: class.class().id(), expires_at: class.expires_at(limit.window.end(now)), swept: true }
}
