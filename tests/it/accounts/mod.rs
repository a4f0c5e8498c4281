mod jwks;
mod me;
mod refresh;
mod sign_in;
mod sign_out;
mod sign_up;
mod verify_email;
