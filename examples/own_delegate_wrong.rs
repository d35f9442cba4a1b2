//! An own delegate that is wrong, and has to fail: it copies the lease to copies that exist, and nothing else.
//!
//! `cargo run --example own_delegate_wrong -- run embedded:replicate-server`

use ipamconf::delegate::Context;
use ipamconf::door::{OwnDelegate, OwnTarget};
use ipamconf::model::{
    AdmDhcpScopesRow, Callback, CompletionStatus, IpamException, OperationParameters,
    ParametersObject, Terminal,
};
use ipamconf::spec::{AddressFamily, IpamAdminOperationId, IpamExceptionId};

#[derive(Default)]
struct MyDelegate;

impl OwnDelegate for MyDelegate {
    fn run(
        &mut self,
        _operation: IpamAdminOperationId,
        parameters: Option<&OperationParameters>,
        context: &mut Context<'_>,
        client: &mut dyn FnMut(Callback),
    ) {
        let result = replicate_server(parameters, context);
        let terminal = if result.is_ok() {
            Terminal::Success
        } else {
            Terminal::Failure
        };
        client(Callback::SetOverallStatus {
            overall_status: terminal.status(),
            completion_status: result.err().map(|fault| {
                CompletionStatus::DhcpMsmOverallCompletionStatus {
                    error_info: Some(fault),
                    has_ipam_update_error: true,
                }
            }),
        });
    }
}

/// Copies the lease of every failover scope to the copy that the partner already has. No more: the suite will say
/// what is missing.
fn replicate_server(
    parameters: Option<&OperationParameters>,
    context: &mut Context<'_>,
) -> Result<(), IpamException> {
    let fault = |text: &str| IpamException::new(IpamExceptionId::FAILED_TO_REPLICATE_SERVER, text);
    let Some(ParametersObject::ReplicateServerParameters {
        server: Some(server),
    }) = parameters.map(|parameters| &parameters.object)
    else {
        return Err(fault("no server was given"));
    };
    let family = AddressFamily::InterNetwork;
    let scopes = context
        .store
        .get_scopes_for_server(server.record_id, family);
    for scope in scopes.ok_or_else(|| fault("the server has no scopes"))? {
        let association = context
            .store
            .associations_of(scope.record_id)
            .into_iter()
            .next();
        let Some(relation) =
            association.and_then(|row| context.store.relation(row.failover_relation_id))
        else {
            continue;
        };
        let ends = [relation.server1_record_id, relation.server2_record_id];
        let Some(partner) = ends
            .into_iter()
            .flatten()
            .find(|id| *id != server.record_id)
        else {
            continue;
        };
        let copy = context
            .store
            .scope_on_server(family, partner, scope.details.scope_id);
        if let Some(copy) = copy.and_then(|id| context.store.scope((family, id))) {
            let mut row = AdmDhcpScopesRow::clone(&copy);
            row.details.lease_duration = scope.details.lease_duration;
            row.details.lease_duration_type = scope.details.lease_duration_type;
            context.store.update_scope(row);
        }
    }
    Ok(())
}

fn main() -> std::process::ExitCode {
    ipamconf::cli::main_for(|| Box::new(OwnTarget::new(MyDelegate)))
}
