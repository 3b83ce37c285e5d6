//! How the rate changes over the log or, where that spans days, over the day: straight lines between few knots.

use super::series::Series;

/// Most knots of a profile.
const MOST_KNOTS: usize = 24;
/// Relative error of the lines, over the mean rate, below which no knot is added; as is an error within two standard errors.
const TOLERANCE: f64 = 0.05;
/// Seconds of a day.
const DAY_S: u32 = 86_400;

/// A rate over time, relative to its peak.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Length of the stretches whose mean rates it goes through, seconds.
    pub stretch_s: u32,
    /// Mean rate of the busiest stretch of the log, per second.
    pub peak_rate: f64,
    /// Second, on the clock of the log, at which that stretch begins.
    pub peak_at_s: i64,
    /// Whether the days of the log are laid over each other.
    pub daily: bool,
    /// Seconds from `origin_s` and factor on the mean rate; linear in between, level outside. Empty where the rate is level within its
    /// noise.
    pub knots: Vec<(f64, f64)>,
    /// Second, on the clock of the log, at which the knots begin; of the day where `daily`.
    pub origin_s: i64,
}

/// How long the stretches are: 15 minutes from a day on, 5 minutes from an hour on, else a twelfth, in whole bins.
fn stretch(series: &Series) -> u32 {
    let bin = series.bin_s;
    let wanted = match series.span_s() {
        span if span >= f64::from(DAY_S) => 900,
        span if span >= 3_600.0 => 300,
        span => (span / 12.0) as u32,
    };
    wanted.div_ceil(bin).max(1) * bin
}

/// The profile of a log whose counts have an index of dispersion of `index` over a stretch. `None` for less than a minute, or with fewer
/// than 4 stretches.
#[must_use]
pub fn profile(series: &Series, index: f64) -> Option<Profile> {
    let stretch_s = stretch(series);
    let counts = series.places(stretch_s)?;
    if series.span_s() < 60.0 || counts.iter().flatten().count() < 4 {
        return None;
    }
    let length = f64::from(stretch_s);
    let seen = counts.iter().enumerate().filter_map(|(at, count)| Some((at, (*count)?)));
    let (at, most) = seen.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let peak_at_s = series.start_s + at as i64 * i64::from(stretch_s);
    let daily = series.span_s() >= 2.0 * f64::from(DAY_S) && DAY_S.is_multiple_of(stretch_s);
    let (stretches, origin_s) = if daily { over_the_day(series, &counts, stretch_s) } else { whole(&counts, series) };
    let mean = stretches.iter().map(|stretch| stretch.mean).sum::<f64>() / stretches.len() as f64;
    // Counts of a stretch over so many days have this relative standard error, at the least that of Poisson counts.
    let error = |one: &Stretch| (index.max(1.0) * one.mean.max(1.0) / one.days.max(1.0)).sqrt() / mean;
    let errors: Vec<f64> = stretches.iter().map(error).collect();
    let factors: Vec<f64> = stretches.iter().map(|one| one.mean / mean).collect();
    let places: Vec<f64> = stretches.iter().map(|one| (one.place as f64 + 0.5) * length).collect();
    let knots = if level(&factors, &errors) { Vec::new() } else { lines(&places, &factors, &errors) };
    let peak_rate = if knots.is_empty() { series.mean_rate() } else { most / length };
    Some(Profile { stretch_s, peak_rate, peak_at_s, daily, knots, origin_s })
}

/// The mean count of the stretch at a place, over so many days.
struct Stretch {
    place: usize,
    mean: f64,
    days: f64,
}

fn whole(counts: &[Option<f64>], series: &Series) -> (Vec<Stretch>, i64) {
    let seen = counts.iter().enumerate().filter_map(|(place, mean)| Some(Stretch { place, mean: (*mean)?, days: 1.0 }));
    (seen.collect(), series.start_s)
}

/// Mean counts by time of day, as far as they were observed, and where the day begins.
fn over_the_day(series: &Series, counts: &[Option<f64>], stretch_s: u32) -> (Vec<Stretch>, i64) {
    let places = (DAY_S / stretch_s) as usize;
    let first = series.start_s.rem_euclid(i64::from(DAY_S)) / i64::from(stretch_s);
    let (mut sums, mut days) = (vec![0.0; places], vec![0.0; places]);
    for (i, count) in counts.iter().enumerate() {
        let place = (i + first as usize) % places;
        sums[place] += count.unwrap_or(0.0);
        days[place] += f64::from(u8::from(count.is_some()));
    }
    let seen = sums.iter().zip(&days).enumerate().filter(|(_, (_, days))| **days > 0.0);
    (seen.map(|(place, (sum, days))| Stretch { place, mean: sum / days, days: *days }).collect(), 0)
}

/// Whether nothing sticks out of the noise: mean square of the deviations over their errors no more than chance gives them (mean 1,
/// standard deviation the root of 2/n; three of them), or no more than the tolerance apart.
fn level(factors: &[f64], errors: &[f64]) -> bool {
    let n = factors.len() as f64;
    let square = factors.iter().zip(errors).map(|(f, e)| ((f - 1.0) / e).powi(2)).sum::<f64>() / n;
    square <= 1.0 + 3.0 * (2.0 / n).sqrt() || factors.iter().all(|f| (f - 1.0).abs() <= TOLERANCE)
}

/// Knots at the first and last place, and then always where the lines are furthest off, until they are near enough everywhere.
fn lines(places: &[f64], factors: &[f64], errors: &[f64]) -> Vec<(f64, f64)> {
    let mut chosen = vec![0, places.len() - 1];
    while chosen.len() < MOST_KNOTS {
        let off = |i: usize| {
            let after = chosen.partition_point(|knot| *knot < i).max(1);
            let (a, b) = (chosen[after - 1], chosen[after]);
            let share = (places[i] - places[a]) / (places[b] - places[a]);
            let line = factors[a] + (factors[b] - factors[a]) * share;
            (factors[i] - line).abs() / f64::max(TOLERANCE, 2.0 * errors[i])
        };
        let furthest = (0..places.len()).filter(|i| !chosen.contains(i)).max_by(|a, b| off(*a).total_cmp(&off(*b)));
        match furthest {
            Some(i) if off(i) > 1.0 => {
                let at = chosen.partition_point(|knot| *knot < i);
                chosen.insert(at, i);
            }
            _ => break,
        }
    }
    chosen.iter().map(|i| (places[*i], factors[*i])).collect()
}
