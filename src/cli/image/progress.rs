use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::host::image::Event;

/// Downloads as a line on the terminal; nothing where the error output is no terminal, or where
/// nothing is downloaded.
#[derive(Default)]
pub(super) struct Bar(Mutex<Option<ProgressBar>>);

impl Bar {
    /// Shows what is going on.
    pub(super) fn tell(&self, event: Event) {
        let Ok(mut bar) = self.0.lock() else { return };
        match (event, &*bar) {
            (Event::Bytes(count), Some(bar)) => bar.inc(count),
            (Event::Bytes(count), None) => {
                let fresh = ProgressBar::no_length();
                let style =
                    ProgressStyle::with_template("{spinner} {decimal_bytes} read, {decimal_bytes_per_sec}{msg}");
                fresh.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                fresh.enable_steady_tick(Duration::from_millis(200));
                fresh.inc(count);
                *bar = Some(fresh);
            }
            (Event::Layers(done, total), Some(bar)) => bar.set_message(format!(", {done} of {total} layers")),
            (Event::Layers(..), None) => {}
        }
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        if let Ok(mut bar) = self.0.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
