//! Random sequences of operations, changes of the store, partners' answers, sessions and virtual time over one target,
//! against a reference model.
//!
//! The model of `tests/support/model.rs` says which event comes next on which session and what the store holds; both
//! are compared after every transition. A sequence that breaks is shrunk, transition by transition. Companions count
//! that the interesting cases occur, and that a planted mistake is found and shrunk to a short sequence.

#[path = "support/deviants.rs"]
mod deviants;
#[path = "support/keys.rs"]
mod keys;
#[path = "support/model.rs"]
mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use deviants::Mistake;
use ipamconf::door::SessionTarget;
use ipamconf::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, AdmIpRangeRow, Callback, ClientMessage,
    DhcpScope, Event, Object, RecordId, ScopeDetails, SerDuration, Tables, Value,
};
use ipamconf::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Enablement, Readings,
};
use ipamconf::suite::{Progress, StoreChange, Target};
use ipamconf::trace::Door;
use ipamconf::world::{
    Caller, Does, End, PartnerRule, Relation, RowKind, Scope, Server, Setup, World,
};
use keys::dangling;
use model::{
    Answer, Columns, Ends, Model, Operation, Place, RELATIONS, Rule, SERVERS, SUBNETS, Transition,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner,
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

const V4: AddressFamily = AddressFamily::InterNetwork;

/// The seed of every run that does not choose another one.
const SEED: u64 = 31_944_431;

// ---------------------------------------------------------------------------------------------------------------------
// Sequences

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        let scope = (
            place(),
            columns(),
            prop_oneof![
                1 => Just(Vec::new()),
                4 => prop::collection::vec(0..RELATIONS, 1),
                1 => Just(vec![0, 1]),
                1 => Just(vec![1, 0]),
            ],
        );
        (
            [ends(), ends()],
            prop::collection::vec(scope, 2..=7),
            prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(rule(), 1..=2)],
        )
            .prop_map(|(relations, scopes, rules)| {
                let mut seen = BTreeSet::new();
                let scopes = scopes
                    .into_iter()
                    .filter(|(place, ..)| seen.insert(*place))
                    .collect();
                Self::new(relations, scopes, rules)
            })
            .boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Transition> {
        let open =
            prop::bool::weighted(0.9).prop_map(|administrator| Transition::Open { administrator });
        if state.sessions() == 0 {
            return open.boxed();
        }
        let places: Vec<Place> = state.scopes.keys().copied().collect();
        let any: Vec<usize> = (0..state.sessions()).collect();
        // mostly what a session waits for, now and then what it does not
        let mostly = |waiting: Vec<usize>| {
            let waiting = if waiting.is_empty() {
                any.clone()
            } else {
                waiting
            };
            prop_oneof![
                9 => prop::sample::select(waiting),
                1 => prop::sample::select(any.clone()),
            ]
        };
        let session = prop::sample::select(any.clone());
        let initialize = (mostly(state.opened()), operation(&places))
            .prop_map(|(session, operation)| Transition::Initialize(session, operation));
        let relate =
            (0..RELATIONS, ends()).prop_map(|(relation, ends)| Transition::Relate(relation, ends));
        let is_due = |waiting: &[usize]| if waiting.is_empty() { 1 } else { 12 };
        let on_any = prop_oneof![
            4 => open,
            is_due(&state.opened()) => initialize,
            is_due(&state.initialized()) => mostly(state.initialized()).prop_map(Transition::Start),
            2 => session.clone().prop_map(Transition::Keepalive),
            1 => session.prop_map(Transition::Leave),
            12 => (1_u8..6).prop_map(Transition::Take),
            2 => prop::sample::select(vec![1_u64, 15, 40]).prop_map(Transition::Pass),
            1 => relate,
        ];
        if places.is_empty() {
            return on_any.boxed();
        }
        let place = prop::sample::select(places);
        let relations =
            prop::sample::subsequence((0..RELATIONS).collect::<Vec<_>>(), 0..=RELATIONS);
        let on_scope = prop_oneof![
            2 => (place.clone(), columns()).prop_map(|(at, columns)| Transition::Edit(at, columns)),
            2 => (place.clone(), relations).prop_map(|(at, all)| Transition::Associate(at, all)),
            1 => place.prop_map(Transition::Delete),
        ];
        prop_oneof![10 => on_any, 1 => on_scope].boxed()
    }

    fn preconditions(state: &Self, transition: &Transition) -> bool {
        state.allows(transition)
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        Self::apply(&mut state, transition);
        state
    }
}

