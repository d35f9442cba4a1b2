//! Running the delegate that an operation selects, step by step, up to its SetOverallStatus.

use std::collections::VecDeque;

use crate::delegate::replicate_scope::ReplicateScope;
use crate::delegate::{
    Context, Step, create_scope, invalid_parameter, replicate_server, update_scope,
};
use crate::model::{
    Callback, CompletionStatus, IpamException, OperationParameters, ParametersObject, Percentage,
    Terminal,
};
use crate::spec::{
    IpamAdminOperationId, IpamExceptionId, OverallProgressStatus, Question, parameters,
};

/// A delegate that was started.
///
/// [`Execution::next`] gives its steps in order and `None` when it is done. The last step is SetOverallStatus with a
/// Completed value: once under the ruling on OQ-2, by every delegate of the chain under its literal reading.
#[derive(Debug, Clone)]
pub struct Execution {
    operation: IpamAdminOperationId,
    work: Work,
    steps: VecDeque<Step>,
}

#[derive(Debug, Clone)]
enum Work {
    /// Nothing is done yet.
    Ready(Option<Box<OperationParameters>>),
    /// .29 goes through its collection, on its own or for .31.
    Scopes(ReplicateScope),
    /// SetOverallStatus was sent.
    Done,
}

impl Execution {
    /// [MS-IPAMM2] 3.19.4.4.1: the delegate of that operation, with the session's parameters; `None` is NULL.
    #[must_use]
    pub fn new(operation: IpamAdminOperationId, parameters: Option<OperationParameters>) -> Self {
        Self {
            operation,
            work: Work::Ready(parameters.map(Box::new)),
            steps: VecDeque::new(),
        }
    }

    /// The next step; `None` when the delegate is done.
    pub fn next(&mut self, ctx: &mut Context<'_>) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            match std::mem::replace(&mut self.work, Work::Done) {
                Work::Done => return None,
                Work::Ready(parameters) => self.begin(parameters, ctx),
                Work::Scopes(mut scopes) => match scopes.next_scope(ctx, &mut self.steps) {
                    None => self.work = Work::Scopes(scopes),
                    Some(result) => self.finish_scopes(result, ctx),
                },
            }
        }
    }

    fn begin(&mut self, parameters: Option<Box<OperationParameters>>, ctx: &mut Context<'_>) {
        use IpamAdminOperationId as Id;
        if ctx.readings.is(Question::OQ2, "in-progress") {
            self.steps
                .push_back(Step::Callback(Callback::SetOverallStatus {
                    overall_status: OverallProgressStatus::InProgress,
                    completion_status: None,
                }));
        }
        let object = parameters.map(|parameters| parameters.object);
        match self.operation {
            Id::ReplicateServer => match replicate_server::collect(object, ctx) {
                Ok(scopes) => self.work = Work::Scopes(scopes),
                Err(fault) => self.finish(Err(fault), ctx),
            },
            Id::ReplicateScope => match ReplicateScope::from_parameters(object) {
                Ok(scopes) => self.work = Work::Scopes(scopes),
                Err(fault) => self.finish(Err(fault), ctx),
            },
            Id::CreateDhcpScope => {
                let result = create_scope::run(object, ctx);
                self.finish(result, ctx);
            }
            Id::EditDhcpScope => {
                let result = update_scope::run(object, ctx);
                self.finish(result, ctx);
            }
            other => self.finish(Err(out_of_scope(other, object.as_ref())), ctx),
        }
    }

    /// The inner delegate is through: report for it where every delegate reports, then for the outermost.
    fn finish_scopes(&mut self, result: Result<(), IpamException>, ctx: &Context<'_>) {
        if self.operation == IpamAdminOperationId::ReplicateServer {
            if ctx.readings.is(Question::OQ2, "literal") {
                self.steps.push_back(overall_status(result.as_ref().err()));
            }
            let result = result.map_err(|fault| {
                fault.wrapped_in(
                    IpamExceptionId::FAILED_TO_REPLICATE_SERVER,
                    "the server's scopes could not all be replicated",
                )
            });
            self.finish(result, ctx);
        } else {
            self.finish(result, ctx);
        }
    }

    /// R-31-4, R-31-7 and their like in the other delegates.
    fn finish(&mut self, result: Result<(), IpamException>, ctx: &Context<'_>) {
        let tells_progress = ctx.readings.is(Question::OQ16, "subtasks")
            && ctx.readings.is(Question::OQ7, "percentage");
        if result.is_ok() && tells_progress {
            self.steps
                .push_back(Step::Callback(Callback::SetCompletionPercentage {
                    completion_percentage: Percentage::HUNDRED,
                }));
        }
        self.steps.push_back(overall_status(result.as_ref().err()));
    }
}

/// SetOverallStatus with a Completed value, and the fault's details where there is one (R-PROC-1, R-PROC-2).
pub(super) fn overall_status(fault: Option<&IpamException>) -> Step {
    let terminal = if fault.is_some() {
        Terminal::Failure
    } else {
        Terminal::Success
    };
    Step::Callback(Callback::SetOverallStatus {
        overall_status: terminal.status(),
        completion_status: fault.map(|fault| CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info: Some(fault.clone()),
            has_ipam_update_error: true,
        }),
    })
}

/// An operation whose delegate the simulator does not have: its type check, and then a fault that says so (R-PROC-3).
fn out_of_scope(
    operation: IpamAdminOperationId,
    object: Option<&ParametersObject>,
) -> IpamException {
    match object {
        None => invalid_parameter("the parameters are NULL"),
        Some(object) if Some(object.type_name()) == parameters::parameters_type(operation) => {
            IpamException::new(
                IpamExceptionId::GENERIC_ERROR,
                format!("this simulator does not run {operation}"),
            )
        }
        Some(object) => invalid_parameter(&format!(
            "{} are not the parameters of {operation}",
            object.type_name()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_that_is_not_run_here_faults_on_the_type_of_its_parameters_first() {
        let fault_on = |type_name| {
            let object = ParametersObject::Other { type_name };
            out_of_scope(IpamAdminOperationId::DeleteDhcpScope, Some(&object)).exception_id
        };
        assert_eq!(
            fault_on("DeleteDhcpScopeParameters"),
            IpamExceptionId::GENERIC_ERROR
        );
        assert_eq!(
            fault_on("DhcpFailoverParameters"),
            IpamExceptionId::INVALID_PARAMETER
        );
    }
}
