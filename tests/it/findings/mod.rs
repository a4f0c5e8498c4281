mod overview;
mod list;
mod get;
mod people;
mod licenses;