fn place() -> impl Strategy<Value = Place> {
    (0..SERVERS, 0..SUBNETS)
}

fn columns() -> impl Strategy<Value = Columns> {
    (
        0_u8..3,
        any::<bool>(),
        prop::sample::select(vec![0_i64, 500]),
        prop::option::of(1_u8..9),
        any::<bool>(),
    )
        .prop_map(
            |(name, activated, subnet_delay, lease, bootp_only)| Columns {
                name,
                activated,
                subnet_delay,
                lease,
                bootp_only,
            },
        )
}

/// Two servers, mostly; now and then one twice, or nobody at one end.
fn ends() -> impl Strategy<Value = Ends> {
    let pair = (0..SERVERS, 1..SERVERS).prop_map(|(one, step)| [one, (one + step) % SERVERS]);
    prop_oneof![
        8 => pair.prop_map(|pair| pair.map(Some)),
        1 => (0..SERVERS).prop_map(|one| [Some(one), Some(one)]),
        1 => (0..SERVERS).prop_map(|one| [Some(one), None]),
        1 => (0..SERVERS).prop_map(|one| [None, Some(one)]),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let answers = vec![
        Answer::Accepts,
        Answer::Refuses,
        Answer::AppliesAndFaults,
        Answer::TakesLong(20),
        Answer::TakesLong(100),
    ];
    (
        prop::option::weighted(0.5, 0..SERVERS),
        0_u64..3,
        prop::sample::select(answers),
        prop::option::weighted(0.6, 1_u64..3),
    )
        .prop_map(|(server, passes, answer, times)| Rule {
            server,
            passes,
            answer,
            times,
            taken: 0,
        })
}

fn operation(places: &[Place]) -> impl Strategy<Value = Operation> + use<> {
    let create =
        (place(), columns()).prop_map(|(at, columns)| Operation::CreateDhcpScope(at, columns));
    let of_any = prop_oneof![
        5 => (0..SERVERS).prop_map(Operation::ReplicateServer),
        2 => create,
    ];
    if places.is_empty() {
        return of_any.boxed();
    }
    let place = prop::sample::select(places.to_vec());
    let scopes = prop::collection::vec(place.clone(), 0..4).prop_map(Operation::ReplicateScope);
    let edit = (place, columns()).prop_map(|(at, columns)| Operation::EditDhcpScope(at, columns));
    prop_oneof![4 => of_any, 2 => scopes, 1 => edit].boxed()
}

// ---------------------------------------------------------------------------------------------------------------------
// The target

/// A target under test, and what its rows are called.
struct Subject {
    target: Box<dyn Target>,
    setup: Setup,
    /// The store after the last transition.
    store: Arc<Tables>,
}

/// Our simulator.
struct Simulated;

/// Our simulator with one planted mistake.
struct Spoilt;

impl StateMachineTest for Simulated {
    type SystemUnderTest = Subject;
    type Reference = Model;

    fn init_test(model: &Model) -> Subject {
        Subject::new(Box::new(SessionTarget::default()), model)
    }

    fn apply(mut subject: Subject, model: &Model, transition: Transition) -> Subject {
        subject.take(model, &transition);
        subject
    }

    fn check_invariants(subject: &Subject, model: &Model) {
        subject.compare(model);
    }

    fn teardown(_: Subject, _: Model) {}
}

impl StateMachineTest for Spoilt {
    type SystemUnderTest = Subject;
    type Reference = Model;

    fn init_test(model: &Model) -> Subject {
        let target = deviants::target(Door::Session, Mistake::GoesOn);
        Subject::new(target, model)
    }

    fn apply(subject: Subject, model: &Model, transition: Transition) -> Subject {
        Simulated::apply(subject, model, transition)
    }

    fn check_invariants(subject: &Subject, model: &Model) {
        subject.compare(model);
    }

    fn teardown(_: Subject, _: Model) {}
}

impl Subject {
    fn new(mut target: Box<dyn Target>, model: &Model) -> Self {
        let setup = world(model).set_up();
        let mut readings = Readings::default();
        readings
            .choose("OQ-7", "status-only")
            .expect("the table of rulings has it");
        target
            .reset(&setup, &readings)
            .expect("the simulator takes every world");
        let store = Arc::clone(&setup.tables);
        Self {
            target,
            setup,
            store,
        }
    }

    fn tables(&mut self) -> Arc<Tables> {
        self.target.tables().expect("the simulator shows its store")
    }

    /// Does the same to the target; `model` has it behind itself already.
    fn take(&mut self, model: &Model, transition: &Transition) {
        let done = match transition {
            Transition::Open { administrator } => {
                let caller = if *administrator {
                    Caller::default()
                } else {
                    Caller::nobody()
                };
                self.target.open(&caller).map(|_| ())
            }
            Transition::Initialize(session, operation) => {
                let paramters = Some(self.paramters(operation));
                let message = ClientMessage::InitializeOperationParameters { paramters };
                self.target.send(*session, &message)
            }
            Transition::Start(session) => self
                .target
                .send(*session, &ClientMessage::StartOperationWithCallback),
            Transition::Keepalive(session) => self.target.send(*session, &ClientMessage::Keepalive),
            Transition::Leave(session) => {
                self.target.end(*session);
                Ok(())
            }
            Transition::Pass(seconds) => {
                self.target.advance(Duration::from_secs(*seconds));
                Ok(())
            }
            Transition::Take(most) => {
                let mut events = Vec::new();
                for _ in 0..*most {
                    let Progress::Event(session, event) = self.target.next() else {
                        break;
                    };
                    events.push((session, label(&event)));
                }
                let expected: Vec<(usize, String)> = model
                    .events
                    .iter()
                    .map(|(session, said)| (*session, (*said).to_owned()))
                    .collect();
                assert_eq!(events, expected, "events");
                Ok(())
            }
            Transition::Edit(place, columns) => {
                let mut row = self.row(*place);
                set_columns(&mut row.details, *columns);
                self.put(row, None)
            }
            Transition::Associate(place, relations) => {
                let ids = &self.setup.relation_ids;
                let relations = relations.iter().map(|relation| ids[*relation]).collect();
                let row = self.row(*place);
                self.put(row, Some(relations))
            }
            Transition::Delete(place) => {
                let key = (V4, self.row(*place).record_id);
                self.target
                    .change(&StoreChange::Delete(RowKind::Scope, key))
            }
            Transition::Relate(relation, ends) => {
                let id = self.setup.relation_ids[*relation];
                let row = self.tables().relations[&id].clone();
                let [first, second] = ends.map(|end| end.map(|end| self.setup.server_ids[end]));
                let row = AdmDhcpFailoverRelationRow {
                    server1_record_id: first,
                    server2_record_id: second,
                    ..AdmDhcpFailoverRelationRow::clone(&row)
                };
                self.target.change(&StoreChange::PutRelation(row))
            }
        };
        done.expect("the simulator does what a session asks");
        self.store = self.tables();
    }

    fn row(&mut self, place: Place) -> AdmDhcpScopesRow {
        let server = self.setup.server_ids[place.0];
        let tables = self.tables();
        let row = tables.scopes.values().find(|row| {
            row.dhcp_server_record_id == server && row.details.scope_id == subnet(place.1)
        });
        AdmDhcpScopesRow::clone(row.expect("the model has the scope, so the target has it"))
    }

    fn put(
        &mut self,
        row: AdmDhcpScopesRow,
        relations: Option<Vec<RecordId>>,
    ) -> Result<(), ipamconf::suite::TargetError> {
        let tables = self.tables();
        let range = tables
            .ranges
            .values()
            .find(|range| range.scope_record_id == row.record_id)
            .expect("every scope has its range");
        self.target.change(&StoreChange::PutScope {
            range: Box::new(AdmIpRangeRow::clone(range)),
            row: Box::new(row),
            relations,
        })
    }

    fn paramters(&mut self, operation: &Operation) -> Value {
        let id = |server: usize| self.setup.server_ids[server];
        let (name, type_name) = match operation {
            Operation::ReplicateServer(_) => ("ReplicateServer", "ReplicateServerParameters"),
            Operation::ReplicateScope(_) => ("ReplicateScope", "ReplicateScopeParameters"),
            Operation::CreateDhcpScope(..) => ("CreateDhcpScope", "CreateDhcpScopeParameters"),
            Operation::EditDhcpScope(..) => ("EditDhcpScope", "UpdateDhcpScopeParameters"),
        };
        let object = Object::of_type(type_name).with("OperationId", name);
        Value::Object(match operation {
            Operation::ReplicateServer(server) => {
                let server = Object::default().with("RecordId", id(*server).to_string());
                object.with("Server", server)
            }
            Operation::ReplicateScope(places) => {
                let scopes = places
                    .iter()
                    .map(|place| Value::Object(DhcpScope::from(&self.row(*place)).encode()))
                    .collect();
                object.with("Scopes", Value::List(scopes))
            }
            Operation::CreateDhcpScope(place, columns) => {
                let scope = DhcpScope {
                    family: V4,
                    record_id: RecordId::UNSET,
                    parent_dhcp_server_record_id: id(place.0),
                    details: details(place.1, *columns),
                    modified_properties: Vec::new(),
                    option_operations: Vec::new(),
                    exclusion_operations: Vec::new(),
                };
                object.with("Scope", scope.encode())
            }
            Operation::EditDhcpScope(place, columns) => {
                let mut scope = DhcpScope::from(&self.row(*place));
                set_columns(&mut scope.details, *columns);
                object.with("Scope", scope.encode())
            }
        })
    }

    /// The store against the model: the scopes with their columns and relationships, the relationships with their ends,
    /// a range for each scope, and no key that points nowhere.
    fn compare(&self, model: &Model) {
        let tables = &self.store;
        let place_of = |id: RecordId| self.setup.server_ids.iter().position(|known| *known == id);
        let relation_of = |id: RecordId| {
            self.setup
                .relation_ids
                .iter()
                .position(|known| *known == id)
        };
        let mut found: BTreeMap<Place, (Columns, Vec<usize>)> = BTreeMap::new();
        let mut in_order: Vec<Place> = Vec::new();
        for row in tables.scopes.values() {
            let server = place_of(row.dhcp_server_record_id).expect("a scope of a server");
            let place = (server, subnet_number(row.details.scope_id));
            let relations = tables
                .scope_failovers
                .values()
                .filter(|association| association.scope_id == row.record_id)
                .filter_map(|association| relation_of(association.failover_relation_id))
                .collect();
            let twice = found.insert(place, (columns_of(&row.details), relations));
            assert_eq!(twice, None, "{place:?} is there twice");
            in_order.push(place);
        }
        let expected: BTreeMap<Place, (Columns, Vec<usize>)> = model
            .scopes
            .iter()
            .map(|(place, scope)| (*place, (scope.columns, scope.relations.clone())))
            .collect();
        assert_eq!(found, expected, "scopes");
        let order: Vec<Place> = model.in_order().into_iter().map(|(at, _)| at).collect();
        assert_eq!(in_order, order, "order of scopes");
        let ends: Vec<Ends> = tables
            .relations
            .values()
            .map(|row| {
                [row.server1_record_id, row.server2_record_id].map(|end| end.and_then(place_of))
            })
            .collect();
        assert_eq!(ends, model.relations, "relationships");
        assert_eq!(tables.ranges.len(), tables.scopes.len(), "ranges");
        assert_eq!(dangling(tables), BTreeSet::new(), "keys");
    }
}

fn label(event: &Event) -> String {
    match event {
        Event::Callback(Callback::SetSubTaskStatus { status, .. }) => {
            format!("{} {}", event.name(), status.name())
        }
        Event::Callback(Callback::SetOverallStatus { overall_status, .. }) => {
            format!("{} {}", event.name(), overall_status.name())
        }
        other => other.name().to_owned(),
    }
}

fn subnet(number: u8) -> IpAddr {
    at(number, 0)
}

fn at(number: u8, last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, number, last))
}

