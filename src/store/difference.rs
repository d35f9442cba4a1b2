//! Placeholder until the difference lands.
