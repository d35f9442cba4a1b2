//! What a run tests: our simulator through its two doors, an implementer's own target in process, or one elsewhere.

use std::borrow::Cow;
use std::sync::Arc;

use crate::cli::remote::Remote;
use crate::door::http::{AbsentTarget, HttpOptions, HttpTarget};
use crate::door::nettcp::{NetTcpOptions, NetTcpTarget};
use crate::door::{DelegateTarget, ExecTargets, SessionTarget, SoapTarget};
use crate::scenario::Case;
use crate::spec::Readings;
use crate::suite::{Target, TargetError, run_case};
use crate::trace::{Door, Trace};

/// The doors that our own simulator is reached through.
pub(super) const DOORS: &[Door] = &[Door::Delegate, Door::Session];

/// What is tested.
pub(super) struct Subject<'a> {
    make: Box<dyn Fn(Door) -> Box<dyn Target> + Sync + 'a>,
    /// The doors it is reached through.
    pub(super) doors: Vec<Door>,
    /// Whether it is our own simulator, in process: then traces have snapshots.
    pub(super) is_ours: bool,
    /// Whether it follows the reading that a case is about.
    pub(super) follows_readings: bool,
    /// Where it is, for reports.
    pub(super) address: String,
    /// The words that name it on a command line, and say how it is treated.
    pub(super) again: Vec<String>,
    /// What a target behind a wire can be asked; `None` for those that take any world.
    pub(super) remote: Option<Remote>,
}

impl Subject<'static> {
    /// Our own simulator.
    pub(super) fn simulator() -> Self {
        Self {
            make: Box::new(simulator),
            doors: DOORS.to_vec(),
            is_ours: true,
            follows_readings: true,
            address: "in-process".to_owned(),
            again: Vec::new(),
            remote: None,
        }
    }

    /// Child processes.
    pub(super) fn exec(targets: Arc<ExecTargets>, address: String, again: Vec<String>) -> Self {
        Self {
            follows_readings: targets.follows_readings(),
            make: Box::new(move |_| Box::new(targets.target())),
            doors: vec![Door::Exec],
            is_ours: false,
            address,
            again,
            remote: None,
        }
    }

    /// A server behind SOAP over HTTP.
    pub(super) fn http(options: HttpOptions, remote: Remote, again: Vec<String>) -> Self {
        let address = options.address.to_string();
        let make = move || boxed(HttpTarget::new(options.clone()));
        Self::behind_a_wire(Door::Http, address, make, remote, again)
    }

    /// A server behind the protocol's own wire.
    pub(super) fn net_tcp(options: NetTcpOptions, remote: Remote, again: Vec<String>) -> Self {
        let address = options.via.to_string();
        let make = move || boxed(NetTcpTarget::new(options.clone()));
        Self::behind_a_wire(Door::NetTcp, address, make, remote, again)
    }

    fn behind_a_wire(
        door: Door,
        address: String,
        make: impl Fn() -> Box<dyn Target> + Sync + 'static,
        remote: Remote,
        again: Vec<String>,
    ) -> Self {
        Self {
            make: Box::new(move |_| make()),
            doors: vec![door],
            is_ours: false,
            follows_readings: remote.offers.readings,
            address,
            again,
            remote: Some(remote),
        }
    }
}

/// A target that could be made, or one that says why it could not.
fn boxed(made: std::io::Result<impl Target + 'static>) -> Box<dyn Target> {
    match made {
        Ok(target) => Box::new(target),
        Err(error) => Box::new(AbsentTarget(TargetError::Broken(format!(
            "no connection to the target can be prepared: {error}"
        )))),
    }
}

impl<'a> Subject<'a> {
    /// A target that somebody else made, with the door it is reached through.
    pub(super) fn own(make: &'a (dyn Fn(Door) -> Box<dyn Target> + Sync), door: Door) -> Self {
        Self {
            make: Box::new(make),
            doors: vec![door],
            is_ours: false,
            follows_readings: false,
            address: "own".to_owned(),
            again: Vec::new(),
            remote: None,
        }
    }

    /// A new target, reached through one of the doors.
    pub(super) fn target(&self, door: Door) -> Box<dyn Target> {
        (self.make)(door)
    }

    /// The case as the target gets it, or why it does not.
    pub(super) fn prepare<'c>(
        &self,
        scenario: &str,
        case: &'c Case,
    ) -> Result<Cow<'c, Case>, String> {
        match &self.remote {
            Some(remote) => remote.prepare(scenario, case),
            None => Ok(Cow::Borrowed(case)),
        }
    }

    /// How many cases may run at the same time.
    pub(super) fn jobs_max(&self) -> usize {
        let shared = self
            .remote
            .as_ref()
            .is_some_and(|remote| !remote.offers.isolates_worlds());
        if shared { 1 } else { usize::MAX }
    }

    /// Runs a case through one of the doors, on a target of its own.
    pub(super) fn run(
        &self,
        case: &Case,
        door: Door,
        readings: &Readings,
    ) -> Result<Trace, TargetError> {
        run_case(case, &mut *self.target(door), readings)
    }
}

pub(super) fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        Door::Http => Box::new(SoapTarget::new(SessionTarget::default()).at(door)),
        _ => Box::new(SessionTarget::default()),
    }
}

/// Runs a case on our simulator through one of its doors.
pub(super) fn run_on_simulator(
    case: &Case,
    door: Door,
    readings: &Readings,
) -> Result<Trace, TargetError> {
    Subject::simulator().run(case, door, readings)
}
