//! The command line: parse, call, print. What it prints comes from the library; what it adds are streams, files and progress.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
