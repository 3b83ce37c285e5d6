//! The one integration binary: what holds for the whole program, seen through its public items and its command line. What a
//! single module promises is tested beside it in `src/`; files that other people wrote are read by the target `shared`.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

mod cli;
mod compare;
mod coverage;
mod determinism;
mod diagnostics;
mod docs;
mod golden;
mod laws;
mod measure;
mod naive;
mod networks;
mod opinions;
mod options;
mod overload;
mod pipeline;
mod precision;
mod program;
mod saturation;
mod selection;
mod source_text;
mod theory;
mod tidy;
mod warmup;