fn subnet_number(subnet: IpAddr) -> u8 {
    match subnet {
        IpAddr::V4(address) => address.octets()[2],
        IpAddr::V6(_) => u8::MAX,
    }
}

fn set_columns(details: &mut ScopeDetails, columns: Columns) {
    details.scope_name = columns.name.to_string();
    details.status = if columns.activated {
        DhcpScopeStatus::Activated
    } else {
        DhcpScopeStatus::Deactivated
    };
    details.subnet_delay = columns.subnet_delay;
    (details.lease_duration_type, details.lease_duration) = match columns.lease {
        Some(days) => (
            DhcpLeaseDurationType::Limited,
            SerDuration::from_days(days.into()),
        ),
        None => (DhcpLeaseDurationType::Unlimited, SerDuration::ZERO),
    };
    details.serving_clients_type = if columns.bootp_only {
        DhcpServingClientsType::Bootp
    } else {
        DhcpServingClientsType::Dhcp
    };
}

fn columns_of(details: &ScopeDetails) -> Columns {
    let days = |days: &u8| SerDuration::from_days((*days).into()) == details.lease_duration;
    Columns {
        name: details.scope_name.parse().expect("names are numbers here"),
        activated: details.status == DhcpScopeStatus::Activated,
        subnet_delay: details.subnet_delay,
        lease: match details.lease_duration_type {
            DhcpLeaseDurationType::Limited => (1..=u8::MAX).find(days),
            _ => None,
        },
        bootp_only: details.serving_clients_type == DhcpServingClientsType::Bootp,
    }
}

