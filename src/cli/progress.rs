//! One line on a terminal that says how far a run is.

use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often the line is drawn again.
const INTERVAL: Duration = Duration::from_millis(100);

/// The line; wiped when dropped.
pub(super) struct Progress {
    /// `None` where nobody looks.
    state: Option<Mutex<State>>,
}

struct State {
    total: usize,
    of: &'static str,
    done: usize,
    failed: usize,
    drawn: Option<Instant>,
    begun: Instant,
}

impl Progress {
    /// A line for that many cases, or whatever they are called; or none.
    pub(super) fn new(total: usize, of: &'static str, shown: bool) -> Self {
        let state = State {
            total,
            of,
            done: 0,
            failed: 0,
            drawn: None,
            begun: Instant::now(),
        };
        Self {
            state: shown.then(|| Mutex::new(state)),
        }
    }

    /// One more is finished.
    pub(super) fn finished(&self, failed: bool) {
        let Some(state) = &self.state else { return };
        let mut state = state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.done += 1;
        state.failed += usize::from(failed);
        // What is over at once needs no line.
        let now = Instant::now();
        if now.duration_since(state.drawn.unwrap_or(state.begun)) >= INTERVAL {
            state.drawn = Some(now);
            let line = line(state.done, state.total, state.of, state.failed);
            let mut stream = std::io::stderr().lock();
            let _ = write!(stream, "\r\u{1b}[2K{line}");
            let _ = stream.flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let drawn = self.state.as_ref().is_some_and(|state| {
            state
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .drawn
                .is_some()
        });
        if drawn {
            let mut stream = std::io::stderr().lock();
            let _ = write!(stream, "\r\u{1b}[2K");
            let _ = stream.flush();
        }
    }
}

fn line(done: usize, total: usize, of: &str, failed: usize) -> String {
    let failed = match failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    format!("{done} of {total} {of}{failed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_and_how_many_failed() {
        assert_eq!(line(3, 10, "cases", 0), "3 of 10 cases");
        assert_eq!(line(3, 10, "cases", 2), "3 of 10 cases, 2 failed");
    }
}
