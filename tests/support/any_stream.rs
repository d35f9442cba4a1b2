//! What must hold of any bytes as a stream: no panic, the same whatever the pieces it comes in, and of its records
//! that they have the bytes they came from.

use ipamconf::wire::nmf::{
    Decoder, Initiator, InitiatorConfig, InitiatorEvent, NmfError, NmfLimits, Receiver,
    ReceiverConfig, ReceiverEvent, Record, UPGRADE_NEGOTIATE, Via,
};
use ipamconf::wire::{Direction, LiveListing, listing};

/// Panics if it does not hold. The first byte says into which pieces the others are cut.
pub(crate) fn hold(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let size = usize::from(*first).max(1);
    let whole = records(bytes, usize::MAX);
    assert_eq!(records(bytes, size), whole);
    for upgrade in [None, Some(UPGRADE_NEGOTIATE.to_owned())] {
        let receiver = |size| {
            let config = ReceiverConfig {
                upgrade: upgrade.clone(),
                ..ReceiverConfig::default()
            };
            drive_receiver(Receiver::new(config), bytes, size)
        };
        assert_eq!(receiver(size), receiver(usize::MAX));
        let initiator = |size| {
            let via = Via::read("net.tcp://h/").expect("an address");
            let mut config = InitiatorConfig::new(via);
            config.upgrade.clone_from(&upgrade);
            drive_initiator(Initiator::new(config), bytes, size)
        };
        assert_eq!(initiator(size), initiator(usize::MAX));
    }
    for direction in [Direction::FromInitiator, Direction::FromReceiver] {
        let shown = listing(bytes, direction);
        assert!(shown.is_empty() == bytes.is_empty());
        let mut live = LiveListing::new(direction);
        let lines: String = bytes.chunks(size).map(|piece| live.push(piece)).collect();
        // Of a record that is wrong it has no more to show than came.
        let told = match whole.1 {
            Some(_) => lines
                .trim_end()
                .rsplit_once('\n')
                .map_or("", |(told, _)| told),
            None => &lines,
        };
        assert!(shown.starts_with(told), "{lines}\n{shown}");
    }
}

/// All records, and the error at the end if there is one.
pub(crate) fn records(bytes: &[u8], size: usize) -> (Vec<Record>, Option<NmfError>) {
    let mut decoder = Decoder::new(NmfLimits::default());
    let mut found = Vec::new();
    let mut held = 0;
    for piece in bytes.chunks(size) {
        decoder.feed(piece);
        loop {
            match decoder.record() {
                Ok(Some(record)) => {
                    let mut again = Vec::new();
                    // The type of chunks stands once, before the first of them.
                    if matches!(record, Record::Chunk(_) | Record::LastChunk)
                        && !matches!(found.last(), Some(Record::Chunk(_)))
                    {
                        again.push(record.kind().number());
                    }
                    record.encode(&mut again);
                    found.push(record);
                    let taken = usize::try_from(decoder.at()).expect("a small stream");
                    assert_eq!(again, bytes[held..taken]);
                    held = taken;
                }
                Ok(None) => break,
                Err(error) => {
                    assert!(error.at <= bytes.len() as u64);
                    return (found, Some(error));
                }
            }
        }
    }
    (found, None)
}

/// What a side made of the bytes, and what it answered.
type Driven<E> = (Vec<Result<E, NmfError>>, Result<(), NmfError>, Vec<u8>);

fn drive_receiver(mut receiver: Receiver, bytes: &[u8], size: usize) -> Driven<ReceiverEvent> {
    let mut events = Vec::new();
    for piece in bytes.chunks(size) {
        receiver.feed(piece);
        while let Some(event) = receiver.next_event().transpose() {
            assert!(event.is_ok() || receiver.is_closed());
            events.push(event);
        }
    }
    let end = receiver.eof();
    (events, end, receiver.take_output())
}

fn drive_initiator(mut initiator: Initiator, bytes: &[u8], size: usize) -> Driven<InitiatorEvent> {
    let mut events = Vec::new();
    for piece in bytes.chunks(size) {
        initiator.feed(piece);
        while let Some(event) = initiator.next_event().transpose() {
            assert!(event.is_ok() || initiator.is_closed());
            events.push(event);
        }
    }
    let end = initiator.eof();
    (events, end, initiator.take_output())
}
