//! Bars on standard error while a run goes on, if somebody is watching: one, or one for each chain.

use borel::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Runs faster than this show no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Bars, or nothing.
#[derive(Clone)]
pub(crate) struct Bars {
    shown: Option<Arc<Shown>>,
}

struct Shown {
    all: MultiProgress,
    bars: Mutex<Vec<ProgressBar>>,
    start: Instant,
}

impl Bars {
    /// Bars if standard error is a terminal and they are wanted.
    pub(crate) fn new(wanted: bool) -> Bars {
        let visible = wanted && std::io::stderr().is_terminal();
        let shown = visible.then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            Arc::new(Shown { all, bars: Mutex::new(Vec::new()), start: Instant::now() })
        });
        Bars { shown }
    }

    /// Shows how far the run is.
    pub(crate) fn show(&self, progress: &Progress) {
        let Some(shown) = self.shown.as_ref().filter(|shown| shown.start.elapsed() > PATIENCE) else { return };
        let bar = shown.bar(progress.chain.map_or(0, |chain| chain.chain));
        match progress.chain {
            Some(chain) => {
                let phase = if chain.is_warmup { "warmup" } else { "draws" };
                let (number, step, divergences) = (chain.chain + 1, chain.step_size, chain.divergences);
                let figures = match step.is_nan() {
                    true => String::new(),
                    false => format!(" step {step:.3} divergences {divergences}"),
                };
                bar.set_message(format!("chain {number} {phase:<6}{figures}"));
            }
            None => bar.set_message(progress.what),
        }
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
    }

    /// Removes them.
    pub(crate) fn clear(&self) {
        if let Some(shown) = &self.shown {
            shown.bars.lock().unwrap_or_else(PoisonError::into_inner).drain(..).for_each(|bar| bar.finish_and_clear());
        }
    }
}

impl Shown {
    /// The bar with this number; those before it are there too.
    fn bar(&self, number: usize) -> ProgressBar {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        while bars.len() <= number {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bars.push(self.all.add(bar));
        }
        bars[number].clone()
    }
}
