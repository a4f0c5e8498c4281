//! The catalogue of checks: pure rules over facts about a directory. No I/O.

pub mod facts;
