mod sign_up;
mod verify_email;
mod sign_in;
mod refresh;
mod sign_out;
mod me;
mod jwks;
