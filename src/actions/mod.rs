//! What people do, one function per act: right, load, rules, one transaction.
