//! SOAP 1.2 over HTTP.

mod server;

pub use server::{CallbackAllow, Config, Limits, Running, ServeError, Server, Stopped};
