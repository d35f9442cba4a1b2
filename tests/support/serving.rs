//! Servers for as long as a test holds them: in a thread of this process, or in a process of their own.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use ipamconf::door::server::{Config, Server};
use tokio::sync::oneshot;

/// A thread with a runtime in which something is served.
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Runs what `serve` makes, which says something once it listens, and ends when it is told to.
    pub(crate) fn start<T: Send + 'static, F: Future<Output = ()>>(
        serve: impl FnOnce(mpsc::Sender<T>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> (T, Self) {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(serve(tell, stopped));
        });
        let said = told.recv().expect("a server");
        let background = Self {
            stop: Some(stop),
            thread: Some(thread),
        };
        (said, background)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where a server listens.
pub(crate) struct Urls {
    pub(crate) soap: Option<String>,
    pub(crate) net_tcp: Option<String>,
    pub(crate) control: Option<String>,
}

/// A server of our simulator.
pub(crate) fn simulator(config: Config) -> (Urls, Background) {
    Background::start(async move |tell, stopped| {
        let running = Server::bind(config).await.expect("free ports");
        let urls = Urls {
            soap: running.soap_url().map(str::to_owned),
            net_tcp: running.net_tcp_url().map(str::to_owned),
            control: running.control_url().map(str::to_owned),
        };
        tell.send(urls).expect("somebody listens");
        let _ = stopped.await;
        running.stop().await;
    })
}

/// A program that says where it listens, ended when this is dropped.
pub(crate) struct Listening {
    process: Child,
    /// Where, in the order in which it says so.
    pub(crate) urls: Vec<String>,
}

impl Listening {
    /// Starts it, and waits until it has said so many addresses.
    pub(crate) fn start(command: &mut Command, count: usize) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server can be started");
        let mut out = BufReader::new(process.stdout.take().expect("its output"));
        let mut urls = Vec::new();
        while urls.len() < count {
            let mut line = String::new();
            let length = out.read_line(&mut line).expect("its output");
            assert!(length > 0, "the server ended and never listened");
            if let Some(url) = line.trim().strip_prefix("listening ") {
                urls.push(url.to_owned());
            }
        }
        // what else it prints is read, so that it never waits for a reader
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Self { process, urls }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
