//! Pictures of the report and of the live page against small references, tolerant of fonts and smoothing: both are shrunk to cells of grey and compared
//! cell by cell. `GATECAP_UPDATE=1 cargo test --test browser picture` writes the references anew.

use std::path::{Path, PathBuf};

use super::driver::Page;
use super::report::opened;
use super::serve::{open, serve};

/// Pixels across and down that become one cell.
const CELL: usize = 12;
/// Greatest mean difference of all cells, and of the tenth of them that differ most, of 255.
const TOLERANCE: (f64, f64) = (5.0, 32.0);

/// A picture in grey cells.
#[derive(Debug, PartialEq)]
struct Cells {
    width: usize,
    grey: Vec<u8>,
}

/// Shrinks a PNG of a screenshot.
fn shrunk(png: &[u8]) -> Cells {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let samples = frame.color_type.samples();
    let (wide, high) = (frame.width as usize, frame.height as usize);
    let grey = |x: usize, y: usize| {
        let pixel = &pixels[y * frame.line_size + x * samples..][..samples.min(3)];
        pixel.iter().map(|&c| u32::from(c)).sum::<u32>() / pixel.len() as u32
    };
    let (width, height) = (wide / CELL, high / CELL);
    let cell = |i: usize| {
        let (left, top) = (i % width * CELL, i / width * CELL);
        let all = (0..CELL * CELL).map(|k| grey(left + k % CELL, top + k / CELL));
        (all.sum::<u32>() / (CELL * CELL) as u32) as u8
    };
    Cells { width, grey: (0..width * height).map(cell).collect() }
}

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/browser/pictures/{name}.png"))
}

fn read(path: &Path) -> Cells {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())));
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut grey = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut grey).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Grayscale);
    Cells { width: frame.width as usize, grey }
}

fn write(path: &Path, cells: &Cells) {
    let file = std::fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, cells.width as u32, (cells.grey.len() / cells.width) as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&cells.grey).unwrap();
}

/// Mean difference of all cells, and of the worst tenth; pictures of other sizes are compared where both are.
fn difference(a: &Cells, b: &Cells) -> (f64, f64) {
    let (width, rows) = (a.width.min(b.width), (a.grey.len() / a.width).min(b.grey.len() / b.width));
    assert!(
        a.width.abs_diff(b.width) <= 2 && (a.grey.len() / a.width).abs_diff(b.grey.len() / b.width) <= 4,
        "sizes differ"
    );
    let at =
        |i: usize| f64::from(a.grey[i / width * a.width + i % width].abs_diff(b.grey[i / width * b.width + i % width]));
    let mut all: Vec<f64> = (0..width * rows).map(at).collect();
    all.sort_by(|x, y| y.total_cmp(x));
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    (mean(&all), mean(&all[..all.len().div_ceil(10)]))
}

/// Holds every picture against its reference, and the pairs against each other: what is another picture is seen to be one.
fn compared(seen: &[(&str, Vec<u8>)], others: &[(usize, usize)]) {
    #[allow(clippy::disallowed_methods, reason = "whether references are written anew is no result")]
    let update = std::env::var_os("GATECAP_UPDATE").is_some();
    let cells: Vec<(&str, Cells)> = seen.iter().map(|(name, png)| (*name, shrunk(png))).collect();
    for (name, cells) in &cells {
        if update {
            write(&reference(name), cells);
        }
        let (mean, worst) = difference(cells, &read(&reference(name)));
        println!("{name}: differs by {mean:.1} of 255, its worst tenth by {worst:.1}");
        assert!(mean <= TOLERANCE.0 && worst <= TOLERANCE.1, "{name} does not look like its reference");
    }
    for &(a, b) in others {
        let (mean, worst) =
            difference(&cells[a].1, &Cells { width: cells[a].1.width, grey: resized(&cells[b].1, &cells[a].1) });
        assert!(mean > TOLERANCE.0 || worst > TOLERANCE.1, "{} passes for {}", cells[b].0, cells[a].0);
    }
}

fn scheme(page: &mut Page, scheme: &str) {
    page.media("", &[("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")]);
}

#[test]
fn the_live_page_looks_as_it_should() {
    // Nothing of the first sweep is there before its first point, so one that takes long shows what quotas alone say.
    let Some(mut page) = Page::new("the live page before a run") else { return };
    let long =
        "title = \"Shop\"\nseed = 8\n[run]\nrequests = 400_000\nreplications = 50\n[sensitivity]\nenabled = false\n";
    let server = serve(long);
    page.viewport(1200, 900);
    page.go(&server.address);
    page.wait("document.querySelector('.holds')?.textContent.startsWith('at most') && document.querySelector('[data-input=bound]')?.value");
    // What tells how fast this machine is is no part of the picture.
    let steady = "for (const id of ['bar', 'status', 'answer-for', 'folder']) document.getElementById(id).style.visibility = 'hidden'";
    page.evaluate(steady);
    let mut seen = Vec::new();
    for (name, of) in [("serve-before-light", "light"), ("serve-before-dark", "dark")] {
        scheme(&mut page, of);
        seen.push((name, page.screenshot()));
    }
    drop((page, server));
    let Some((server, mut page)) = open(
        "title = \"Shop\"\nseed = 8\n[run]\nrequests = 10_000\nreplications = 3\n\
        [sweep]\nservices = [1, 4, 60]\n[sensitivity]\nenabled = false\n",
    ) else {
        return;
    };
    page.viewport(1200, 900);
    page.evaluate(&format!("{steady}; (w => {{ w.value = 'rest-alb-direct'; w.dispatchEvent(new Event('change')) }})(document.getElementById('whose'))"));
    page.wait("document.querySelector('tr.asked')");
    for (name, of) in [("serve-after-light", "light"), ("serve-after-dark", "dark")] {
        scheme(&mut page, of);
        seen.push((name, page.screenshot_of("#answer")));
    }
    page.assert_quiet(&server.address);
    compared(&seen, &[(0, 1), (2, 3), (0, 2)]);
}

#[test]
fn charts_and_controls_look_as_they_should() {
    let Some(mut page) = opened() else { return };
    let (chart, mut seen) = ("[data-chart=latency-p99]", Vec::new());
    scheme(&mut page, "light");
    seen.push(("latency-light", page.screenshot_of(chart)));
    page.click("#shown [data-option='1']");
    page.click("#slide");
    page.hover("h1", 0.5, 0.5);
    seen.push(("ladder-light", page.screenshot_of("[data-chart=ladder]")));
    seen.push(("numbers-light", page.screenshot_of("#explore")));
    seen.push(("percentiles-moved-light", page.screenshot_of("[data-chart=percentiles]")));
    seen.push(("hops-moved-light", page.screenshot_of("[data-chart=hops]")));
    page.click(&format!("{chart} [data-axis=y]"));
    scheme(&mut page, "dark");
    page.hover("h1", 0.5, 0.5);
    seen.push(("latency-dark", page.screenshot_of(chart)));
    compared(&seen, &[(0, 5), (0, 1), (3, 4)]);
}

/// The cells of a picture laid into the size of another, white where there are none.
fn resized(from: &Cells, to: &Cells) -> Vec<u8> {
    let at = |i: usize| {
        let (column, row) = (i % to.width, i / to.width);
        if column < from.width { from.grey.get(row * from.width + column).copied().unwrap_or(255) } else { 255 }
    };
    (0..to.grey.len()).map(at).collect()
}
