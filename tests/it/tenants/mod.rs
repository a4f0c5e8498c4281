mod get;
mod events;
