//! The one integration binary: what holds for the whole program, seen through its public items and its command line. What a
//! single module promises is tested beside it in `src/`; files that other people wrote are read by the target `shared`.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

mod as_built;
mod calibrate;
mod changes;
mod cli;
mod clusters;
mod compare;
mod costs;
mod coverage;
mod determinism;
mod diagnostics;
mod docs;
mod generator;
mod golden;
mod import;
mod import_plans;
mod kept;
mod laws;
mod logs;
mod measure;
mod mix;
mod naive;
mod naive_changes;
mod needs;
mod networks;
mod opinions;
mod options;
mod over_time;
mod overlays;
mod overload;
mod pipeline;
mod planning;
mod precision;
mod program;
mod resume;
mod rollouts;
mod round_trip;
mod saturation;
mod selection;
mod sensitivity;
mod serve;
mod shards;
mod slurm;
mod source_text;
mod theory;
mod tidy;
mod warmup;
mod what_if;
