mod get;
mod licenses;
mod list;
mod overview;
mod people;
