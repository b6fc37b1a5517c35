use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opendal::{ErrorKind, Operator};
use tokio::runtime::{Builder, Runtime};

/// A store that does not answer in that time is left alone for the rest of the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// An object store by its address.
pub(super) struct Objects {
    url: String,
    /// Clients that nobody uses right now. Each has a runtime of its own, for connections belong to one.
    idle: Mutex<Vec<Client>>,
    failed: AtomicBool,
}

impl std::fmt::Debug for Objects {
    /// The address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an object store")
    }
}

struct Client {
    // Declared before the runtime: what it holds must go before what drives it.
    operator: Operator,
    runtime: Runtime,
}

impl Objects {
    pub(super) fn open(url: &str) -> Result<Objects, String> {
        // The provider can be set once for the process; whoever came first had the same in mind.
        let _ = rustls::crypto::ring::default_provider().install_default();
        opendal::init_default_registry();
        opendal_http_transport_reqwest::install_default();
        let objects = Objects { url: url.to_string(), idle: Mutex::default(), failed: AtomicBool::new(false) };
        let client = objects.client()?;
        objects.give_back(client);
        Ok(objects)
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let read = self.run(|operator| async move {
            match operator.read(name).await {
                Ok(bytes) => Ok(Some(bytes.to_vec())),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(told(&error)),
            }
        });
        read.map(Option::flatten)
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let bytes = bytes.to_vec();
        let write = |operator: Operator| async move {
            operator.write(name, bytes).await.map(drop).map_err(|error| told(&error))
        };
        self.run(write).map(drop)
    }

    /// `None` once the store has failed.
    fn run<T, F: Future<Output = Result<T, String>>>(
        &self,
        act: impl FnOnce(Operator) -> F,
    ) -> Result<Option<T>, String> {
        if self.failed.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let client = self.client()?;
        let act = act(client.operator.clone());
        let done = client.runtime.block_on(async { tokio::time::timeout(PATIENCE, act).await });
        let done = done.unwrap_or_else(|_| Err(format!("no answer within {} seconds", PATIENCE.as_secs())));
        match done {
            Ok(value) => {
                self.give_back(client);
                Ok(Some(value))
            }
            Err(why) => {
                self.failed.store(true, Ordering::Relaxed);
                Err(why.lines().next().unwrap_or_default().to_string())
            }
        }
    }

    fn client(&self) -> Result<Client, String> {
        if let Some(client) = self.idle.lock().ok().and_then(|mut idle| idle.pop()) {
            return Ok(client);
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let operator = {
            let _inside = runtime.enter();
            Operator::from_uri(self.url.as_str()).map_err(|error| error.to_string())?
        };
        Ok(Client { operator, runtime })
    }

    fn give_back(&self, client: Client) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(client);
        }
    }
}

/// What went wrong, without the request and its headers.
fn told(error: &opendal::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{}: {source}", error.message()),
        None => error.message().to_string(),
    }
}
