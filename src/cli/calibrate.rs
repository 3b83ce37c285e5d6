//! The verb that reads what a team measured: `calibrate`.

use std::path::{Path, PathBuf};

use gatecap::calibrate::apigateway::Format;
use gatecap::calibrate::calibration::{Calibration, json, screen};
use gatecap::calibrate::join::{Joined, join};
use gatecap::calibrate::kind::Kind;
use gatecap::calibrate::read::{self, Reading};
use gatecap::calibrate::row::Rounding;
use gatecap::calibrate::stream::Control;
use gatecap::calibrate::tally::Tally;
use gatecap::calibrate::{cloudwatch, document, summary};
use gatecap::issue::{Issue, Issues};

use super::End;
use super::args;
use super::fitted;
use super::output::{self, print};
use super::progress::with_bytes;
use super::verbs::on_threads;

/// `calibrate`.
pub fn calibrate(flags: &args::Calibrate) -> Result<End, Issues> {
    fitted::check(flags)?;
    let reading = reading(flags)?;
    let on_stdout = flags.out.as_deref().is_some_and(output::is_stdout);
    let planned = bytes(&flags.files) + passes(flags) * bytes(&flags.files) + passes(flags) * bytes(&flags.join);
    let control = Control::default();
    let Some(reading) = reading else {
        let metrics = with_bytes(flags.quiet, planned, control, |control| cloudwatch::files(&flags.files, control))?;
        if let Some(path) = &flags.out {
            fitted::write_overlay(path, cloudwatch::overlay::text(&metrics, &fitted::names(flags)))?;
        }
        if !on_stdout {
            let json = || format!("{:#}", document::metrics(&metrics));
            print(&if flags.json { json() } else { summary::metrics(&metrics) })?;
        }
        return Ok(End::Done);
    };
    let (read, stopped) = with_bytes(flags.quiet, planned, control, |control| {
        let read = on_threads(flags.threads, || logs(flags, &reading, control)).and_then(|read| read);
        (read, control.stopped())
    });
    if stopped {
        return Ok(End::Interrupted);
    }
    let (tally, joined) = read?;
    let found = on_threads(flags.threads, || Calibration::of(&tally, flags.first_part))?;
    fitted::write(flags, &tally, &found, joined.as_ref())?;
    if flags.json {
        let mut document = document::log(&flags.kind, &tally, joined.as_ref());
        document["laws"] = json::laws(&found);
        print(&format!("{document:#}"))?;
        return Ok(End::Done);
    }
    if on_stdout {
        return Ok(End::Done);
    }
    let parts = [summary::rows(&tally), summary::times(&tally), summary::arrivals(&tally)];
    let parts = parts.into_iter().chain(joined.as_ref().map(summary::joined));
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    print(&format!("{}\n{}", parts.join("\n"), screen::text(&found)))?;
    Ok(End::Done)
}

/// How often joining reads each file again, at least.
fn passes(flags: &args::Calibrate) -> u64 {
    if flags.join.is_empty() { 0 } else { 2 }
}

/// Bytes of files, as far as they tell.
fn bytes(paths: &[PathBuf]) -> u64 {
    paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|file| file.len()).sum()
}

/// How logs are read; `None` for metrics.
fn reading(flags: &args::Calibrate) -> Result<Option<Reading>, Issues> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == flags.kind);
    let mut issues = Issues::new();
    let all: Vec<&PathBuf> = flags.files.iter().chain(&flags.join).collect();
    for (at, path) in all.iter().enumerate() {
        if all[..at].contains(path) {
            let issue = Issue::new(format!("`{}` is named twice, but its rows count once", read::shown(path)));
            issues.push(issue.hint("name each file once"));
        }
    }
    if !flags.join.is_empty() {
        if !matches!(kind, Some(Kind::Alb | Kind::ApiGateway)) {
            let issue = Issue::new(format!("`--join` goes with `alb` or `apigateway`, but not with `{}`", flags.kind));
            issues.push(issue.hint("only these two logs have a trace id"));
        }
        if all.iter().any(|path| *path == Path::new("-")) {
            let issue = Issue::new("`-` cannot be joined: both logs are read more than once, standard input only once");
            issues.push(issue.hint("save it as a file"));
        }
    }
    let formatted = kind == Some(Kind::ApiGateway) || kind == Some(Kind::Alb) && !flags.join.is_empty();
    if flags.format.is_some() && !formatted {
        let issue = Issue::new(format!("`--format` is that of an API Gateway stage, but `{}` has none", flags.kind));
        issues.push(issue.hint("leave it out"));
    }
    let format = match flags.format.as_deref().map(Format::parse) {
        None => None,
        Some(Ok(format)) => Some(format),
        Some(Err(message)) => {
            let issue = Issue::new(message);
            issues.push(issue.hint("aws apigateway get-stage prints it as `accessLogSettings.format`"));
            None
        }
    };
    let rounding = if flags.rounding == "down" { Rounding::Down } else { Rounding::Nearest };
    if issues.is_empty() { Ok(kind.map(|kind| Reading { kind, rounding, format })) } else { Err(issues) }
}

/// Reads the logs, and joins them with those of the other side.
fn logs(flags: &args::Calibrate, reading: &Reading, control: &Control) -> Result<(Tally, Option<Joined>), Issues> {
    let tally = read::files(&flags.files, reading, control)?;
    if flags.join.is_empty() {
        return Ok((tally, None));
    }
    let (gateway, alb) = match reading.kind {
        Kind::ApiGateway => (&flags.files, &flags.join),
        _ => (&flags.join, &flags.files),
    };
    let joined = join(gateway, alb, reading.format.clone(), reading.rounding, control)?;
    Ok((tally, Some(joined)))
}