fn details(number: u8, columns: Columns) -> ScopeDetails {
    let mut details = ScopeDetails {
        scope_id: subnet(number),
        subnet_mask: Some(IpAddr::V4(Ipv4Addr::new(255, 255, 255, 0))),
        prefix_length: 24,
        start_address: at(number, 1),
        end_address: at(number, 254),
        scope_name: String::new(),
        description: String::new(),
        status: DhcpScopeStatus::Activated,
        subnet_delay: 0,
        lease_duration_type: DhcpLeaseDurationType::Limited,
        lease_duration: SerDuration::ZERO,
        serving_clients_type: DhcpServingClientsType::Dhcp,
        bootp_lease_duration_type: DhcpLeaseDurationType::Limited,
        bootp_lease_duration: SerDuration::from_days(30),
        dns_update_type: DhcpDnsUpdateType::Never,
        dns_name_protection_status: Enablement::Disabled,
        discard_dns_record_on_lease_deletion_status: Enablement::Disabled,
        dns_not_requesting_clients_update_type: Enablement::Disabled,
        exclusion_ranges: BTreeSet::new(),
        number_of_active_leases: 0,
        failover_config_sync_status: DhcpFailoverConfigSyncStatus::Unknown,
    };
    set_columns(&mut details, columns);
    details
}

