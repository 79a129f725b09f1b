//! The HTTP door: request in, act, answer out.
