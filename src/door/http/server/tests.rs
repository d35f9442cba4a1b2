//! The sessions and worlds of a server, without sockets.
