//! Background loops that repeat acts until the program stops.
