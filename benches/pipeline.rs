//! What the program costs around the engine: from a scenario to a compiled network, a small sweep through the library, and from
//! results to the report. How to run it and what was measured: README.md beside this file.

mod systems;

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gatecap::engine::Way;
use gatecap::experiment::{Control, Source, simulate};
use gatecap::report::chart::{self, Chart};
use gatecap::report::{Figure, html, markdown};
use gatecap::results::Results;
use gatecap::scenario::Document;
use systems::{OPTION, network_of, scenario};

/// A sweep that stays as it is: two options, three numbers of services, three replications of 5,000 requests.
const SWEEP: &str = "options = [\"http-fan-out\", \"rest-nlb-alb\"]\n[run]\nrequests = 5_000\nreplications = 3\n\
                     [sweep]\nservices = [4, 32, 256]\n";

/// A document read and checked; a network built of it (its tables are remembered) and its routes compiled.
fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    group.bench_function("read and check", |b| b.iter(|| scenario(black_box(OPTION))));
    let scenario = scenario(OPTION);
    for services in [64, 3_000] {
        group.bench_function(BenchmarkId::new("option 4", services), |b| {
            b.iter(|| Way::of(&network_of(&scenario, services)));
        });
    }
    group.finish();
}

fn swept() -> Results {
    let document = Document::parse(SWEEP, "bench", Path::new(".")).unwrap_or_else(|issues| panic!("{issues:?}"));
    let computed = simulate(&Source::from(document), "bench", true, false, &Control::default());
    computed.unwrap_or_else(|error| panic!("{error:?}")).results
}

fn sweep(c: &mut Criterion) {
    let mut group = c.benchmark_group("reference sweep");
    group.sample_size(10);
    group.bench_function("two options, three points", |b| b.iter(swept));
    group.finish();
}

fn figure(chart: &Chart) -> Figure<'_> {
    let Chart { name, title, description, plot, svg_inline, .. } = chart;
    Figure { name, title, description, plot, svg_inline }
}

fn report(c: &mut Criterion) {
    let results = swept();
    let mut group = c.benchmark_group("report");
    group.sample_size(20);
    group.bench_function("charts", |b| b.iter(|| chart::all(&results)));
    let charts = chart::all(&results);
    let figures: Vec<Figure<'_>> = charts.iter().map(figure).collect();
    let style = chart::theme_css();
    group.bench_function("html", |b| b.iter(|| html::html(&results, &figures, &style)));
    group.bench_function("markdown", |b| b.iter(|| markdown::markdown(&results, &figures)));
    group.finish();
}

criterion_group!(benches, compile, sweep, report);
criterion_main!(benches);
