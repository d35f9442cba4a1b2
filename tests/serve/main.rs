//! `ipamconf serve`: our simulator as a server, over real sockets of this machine.

mod bad_input;
mod client;
mod command;
mod control;
mod page;
mod posted;
mod sessions;
mod stop;