/// The world that a model begins as.
fn world(model: &Model) -> World {
    let end = |end: Option<usize>| end.map_or(End::Nil, End::Server);
    let mut world = World {
        servers: (0..SERVERS)
            .map(|server| Server::named(&format!("S{server}")))
            .collect(),
        ..World::default()
    };
    for (number, [first, second]) in model.relations.into_iter().enumerate() {
        world.relations.push(Relation {
            name: format!("R{number}"),
            server1: end(first),
            server2: end(second),
            mode: DhcpFailoverMode::LoadBalance,
            missing: false,
        });
    }
    for (place, scope) in model.in_order() {
        let access_scope = world.servers[place.0].access_scope.clone();
        world.scopes.push(Scope {
            name: format!("A{}", world.scopes.len()),
            server: place.0,
            details: details(place.1, scope.columns),
            relations: scope.relations.clone(),
            options: Vec::new(),
            superscope: None,
            access_scope,
            managed_by: "MSDHCP".to_owned(),
            managed_by_entity: None,
            missing: false,
            same_id_as: None,
        });
    }
    world.partner = model.rules.iter().map(partner_rule).collect();
    world
}

fn partner_rule(rule: &Rule) -> PartnerRule<usize> {
    let (does, seconds) = match rule.answer {
        Answer::Accepts => (Does::Accept, 0),
        Answer::Refuses => (Does::Refuse, 0),
        Answer::AppliesAndFaults => (Does::LoseAnswer, 0),
        Answer::TakesLong(seconds) => (Does::Late, seconds),
    };
    PartnerRule {
        does,
        server: rule.server,
        scope: None,
        on: None,
        after: rule.passes,
        times: rule.times,
        delay: Duration::from_secs(seconds),
        detail: None,
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The tests

/// How many transitions a sequence has.
const LENGTH: std::ops::Range<usize> = 1..60;

/// What is left of a sequence that breaks.
struct Broken {
    reason: String,
    begin: Model,
    transitions: Vec<Transition>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            reason,
            begin,
            transitions,
        } = self;
        write!(
            f,
            "{reason}\nbegin: {begin:#?}\ntransitions: {transitions:#?}"
        )
    }
}

