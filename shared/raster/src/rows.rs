//! Row-parallel work whose result does not depend on the number of threads.

use std::cell::Cell;
use std::num::NonZero;
use std::thread;

thread_local! {
    /// Threads to use for work started on this thread; 0 asks the system.
    static THREADS: Cell<usize> = const { Cell::new(0) };
}

/// More threads than this cost more to start than they save on a million pixels.
const MOST_THREADS: usize = 8;

/// Pictures smaller than this are done before a thread has started.
const WORTH_A_THREAD: usize = 1 << 15;

/// Fills `cells`, a row-major picture `width` cells wide, row by row. `fill` gets a row's number and the row.
///
/// Every row is computed on its own, so the result is the same on one thread and on eight.
pub fn fill<T: Send>(cells: &mut [T], width: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    if width == 0 {
        return;
    }
    let height = cells.len() / width;
    let share = height.div_ceil(threads(cells.len())).max(1);
    if share >= height {
        fill_share(cells, width, 0, &fill);
        return;
    }
    thread::scope(|scope| {
        for (index, part) in cells.chunks_mut(share * width).enumerate() {
            let fill = &fill;
            scope.spawn(move || fill_share(part, width, index * share, fill));
        }
    });
}

/// Fills the rows of one thread, the first of which is row `first` of the picture.
fn fill_share<T>(part: &mut [T], width: usize, first: usize, fill: &impl Fn(usize, &mut [T])) {
    for (offset, row) in part.chunks_mut(width).enumerate() {
        fill(first + offset, row);
    }
}

/// How many threads to use for `cells` pixels.
fn threads(cells: usize) -> usize {
    match THREADS.get() {
        0 if cells < WORTH_A_THREAD => 1,
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        asked => asked,
    }
    .min(MOST_THREADS)
}

/// Runs `work` with exactly `count` threads for everything it fills.
pub fn with_threads<R>(count: usize, work: impl FnOnce() -> R) -> R {
    let before = THREADS.replace(count);
    let result = work();
    THREADS.set(before);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_threads_fills_every_row_once() {
        for threads in 1..=9 {
            for height in [0, 1, 2, 7, 64] {
                let mut cells = vec![0_usize; height * 5];
                with_threads(threads, || {
                    fill(&mut cells, 5, |y, row| {
                        for (x, cell) in row.iter_mut().enumerate() {
                            *cell += y * 5 + x + 1;
                        }
                    });
                });
                let expected: Vec<usize> = (1..=height * 5).collect();
                assert_eq!(cells, expected, "{threads} threads, {height} rows");
            }
        }
    }
}
