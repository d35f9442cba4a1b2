//! An own delegate under test, judged by the whole command line.
//!
//! `cargo run --example own_delegate -- run`
//!
//! Put your own code where `run` calls the simulator's: read from `context.store`, ask `context.partner` before you
//! write a scope to a partner server, and tell the client everything through `client`, SetOverallStatus last.

use ipamconf::delegate::{Context, Execution, Step};
use ipamconf::door::{OwnDelegate, OwnTarget};
use ipamconf::model::{Callback, OperationParameters};
use ipamconf::spec::IpamAdminOperationId;

struct MyDelegate;

impl OwnDelegate for MyDelegate {
    fn run(
        &mut self,
        operation: IpamAdminOperationId,
        parameters: Option<&OperationParameters>,
        context: &mut Context<'_>,
        client: &mut dyn FnMut(Callback),
    ) {
        let mut execution = Execution::new(operation, parameters.cloned());
        while let Some(step) = execution.next(context) {
            match step {
                Step::Callback(callback) => client(callback),
                // A partner that answers late: nothing here waits for it.
                Step::Wait(_) => {}
            }
        }
    }
}

fn main() -> std::process::ExitCode {
    ipamconf::cli::main_for(|| Box::new(OwnTarget::new(MyDelegate)))
}