/// The shortest sequence found that breaks, if any does.
fn broken<T: StateMachineTest<Reference = Model>>(config: Config) -> Option<Box<Broken>> {
    let strategy = Model::sequential_strategy(LENGTH);
    let outcome = TestRunner::new(config.clone()).run(&strategy, |(model, transitions, seen)| {
        let run = || T::test_sequential(config.clone(), model, transitions, seen);
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let message = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(message.unwrap_or_default())
        })
    });
    match outcome {
        Ok(()) => None,
        Err(TestError::Abort(reason)) => panic!("no sequences: {reason}"),
        Err(TestError::Fail(reason, (begin, transitions, _))) => Some(Box::new(Broken {
            reason: reason.to_string(),
            begin,
            transitions,
        })),
    }
}

fn config(cases: u32) -> Config {
    let from_environment = Config::default();
    Config {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            from_environment.cases
        } else {
            cases
        },
        rng_seed: match from_environment.rng_seed {
            RngSeed::Random => RngSeed::Fixed(SEED),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        failure_persistence: from_environment.failure_persistence.as_ref().map(|_| {
            Box::new(FileFailurePersistence::Direct(
                "proptest-regressions/state_machine.txt",
            )) as Box<_>
        }),
        ..from_environment
    }
}

#[test]
fn the_simulator_does_what_the_model_does() {
    if let Some(broken) = broken::<Simulated>(config(200)) {
        panic!("{broken}");
    }
}

/// A simulator that goes on behind a scope that failed is found out, and the sequence that shows it is short.
#[test]
fn a_mistake_is_found_and_shrunk() {
    let broken = broken::<Spoilt>(Config {
        rng_seed: RngSeed::Fixed(SEED),
        failure_persistence: None,
        cases: 2_000,
        ..Config::default()
    });
    let broken = broken.expect("the mistake shows");
    // open, initialize, start, take
    assert!(broken.transitions.len() <= 8, "{broken}");
}

#[test]
fn the_sequences_reach_what_they_are_for() {
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(SEED),
        ..Config::default()
    });
    let strategy = Model::sequential_strategy(LENGTH);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..300 {
        let tree = strategy.new_tree(&mut runner).expect("sequences are found");
        let (mut model, transitions, _) = tree.current();
        for transition in &transitions {
            Model::apply(&mut model, transition);
        }
        for what in model.occurred {
            *seen.entry(what).or_default() += 1;
        }
    }
    for what in [
        "two operations run at once",
        "the store is changed between two scopes",
        "the client left a running operation",
        "a session timed out",
        "a start is refused",
        "replicated",
        "a scope failed",
        "a copy is created",
        "a copy is updated",
        "CreateDhcpScope done",
        "CreateDhcpScope failed",
        "EditDhcpScope done",
        "EditDhcpScope failed",
        "ReplicateServer of nothing failed",
        "the partner: Accepts",
        "the partner: Refuses",
        "the partner: AppliesAndFaults",
        "the partner: TakesLong(20)",
        "the partner: TakesLong(100)",
    ] {
        let count = seen.get(what).copied().unwrap_or(0);
        assert!(count >= 3, "`{what}` occurred {count} times of {seen:#?}");
    }
}
