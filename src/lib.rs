//! axtrace
