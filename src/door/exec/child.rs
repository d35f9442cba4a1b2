//! The child process: lines in, lines out, each within a time and a length, and its end.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::interchange::exec::{Answer, Hello, Request};
use crate::interchange::{FormError, limits, parse};
use crate::suite::TargetError;

/// The bytes of one line of the child: what a document may have.
const LINE_BYTES_MAX: usize = limits::DOCUMENT_BYTES_MAX;

/// The lines of its standard error that are kept, the last ones: what led to a failure, and not all that went before.
const TOLD_LINES: usize = 20;

/// The bytes of a line of its standard error that are kept.
const TOLD_BYTES: usize = 500;

/// How long a child may take to end once its input is closed.
const GRACE: Duration = Duration::from_secs(2);

/// How often a child that has to end is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What to run, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecCommand {
    /// The program and its arguments; no shell is in between.
    pub words: Vec<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a server whose time is real has to be silent until nothing more is expected.
    pub quiet: Duration,
    /// The most bytes of a line that it writes.
    pub line_bytes: usize,
}

impl ExecCommand {
    /// A program and its arguments, with the usual times: 10 s for an answer, half a second of silence.
    #[must_use]
    pub const fn new(words: Vec<String>) -> Self {
        Self {
            words,
            timeout: Duration::from_secs(10),
            quiet: Duration::from_millis(500),
            line_bytes: LINE_BYTES_MAX,
        }
    }
}

/// What came from the child's standard output.
enum Line {
    Text(String),
    /// Longer than so many bytes.
    TooLong(usize),
    NotText,
    /// The output is closed, or cannot be read.
    Closed,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(
        "did not answer `{request}` within {} ms (does it write a line end, and flush its output?)",
        .limit.as_millis()
    )]
    Silent { request: String, limit: Duration },
    #[error("ended {status} instead of answering `{request}`")]
    Ended { request: String, status: String },
    #[error("wrote more than {limit} bytes without a line end in answer to `{request}`")]
    TooLong { request: String, limit: usize },
    #[error("wrote what is no UTF-8 in answer to `{request}`")]
    NotText { request: String },
    #[error(
        "wrote a line that nobody asked for before `{request}`: {line} (what is for people belongs on the standard error)"
    )]
    Unasked { request: String, line: String },
    #[error("did not answer `{request}` as it has to: {error}")]
    Form { request: String, error: FormError },
}

/// A running child.
#[derive(Debug)]
pub(super) struct Child {
    process: std::process::Child,
    /// Lines for its input, which closes when this goes.
    requests: Option<Sender<Vec<u8>>>,
    lines: Receiver<Line>,
    told: Arc<Mutex<VecDeque<String>>>,
    asked: u64,
    /// What it said of itself.
    pub(super) hello: Hello,
}

