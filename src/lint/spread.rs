//! The same work for many things, shared among threads.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, scope};

/// Bytes of a thread's stack: hostile texts nest deeply.
const STACK: usize = 8 << 20;

/// What `run` gives for each of the items, in their order. The threads are of their own, not of a pool:
/// there, whoever waits for the rest might take up the lint of another file meanwhile.
pub(super) fn spread<'a, T: Sync, R: Send>(items: &'a [T], threads: usize, run: impl Fn(&'a T) -> R + Sync) -> Vec<R> {
    if threads < 2 {
        return items.iter().map(run).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mine = std::iter::from_fn(|| {
            let at = next.fetch_add(1, Ordering::Relaxed);
            items.get(at).map(|item| (at, run(item)))
        });
        mine.collect::<Vec<_>>()
    };
    let mut all = scope(|scope| {
        let start = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads).filter_map(start).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn the_order_is_that_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled: Vec<usize> = items.iter().map(|it| it * 2).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(spread(&items, threads, |it| it * 2), doubled);
        }
    }
}
