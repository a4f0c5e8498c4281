mod callback;
mod connect;
mod disconnect;
mod status;
