mod health;
mod ready;
