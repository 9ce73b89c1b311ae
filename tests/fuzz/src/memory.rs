//! How much memory an input may cost.

use cap::Cap;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Runs `work`, which may hold at most so many `bytes` more than there are now: one more, and the process is aborted, with the input kept.
pub fn within<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    assert!(ALLOCATOR.set_limit(ALLOCATOR.allocated().saturating_add(bytes)).is_ok(), "the limit is above what is there");
    let result = work();
    assert!(ALLOCATOR.set_limit(usize::MAX).is_ok(), "no limit is above everything");
    result
}