impl Child {
    /// Starts it; nothing has been asked yet.
    pub(super) fn start(run: &ExecCommand) -> io::Result<Self> {
        let line_bytes = run.line_bytes;
        let (program, arguments) = run
            .words
            .split_first()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no program is named"))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A group of its own: Ctrl-C is for us, and what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let (requests, to_write) = channel::<Vec<u8>>();
        // One line is in the reader's hand, one waits here: a child that babbles has to wait, too.
        let (read, lines) = sync_channel(1);
        let told = Arc::default();
        // Threads that wait for pipes: they end when the pipes close. Nobody waits for them, as somebody that the child
        // has left behind may hold a pipe open.
        if let Some(mut input) = process.stdin.take() {
            std::thread::spawn(move || {
                for line in to_write {
                    if input.write_all(&line).and_then(|()| input.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(output) = process.stdout.take() {
            std::thread::spawn(move || read_lines(output, line_bytes, &read));
        }
        if let Some(errors) = process.stderr.take() {
            let told = Arc::clone(&told);
            std::thread::spawn(move || keep_last_lines(errors, &told));
        }
        Ok(Self {
            process,
            requests: Some(requests),
            lines,
            told,
            asked: 0,
            hello: Hello {
                protocol: 0,
                name: String::new(),
                capabilities: Vec::new(),
            },
        })
    }

    /// Sends a request, in the form that is given, and waits for its answer.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        json: Json,
        limit: Duration,
    ) -> Result<Answer, Trouble> {
        let name = json["do"].as_str().unwrap_or_default().to_owned();
        let (id, answer) = self.exchange(&name, json, limit)?;
        Answer::from_json(request, id, &answer).map_err(|error| Trouble::Form {
            request: name,
            error,
        })
    }

    /// Sends a line and waits for the next: the number it was sent with, and what came.
    pub(super) fn exchange(
        &mut self,
        request: &str,
        mut json: Json,
        limit: Duration,
    ) -> Result<(u64, Json), Trouble> {
        let request = request.to_owned();
        match self.lines.try_recv() {
            Ok(Line::Text(line)) => {
                let line = format!("{:?}", shortened(&line));
                return Err(Trouble::Unasked { request, line });
            }
            Ok(other) => return Err(self.trouble(request, &other)),
            Err(_) => {}
        }
        self.asked += 1;
        json["id"] = self.asked.into();
        let mut line = json.to_string().into_bytes();
        line.push(b'\n');
        if let Some(requests) = &self.requests {
            // Where nobody reads any more, the output says why.
            let _ = requests.send(line);
        }
        match self.lines.recv_timeout(limit) {
            Ok(Line::Text(line)) => match parse(&line) {
                Ok(json) => Ok((self.asked, json)),
                Err(error) => Err(Trouble::Form { request, error }),
            },
            Ok(other) => Err(self.trouble(request, &other)),
            Err(RecvTimeoutError::Timeout) => Err(Trouble::Silent { request, limit }),
            Err(RecvTimeoutError::Disconnected) => Err(self.trouble(request, &Line::Closed)),
        }
    }

    fn trouble(&mut self, request: String, line: &Line) -> Trouble {
        match line {
            Line::TooLong(limit) => Trouble::TooLong {
                request,
                limit: *limit,
            },
            Line::NotText => Trouble::NotText { request },
            Line::Text(_) | Line::Closed => {
                let ended = self.wait_for_end(Duration::from_millis(500));
                let status = match ended.then(|| self.process.try_wait()) {
                    Some(Ok(Some(status))) => in_words(status),
                    _ => "its output".to_owned(),
                };
                Trouble::Ended { request, status }
            }
        }
    }

    /// The failure of a case, with the last that the child said on its standard error.
    pub(super) fn broke(&self, what: &str) -> TargetError {
        TargetError::Broken(self.complaint(what))
    }

    /// What the process did wrong, in words, with the last that it said on its standard error.
    pub(super) fn complaint(&self, what: &str) -> String {
        // What it wrote right before may still be in the pipe.
        std::thread::sleep(Duration::from_millis(20));
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = format!("the target's process {what}");
        if !told.is_empty() {
            text.push_str("\nthe last lines of its standard error:");
            for line in told.iter() {
                text.push_str("\n    ");
                text.push_str(line);
            }
        }
        text
    }

    /// Says goodbye, closes its input, and gives it time to end.
    pub(super) fn end(mut self) {
        let bye = self.ask(&Request::Bye, Request::Bye.to_json(), GRACE);
        self.requests = None;
        if bye.is_ok() {
            self.wait_for_end(GRACE);
        }
    }

    /// Whether it ends within a time. It stays a zombie, so that its number, and that of its group, is taken by nobody.
    #[cfg(unix)]
    fn wait_for_end(&self, limit: Duration) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let id = WaitId::Pid(Pid::from_child(&self.process));
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let started = Instant::now();
        loop {
            if !matches!(waitid(id.clone(), options), Ok(None)) {
                return true;
            }
            if started.elapsed() >= limit {
                return false;
            }
            std::thread::sleep(LOOK);
        }
    }

    #[cfg(not(unix))]
    fn wait_for_end(&mut self, limit: Duration) -> bool {
        let started = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) {
            if started.elapsed() >= limit {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }
}

impl Drop for Child {
    /// Ends it with all that it has started, whether it has ended itself or not.
    fn drop(&mut self) {
        self.requests = None;
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn in_words(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("by signal {signal}");
    }
    status.code().map_or_else(
        || "somehow".to_owned(),
        |code| format!("with exit code {code}"),
    )
}

fn shortened(line: &str) -> String {
    if line.len() <= TOLD_BYTES {
        return line.to_owned();
    }
    let mut end = TOLD_BYTES;
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &line[..end])
}

/// Reads lines until the pipe closes, or nobody wants them any more.
fn read_lines(output: ChildStdout, most: usize, lines: &SyncSender<Line>) {
    let mut output = BufReader::new(output);
    loop {
        let mut bytes = Vec::new();
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let line = match (&mut output).take(limit).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => Line::Closed,
            Ok(_) if bytes.len() > most => Line::TooLong(most),
            // Half a line: the child is gone.
            Ok(_) if bytes.last() != Some(&b'\n') => Line::Closed,
            Ok(_) => String::from_utf8(bytes).map_or(Line::NotText, Line::Text),
        };
        let is_last = !matches!(line, Line::Text(_));
        if lines.send(line).is_err() || is_last {
            return;
        }
    }
}

/// Keeps the last lines that came; reads on whatever comes, so that the child never waits.
fn keep_last_lines(errors: ChildStderr, told: &Mutex<VecDeque<String>>) {
    let mut errors = BufReader::new(errors);
    let limit = u64::try_from(TOLD_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match (&mut errors).take(limit).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let mut line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if bytes.last() != Some(&b'\n') && bytes.len() >= TOLD_BYTES {
            line.push('…');
            // The rest of a long line is passed over.
            if errors.skip_until(b'\n').is_err() {
                return;
            }
        }
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() == TOLD_LINES {
            told.pop_front();
        }
        told.push_back(line);
    }
}
