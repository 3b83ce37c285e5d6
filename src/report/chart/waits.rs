//! The chart `deployment-wait`: how long a team waits for its turn to shift traffic as services are added.

use super::axis::{Axis, Scale, TICK, Unit, frame};
use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie};
use super::label::{Entry, HEADING, WIDTH, legend, legend_height};
use super::plot::{Along, Plot, Series};
use super::style::Paint;
use super::text::{self, bold};
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face};
use crate::results::{DeploymentWait, Results};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 52.0;
const TOP: f64 = HEADING + 26.0;
const BOTTOM: f64 = TOP + 220.0;
/// The kind of change that is drawn: the one that load balancers decide.
const CHANGE: &str = "traffic_shift";

struct Line {
    index: u8,
    number: String,
    title: String,
    /// Services, minutes that one in ten exceeds, in rising order of services; up to where somebody never gets a turn.
    points: Vec<(f64, f64)>,
    /// Services at which that is so.
    never: Option<u32>,
}

/// The wait that one traffic shift in ten exceeds, over the number of services, for every option. `None` where waits were simulated
/// for fewer than two numbers of services.
#[must_use]
pub fn deployment_wait(results: &Results) -> Option<Chart> {
    let lines = lines(results);
    let services = || results.deployments.iter().map(|wait| f64::from(wait.services));
    let (least, most) = (services().fold(f64::INFINITY, f64::min), services().fold(0.0, f64::max));
    if lines.is_empty() || least >= most {
        return None;
    }
    let longest = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)).fold(0.0, f64::max);
    let face = Face {
        name: "deployment-wait",
        title: "How long a team waits to shift traffic".into(),
        subtitle: "minutes that one change in ten exceeds, at the load balancer that most services share".into(),
        description: describe(&lines),
    };
    let x = Axis::new(Scale::Log, Unit::Number, (least, most), (LEFT, RIGHT));
    let y = Axis::new(Scale::Linear, Unit::Number, (0.0, (longest * 1.1).max(1.0)), (BOTTOM, TOP));
    Some(face.chart((WIDTH, BOTTOM + 52.0 + legend_height(lines.len())), |canvas| {
        canvas.part(Part::Plot, || inside(canvas, &lines, x, y));
        canvas.plot(Plot {
            x: Some(Along::new(x, "services", true)),
            y: Some(Along::new(y, "minutes", false)),
            series: lines.iter().map(|line| Series::values(line.index, &line.points)).collect(),
            ..Plot::default()
        });
        let entries: Vec<Entry> = lines.iter().map(entry).collect();
        legend(canvas, BOTTOM + 52.0, &["last wait", "never its turn"], &entries);
    }))
}

fn inside(canvas: &Canvas, lines: &[Line], x: Axis, y: Axis) {
    frame(canvas, x, y, "services");
    canvas.text((LEFT - 50.0, TOP - 13.0), "minutes", Tie::Left, TICK);
    for (i, line) in lines.iter().enumerate() {
        canvas.part(Part::Option(line.index), || curve(canvas, line, lines.len() - 1 - i, x, y));
    }
    let tip = |line: &Line| {
        let (services, minutes) = line.points.last()?;
        Some(Tip { at: (x.at(*services), y.within(*minutes)), index: line.index, number: line.number.clone() })
    };
    tips(canvas, lines.iter().filter_map(tip).collect(), &Taken::default(), (TOP + 4.0, BOTTOM - 4.0));
}

fn lines(results: &Results) -> Vec<Line> {
    let line = |(i, name): (usize, &str)| {
        let mut waits: Vec<&DeploymentWait> =
            results.deployments.iter().filter(|wait| wait.option == name && wait.change == CHANGE).collect();
        waits.sort_by_key(|wait| wait.services);
        let value = |wait: &&DeploymentWait| Some((f64::from(wait.services), wait.wait_p90_min.value?));
        Line {
            index: u8::try_from(i).unwrap_or(u8::MAX),
            number: (i + 1).to_string(),
            title: super::select::title_of(results, Some(name)),
            points: waits.iter().map_while(value).collect(),
            never: waits.iter().find(|wait| !wait.stable).map(|wait| wait.services),
        }
    };
    results
        .options
        .iter()
        .map(|option| option.name.as_str())
        .enumerate()
        .map(line)
        .filter(|l| !l.points.is_empty())
        .collect()
}

/// `later` lines will be drawn over this one: it is the wider, so that lines on top of each other show as stripes.
fn curve(canvas: &Canvas, line: &Line, later: usize, x: Axis, y: Axis) {
    let paint = Paint::Series(line.index);
    let points: Vec<At> = line.points.iter().map(|(services, minutes)| (x.at(*services), y.within(*minutes))).collect();
    canvas.line(&points, Stroke(paint, 1.8 + 1.1 * later.min(4) as f64, Dash::Solid));
    if let Some(end) = points.last() {
        if line.never.is_some() { canvas.cross(*end, 4.0, paint) } else { canvas.dot(*end, 3.0, paint) }
    }
}

fn entry(line: &Line) -> Entry {
    let last = line.points.last().map_or_else(|| "–".into(), |(_, minutes)| format!("{} min", text::number(*minutes)));
    let never = line.never.map_or_else(|| "–".into(), |services| format!("at {}", text::count(f64::from(services))));
    Entry {
        paint: Paint::Series(line.index),
        number: line.number.clone(),
        title: line.title.clone(),
        values: vec![bold(&last), never],
    }
}

fn describe(lines: &[Line]) -> String {
    let one = |line: &Line| {
        let (services, minutes) = line.points.last()?;
        let never = line.never.map_or_else(String::new, |n| format!(" and without an end at {n}"));
        Some(format!("option {} {} min at {}{never}", line.number, text::number(*minutes), text::count(*services)))
    };
    let each: Vec<String> = lines.iter().filter_map(one).collect();
    format!("Minutes that one traffic shift in ten waits for its turn, over services: {}.", text::list(&each))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::results::Estimate;

    #[test]
    fn lines_end_where_somebody_never_gets_a_turn() {
        let mut results = fixture::five_options();
        assert!(deployment_wait(&results).is_none(), "nothing was simulated");
        let name = results.options[0].name.clone();
        let wait = |services: u32, minutes: Option<f64>| DeploymentWait {
            option: name.clone(),
            services,
            change: CHANGE.into(),
            stable: minutes.is_some(),
            wait_p90_min: Estimate { value: minutes, ..Estimate::default() },
            ..DeploymentWait::default()
        };
        results.deployments = vec![wait(10, Some(3.0)), wait(100, None), wait(30, Some(40.0))];
        let lines = lines(&results);
        assert_eq!((lines[0].points.as_slice(), lines[0].never), ([(10.0, 3.0), (30.0, 40.0)].as_slice(), Some(100)));
        let description = deployment_wait(&results).map(|chart| chart.description).unwrap_or_default();
        assert!(description.ends_with("option 1 40 min at 30 and without an end at 100."), "{description}");
    }
}
