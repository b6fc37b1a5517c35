//! Work beside the loop. A job gets what it needs by value, runs on a thread of its own kind, and
//! hands back a closure that the loop runs with the server in hand: nothing is shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::json;

use super::server::Server;
use super::transport::{Event, Outbox};

/// What the loop does with a job's result.
pub(super) type Then = Box<dyn FnOnce(&mut Server) + Send>;

/// Threads for short jobs at most.
const MAX_THREADS: usize = 4;
/// Bytes of a thread's stack: hostile texts nest deeply.
const STACK: usize = 8 << 20;

/// A wish to stop, shared with the job.
#[derive(Clone, Debug, Default)]
pub(super) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub(super) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// True if both are the same wish.
    pub(super) fn is(&self, other: &Cancel) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The flag itself, for layers that know nothing of jobs.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// Starts jobs.
pub(super) struct Jobs {
    reports: Sender<Event>,
    pool: OnceLock<Option<ThreadPool>>,
}

impl Jobs {
    pub(super) fn new(reports: Sender<Event>) -> Jobs {
        Jobs { reports, pool: OnceLock::new() }
    }

    /// Runs a job that takes milliseconds, in turn with others. A job that panics gives the default.
    pub(super) fn short<R: Default + Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
        then: impl FnOnce(&mut Server, R) + Send + 'static,
    ) {
        let job = reporting(self.reports.clone(), work, then);
        match self.pool() {
            Some(pool) => pool.spawn_fifo(job),
            None => job(),
        }
    }

    /// Drops what is large and nobody needs.
    pub(super) fn drop_beside(&self, waste: impl Send + 'static) {
        if let Some(pool) = self.pool() {
            pool.spawn(move || drop(waste));
        }
    }

    /// Runs a job that may take minutes, on a thread of its own.
    pub(super) fn long<R: Default + Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
        then: impl FnOnce(&mut Server, R) + Send + 'static,
    ) {
        let job = reporting(self.reports.clone(), work, then);
        let thread = std::thread::Builder::new().stack_size(STACK).name("background".to_string());
        // A panic here answers the request that wanted the job with an error.
        thread.spawn(job).expect("the system gives a thread");
    }

    fn pool(&self) -> Option<&ThreadPool> {
        let build = || {
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
            ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().ok()
        };
        self.pool.get_or_init(build).as_ref()
    }
}

fn reporting<R: Default + Send + 'static>(
    reports: Sender<Event>,
    work: impl FnOnce() -> R + Send + 'static,
    then: impl FnOnce(&mut Server, R) + Send + 'static,
) -> impl FnOnce() + Send + 'static {
    move || {
        let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_default();
        // The loop may be gone already.
        let _ = reports.send(Event::Done(Box::new(move |server| then(server, result))));
    }
}

/// What a long job tells while it runs, and whether it should go on.
#[derive(Clone)]
pub(super) struct Progress {
    outbox: Outbox,
    token: Option<serde_json::Value>,
    title: String,
    begun: Arc<AtomicBool>,
    /// Set once the client wants to see it.
    shown: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    pub(super) cancel: Cancel,
}

impl Progress {
    /// Progress under a token; without one nothing is told.
    pub(super) fn new(outbox: Outbox, token: Option<serde_json::Value>, title: &str) -> Progress {
        Progress {
            outbox,
            token,
            title: title.to_string(),
            begun: Arc::default(),
            shown: Arc::default(),
            over: Arc::default(),
            cancel: Cancel::default(),
        }
    }

    /// True if both are the same progress.
    pub(super) fn is(&self, other: &Progress) -> bool {
        Arc::ptr_eq(&self.begun, &other.begun)
    }

    /// The client is ready to show it.
    pub(super) fn show(&self) {
        self.shown.store(true, Ordering::Relaxed);
        if self.over.load(Ordering::Relaxed) {
            self.close();
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Says how far the job is: parts done of all, and what is being done.
    pub(super) fn report(&self, done: usize, all: usize, message: &str) {
        if !self.shown.load(Ordering::Relaxed) {
            return;
        }
        let percentage = (done * 100).checked_div(all).unwrap_or(0).min(100);
        self.begin(percentage);
        self.tell(json!({"kind": "report", "message": message, "percentage": percentage}));
    }

    /// The job is over.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        if self.shown.load(Ordering::Relaxed) {
            self.close();
        }
    }

    /// An editor that said yes to a token shows that something is going on until it hears of the end, even
    /// of what never began.
    fn close(&self) {
        self.begin(0);
        self.tell(json!({"kind": "end"}));
    }

    fn begin(&self, percentage: usize) {
        if !self.begun.swap(true, Ordering::Relaxed) {
            self.tell(json!({"kind": "begin", "title": self.title, "cancellable": true, "percentage": percentage}));
        }
    }

    fn tell(&self, value: serde_json::Value) {
        if let Some(token) = &self.token {
            self.outbox.notify("$/progress", &json!({"token": token, "value": value}));
        }
    }
}
