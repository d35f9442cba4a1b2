//! Our own simulator as a child process: the protocol of `ipamconf run --target exec:CMD` in Rust, for comparison with
//! the same simulator in process.
//!
//! `ipamconf run --target 'exec:cargo run -q --example exec_simulator'`

use std::io::{BufRead, Write};

use ipamconf::door::SessionTarget;
use ipamconf::interchange::exec::{Answer, Capability, Hello, PROTOCOL, Request};
use ipamconf::interchange::parse;
use ipamconf::suite::{Progress, Target, TargetError};

/// Does what is asked.
pub fn answer(simulator: &mut SessionTarget, request: Request) -> Result<Answer, TargetError> {
    Ok(match request {
        Request::Hello => Answer::Hello(Hello {
            protocol: PROTOCOL,
            name: "the simulator of ipamconf".to_owned(),
            capabilities: Capability::ALL.to_vec(),
        }),
        Request::Reset(world) => {
            simulator.reset(&world.setup, &world.readings)?;
            Answer::Ok
        }
        Request::Open(caller) => Answer::Session(simulator.open(&caller)?),
        Request::Send(session, message) => {
            simulator.send(session, &message)?;
            Answer::Ok
        }
        Request::Next(_) => match simulator.next() {
            Progress::Event(session, event) => Answer::Event(session, event),
            Progress::Wait(time) => Answer::Wait(time),
            Progress::Quiet => Answer::Quiet,
        },
        Request::Advance(time) => {
            simulator.advance(time);
            Answer::Ok
        }
        Request::End(session) => {
            simulator.end(session);
            Answer::Ok
        }
        Request::Change(change) => {
            simulator.change(&change)?;
            Answer::Ok
        }
        Request::World { unless } => {
            let version = simulator.data_store().version().to_string();
            if unless.as_ref() == Some(&version) {
                return Ok(Answer::Unchanged);
            }
            match simulator.tables() {
                Some(tables) => Answer::Tables(tables, Some(version)),
                None => Answer::Unsupported(None),
            }
        }
        Request::Bye => Answer::Ok,
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut simulator = SessionTarget::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let json = parse(&line?)?;
        let id = Request::id_of(&json)?;
        let answer = match Request::from_json(&json) {
            Err(error) => {
                eprintln!("{error}");
                Answer::Unsupported(None)
            }
            Ok(request) => match answer(&mut simulator, request) {
                Ok(answer) => answer,
                Err(TargetError::Change(why)) => Answer::Refused(why),
                Err(error) => Answer::Error(error.to_string()),
            },
        };
        writeln!(out, "{}", answer.to_json(id))?;
        out.flush()?;
    }
    Ok(())
}
