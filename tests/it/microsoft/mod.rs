mod connect;
mod callback;
mod status;
mod disconnect;
