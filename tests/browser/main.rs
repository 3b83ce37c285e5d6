//! What gatecap makes for people, looked at in a real browser: pages are opened, clicked and typed into, printed and photographed.
//!
//! `cargo test` leaves this target out: run `cargo test --test browser -- --nocapture`. It wants Debian's Chromium (`apt-get install
//! chromium`); where there is none, the tests say what nobody looked at and pass.

#![cfg(unix)]
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

mod access;
mod base64;
mod driver;
mod explore;
mod eyes;
mod hands;
mod hears;
mod opening;
mod picture;
mod report;
mod serve;
