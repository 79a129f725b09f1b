//! Settings from file, environment and flags.
