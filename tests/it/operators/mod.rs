mod end_person;
mod health;
mod ready;
