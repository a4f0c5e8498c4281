mod begin;
mod get;
mod list;
mod run;
mod schedule;
mod start;
