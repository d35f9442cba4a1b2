//! How long records may be.

/// The longest contents of records that are taken, in bytes. Each is compared with the length that a record says
/// before anything is kept of it. The defaults are those of deployed peers ([MC-NMF] notes 11 to 23), but for
/// envelopes, which have to hold 10,000 scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NmfLimits {
    /// Of a Via Record.
    pub via: usize,
    /// Of an Extensible Encoding Record.
    pub content_type: usize,
    /// Of an Upgrade Request Record.
    pub upgrade: usize,
    /// Of a Fault Record.
    pub fault: usize,
    /// Of a Sized Envelope Record, and of each chunk of an unsized one.
    pub envelope: usize,
}

impl Default for NmfLimits {
    fn default() -> Self {
        Self {
            via: 2048,
            content_type: 256,
            upgrade: 256,
            fault: 256,
            envelope: 64 << 20,
        }
    }
}
