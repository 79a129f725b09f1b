//! SQL and nothing but SQL, one file per table group.
