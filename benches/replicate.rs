//! What replicating costs: scenarios a second, and time and memory for each scope of a server with many.
//!
//! `cargo bench --bench replicate`, with `-- --large` up to a million scopes. Figures are for comparing rows of one run with each other, not runs on different machines.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use ipamconf::door::DelegateTarget;
use ipamconf::model::{Object, RecordId, SerDuration};
use ipamconf::scenario::{Case, read_bytes};
use ipamconf::spec::{IpamAdminOperationId, Readings};
use ipamconf::suite::{Progress, Target, run_case};
use ipamconf::world::{Setup, World};

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

fn main() {
    // `cargo test` builds benches and may run them; there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    scenarios();
    println!();
    println!(
        "{:>9} {:>9} {:>10} {:>10} {:>10}",
        "scopes", "ids", "us/scope", "us/scope", "bytes/scope"
    );
    println!(
        "{:>9} {:>9} {:>10} {:>10} {:>10}",
        "", "", "update", "create", "peak"
    );
    // A million scopes want a few gigabytes: only when asked for.
    let large = std::env::args()
        .any(|argument| argument == "--large")
        .then_some(1_000_000);
    for count in [1_000, 10_000, 100_000].into_iter().chain(large) {
        for shuffled in [false, true] {
            let (update, _) = replicate(count, true, shuffled);
            let (create, bytes) = replicate(count, false, shuffled);
            let order = if shuffled { "shuffled" } else { "in order" };
            println!("{count:>9} {order:>9} {update:>10.3} {create:>10.3} {bytes:>10.0}");
        }
    }
}

/// How many small scenarios run in a second, read once and run often.
fn scenarios() {
    let text = "title = \"x\"\nrequirements = [\"R-4-10\"]\n[world]\nservers = [{ name = \"S\" }, { name = \"P1\" }]\n\
        relations = [{ name = \"R1\", server1 = \"S\", server2 = \"P1\" }]\nscopes = [\n\
        { name = \"A\", server = \"S\", subnet = \"10.0.1.0/24\", relation = \"R1\", lease = \"8d\" },\n\
        { name = \"A on P1\", server = \"P1\", like = \"A\", lease = \"1h\" },\n]\n[expect]\n\
        overall = \"CompletedWithSuccess\"\nchanged = [{ scope = \"A on P1\", lease = \"8d\" }]\n";
    let runs = 20_000;
    let clock = Instant::now();
    for _ in 0..runs {
        read_bytes("x", "x.toml", text.as_bytes()).expect("the scenario is right");
    }
    let read = clock.elapsed().as_secs_f64() / f64::from(runs);
    let scenario = read_bytes("x", "x.toml", text.as_bytes()).expect("the scenario is right");
    let case: &Case = &scenario.cases[0];
    let mut target = DelegateTarget::default();
    let readings = Readings::default();
    let clock = Instant::now();
    for _ in 0..runs {
        let trace = run_case(case, &mut target, &readings).expect("the simulator can run it");
        let checks = ipamconf::check::check(case, &trace, &readings);
        assert!(!checks.is_empty());
    }
    let run = clock.elapsed().as_secs_f64() / f64::from(runs);
    println!(
        "a small scenario: {:.1} us to read, {:.1} us to run and judge",
        read * 1e6,
        run * 1e6
    );
    println!(
        "that is {:.0} scenarios a second on one processor",
        1.0 / (read + run)
    );
}

/// ReplicateServer over so many scopes, half a million addresses apart at most; microseconds and peak bytes a scope.
fn replicate(count: usize, copies: bool, shuffled: bool) -> (f64, f64) {
    let setup = setup(count, copies, shuffled);
    peak_alloc::PeakAlloc.reset_peak_usage();
    let before = peak_alloc::PeakAlloc.current_usage();
    let mut target = DelegateTarget::default();
    target
        .reset(&setup, &Readings::default())
        .expect("the simulator takes any world");
    let server = Object::default().with("RecordId", setup.server_ids[0].to_string());
    let parameters = Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", server);
    let clock = Instant::now();
    target
        .call(
            IpamAdminOperationId::ReplicateServer,
            Some(&parameters.into()),
        )
        .expect("the delegate can be called");
    let mut events = 0_usize;
    loop {
        match target.next() {
            Progress::Event(..) => events += 1,
            Progress::Wait(time) => target.advance(time),
            Progress::Quiet => break,
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    assert!(events > count, "every scope tells its progress");
    let peak = peak_alloc::PeakAlloc.peak_usage().saturating_sub(before);
    (seconds * 1e6 / count as f64, peak as f64 / count as f64)
}

/// A server with so many scopes, all in failover with one partner; scopes in subnet order, or far apart.
fn setup(count: usize, copies: bool, shuffled: bool) -> Setup {
    let text = "title = \"x\"\n[world]\nservers = [{ name = \"S\" }, { name = \"P1\" }]\n\
        relations = [{ name = \"R1\", server1 = \"S\", server2 = \"P1\" }]\n\
        scopes = [{ name = \"A\", server = \"S\", subnet = \"10.0.0.0/29\", relation = \"R1\" }]\n";
    let scenario = read_bytes("x", "x.toml", text.as_bytes()).expect("the scenario is right");
    let mut world = World::clone(&scenario.cases[0].world);
    // More rows than a scenario file may have: the first one again and again, a subnet further each time.
    let first = world.scopes.remove(0);
    world.scopes = (0..count)
        .map(|number| {
            let mut scope = first.clone();
            scope.name = format!("A{number}");
            let details = &mut scope.details;
            details.scope_id = further(details.scope_id, number);
            details.start_address = further(details.start_address, number);
            details.end_address = further(details.end_address, number);
            scope
        })
        .collect();
    if copies {
        let theirs: Vec<_> = world
            .scopes
            .iter()
            .map(|scope| {
                let mut copy = scope.clone();
                copy.server = 1;
                copy.relations.clear();
                copy.details.lease_duration = SerDuration::from_days(1);
                copy
            })
            .collect();
        world.scopes.extend(theirs);
    }
    if shuffled {
        // A fixed permutation that puts neighbours far apart: the order of the subnets is not that of the ids.
        let len = world.scopes.len();
        let step = (len * 5 / 8) | 1;
        let coprime = (step..).find(|step| gcd(*step, len) == 1).unwrap_or(1);
        let scopes = (0..len)
            .map(|index| world.scopes[index * coprime % len].clone())
            .collect();
        world.scopes = scopes;
    }
    let setup = world.set_up();
    assert_ne!(setup.server_ids[0], RecordId::UNSET);
    setup
}

/// The address so many subnets of eight addresses further.
fn further(address: IpAddr, subnets: usize) -> IpAddr {
    let IpAddr::V4(address) = address else {
        return address;
    };
    let distance =
        u32::try_from(8 * subnets).expect("a million subnets of eight are fewer than 2^32");
    IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() + distance))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
