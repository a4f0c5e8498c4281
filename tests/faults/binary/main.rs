//! What only the real binary shows: that it survives being killed, and a storm.

mod check;
mod kills;
mod process;
mod storm;
mod writers;
