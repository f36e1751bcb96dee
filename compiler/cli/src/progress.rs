//! A bar on standard error while a run goes on, if somebody is watching.

use borel::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Runs faster than this show no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar, or nothing.
#[derive(Clone)]
pub(crate) struct Bar {
    bar: Option<ProgressBar>,
    start: std::time::Instant,
}

impl Bar {
    /// A bar if standard error is a terminal and it is wanted.
    pub(crate) fn new(wanted: bool) -> Bar {
        let visible = wanted && std::io::stderr().is_terminal();
        let bar = visible.then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Bar { bar, start: std::time::Instant::now() }
    }

    /// Shows how far the run is.
    pub(crate) fn show(&self, progress: &Progress) {
        let Some(bar) = &self.bar else { return };
        if bar.is_hidden() && self.start.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        bar.set_message(progress.what);
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
    }

    /// Removes the bar.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
