//! The memory limit of an input.

use cap::Cap;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Runs `work` with at most `bytes` more memory than in use now: beyond that the process is aborted, with the input kept.
pub fn within<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    assert!(ALLOCATOR.set_limit(ALLOCATOR.allocated().saturating_add(bytes)).is_ok(), "the limit is above what is there");
    let result = work();
    assert!(ALLOCATOR.set_limit(usize::MAX).is_ok(), "no limit is above everything");
    result
}
