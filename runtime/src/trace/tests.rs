//! Recordings built by hand, and garbage.
