//! The verbs: each reads its input, calls the library, and writes results to stdout and everything else to stderr.
//!
//! Exit status: 0 done, 1 an objective or a known answer is missed or results got worse, 2 it could not run, 3 undecided at this precision,
//! 130 interrupted. A closed pipe is a quiet success.

mod apart;
mod args;
mod bucket;
mod calibrate;
mod compare;
mod fitted;
mod gate;
mod import;
mod input;
mod known;
mod output;
mod progress;
mod serve;
mod submit;
mod sweep;
mod verbs;
mod work;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use gatecap::issue::{Issues, render};

use args::{Cli, Command};

/// How a verb ended.
pub enum End {
    /// Done.
    Done,
    /// Done, and something that should hold does not.
    Missed,
    /// Undecided at this precision.
    Undecided,
    /// Stopped by Ctrl-C; what was finished is kept.
    Interrupted,
}

/// Runs the program; every way out is an exit status.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match cli.command {
        None => sweep::built_in(&cli.flags),
        Some(Command::Sweep(wanted)) => sweep::sweep(&wanted),
        Some(Command::Merge(wanted)) => sweep::merge(&wanted),
        Some(Command::Run(run)) => verbs::run(&run),
        Some(Command::Submit(engine)) => submit::submit(&engine),
        Some(Command::Check(check)) => gate::check(&check),
        Some(Command::Compare(compare)) => compare::compare(&compare),
        Some(Command::Import(asked)) => import::import(&asked),
        Some(Command::Limits(limits)) => verbs::limits(&limits),
        Some(Command::Calibrate(flags)) => calibrate::calibrate(&flags),
        Some(Command::Report(report)) => known::report(&report),
        Some(Command::Validate(validate)) => known::validate(&validate),
        Some(Command::Serve(wanted)) => serve::serve(&wanted),
        Some(Command::Init) => output::print(gatecap::scenario::init::text()).map(|()| End::Done),
        Some(Command::Schema) => output::print(&gatecap::scenario::schema::json()).map(|()| End::Done),
        Some(Command::Completions { shell }) => verbs::completions(shell),
    };
    match ended {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Missed) => ExitCode::from(1),
        Ok(End::Undecided) => ExitCode::from(3),
        Ok(End::Interrupted) => ExitCode::from(130),
        Err(issues) => complain(&issues),
    }
}

/// Shows what is wrong on stderr; status 2. Nothing to say is a closed pipe: a quiet success.
fn complain(issues: &Issues) -> ExitCode {
    if issues.is_empty() {
        return ExitCode::SUCCESS;
    }
    let text = render(issues, output::takes_colour(&std::io::stderr()));
    let _ = writeln!(std::io::stderr().lock(), "{text}");
    ExitCode::from(2)
}
