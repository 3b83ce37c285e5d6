//! Services: small accounts, built by hand, and what is found in them.
