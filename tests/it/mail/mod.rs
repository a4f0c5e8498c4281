mod returned;
mod send;
