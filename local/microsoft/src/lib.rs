//! local-microsoft
