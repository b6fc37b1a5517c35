use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CAUGHT: Once = Once::new();

/// From now on ctrl-C asks to end, and only a second one ends at once.
pub fn catch_interrupt() {
    CAUGHT.call_once(|| {
        // Where no handler can be set, ctrl-C ends the program as it always does.
        let _ = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
    });
}

/// True once ctrl-C asked to end.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
