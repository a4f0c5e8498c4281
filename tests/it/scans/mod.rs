mod start;
mod list;
mod get;
mod schedule;
mod begin;
mod run;
