//! What is behind the subject, chosen by seed.

pub(crate) mod colour;
pub(crate) mod ink;
mod shapes;

/// Which of `count` motifs a seed draws: neighbouring seeds draw different ones.
fn motif(seed: u64, count: u64) -> u64 {
    seed.wrapping_add(seed >> 32) % count
}
