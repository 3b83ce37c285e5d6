//! Axes: linear, logarithmic and by nines, their ticks, and the grid of a plot. Knows no data.

use libm::log10;

use super::canvas::{Canvas, Dash, Stroke, Tie, Type, span};
use super::label::WIDTH;
use super::style::Paint;
use super::text;

/// How values become lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equal lengths.
    Linear,
    /// Equal ratios are equal lengths; values must be above 0.
    Log,
    /// Quantiles q by 1/(1-q): every nine is as long as the one before. Values from 0 to below 1.
    Nines,
}

/// How tick values read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `1,000`, `0.25`.
    Number,
    /// From milliseconds: `10 ms`, `1 s`.
    Latency,
    /// From quantiles: `99.9 %`.
    Percent,
}

/// A range of values laid over a range of pixels.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    scale: Scale,
    unit: Unit,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

/// A place on an axis; a label makes it a major one.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its value.
    pub value: f64,
    /// Its text; minor ticks have none.
    pub label: Option<String>,
}

/// From libm, so that ticks fall on the same tenth of a pixel on every platform.
fn power_of_ten(exponent: i32) -> f64 {
    libm::exp10(f64::from(exponent))
}

/// Labels that an axis carries at most.
const LABELS: usize = 9;

impl Axis {
    /// An axis from `low` at pixel `from` to `high` at pixel `to`. Ends that are equal, swapped or not finite are replaced by the
    /// nearest that can be drawn, so that any data gives an axis.
    #[must_use]
    pub fn new(scale: Scale, unit: Unit, (low, high): (f64, f64), (from, to): (f64, f64)) -> Axis {
        let (floor, ceiling) = match scale {
            Scale::Linear => (-1e300, 1e300),
            Scale::Log => (1e-9, 1e300),
            Scale::Nines => (0.0, 1.0 - 1e-9),
        };
        let low = if low.is_finite() { low.clamp(floor, ceiling) } else { floor.max(0.0) };
        let high = if high.is_finite() { high.clamp(floor, ceiling) } else { low };
        let high = match scale {
            Scale::Linear if high <= low + low.abs() * 1e-9 => low + low.abs().max(1.0),
            Scale::Log if high <= low * 1.000_001 => low * 10.0,
            Scale::Nines if high <= low => 0.99_f64.max(1.0 - (1.0 - low) / 10.0),
            _ => high,
        };
        Axis { scale, unit, low, high, from, to }
    }

    fn length(self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => log10(value.max(1e-12)),
            Scale::Nines => -log10((1.0 - value).max(1e-12)),
        }
    }

    /// The pixel of a value; values outside the axis give pixels outside it.
    #[must_use]
    pub fn at(self, value: f64) -> f64 {
        let (low, high) = (self.length(self.low), self.length(self.high));
        self.from + (self.length(value) - low) / (high - low) * (self.to - self.from)
    }

    /// The pixel of a value, or of the nearer end.
    #[must_use]
    pub fn within(self, value: f64) -> f64 {
        self.at(value.clamp(self.low, self.high))
    }

    /// Whether the axis reaches the value.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// How values become lengths, and how they read.
    #[must_use]
    pub fn kind(self) -> (Scale, Unit) {
        (self.scale, self.unit)
    }

    /// Its ends in values.
    #[must_use]
    pub fn range(self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Its ends in pixels.
    #[must_use]
    pub fn ends(self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// Ticks in rising order.
    #[must_use]
    pub fn ticks(self) -> Vec<Tick> {
        let ticks = match self.scale {
            Scale::Linear => self.linear_ticks(),
            Scale::Log if self.high / self.low < 3.0 => self.linear_ticks(),
            Scale::Log => self.log_ticks(),
            Scale::Nines => self.nines_ticks(),
        };
        ticks.into_iter().filter(|t| self.holds(t.value)).collect()
    }

    fn label(self, value: f64) -> Option<String> {
        Some(match self.unit {
            Unit::Number => text::number(value),
            Unit::Latency => text::latency(value),
            Unit::Percent => text::percent(value),
        })
    }

    fn linear_ticks(self) -> Vec<Tick> {
        let rough = (self.high - self.low) / 7.0;
        let power = power_of_ten(log10(rough).floor() as i32);
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough).unwrap_or(rough);
        if !(step.is_finite() && step > 0.0) {
            return Vec::new();
        }
        let first = (self.low / step).ceil();
        (0..=10).map(|i| (first + f64::from(i)) * step).map(|value| Tick { value, label: self.label(value) }).collect()
    }

    /// The 1, 2, ... 9 of every decade, of which as many are labelled as there is room for.
    fn log_ticks(self) -> Vec<Tick> {
        let (first, last) = (log10(self.low).floor() as i32, log10(self.high).ceil() as i32);
        let stride = ((last - first) / LABELS as i32).max(1);
        let value = |decade: i32, m: i32| f64::from(m) * power_of_ten(decade);
        let decades = || (first..=last).filter(move |d| (d - first) % stride == 0);
        let count = |named: &[i32]| {
            decades().flat_map(|d| named.iter().map(move |m| value(d, *m))).filter(|v| self.holds(*v)).count()
        };
        let sets: [&[i32]; 3] = [&[1, 2, 5], &[1, 3], &[1]];
        let named = if stride > 1 { sets[2] } else { sets.into_iter().find(|s| count(s) <= LABELS).unwrap_or(sets[2]) };
        let minor = if stride > 1 { 1 } else { 9 };
        decades()
            .flat_map(|d| (1..=minor).map(move |m| (d, m)))
            .map(|(d, m)| {
                // Powers of ten below 1 are not exact: round to the digits that a label shows.
                let v = if d < 0 { f64::from(m) / power_of_ten(-d) } else { value(d, m) };
                Tick { value: v, label: if named.contains(&m) { self.label(v) } else { None } }
            })
            .collect()
    }

    fn nines_ticks(self) -> Vec<Tick> {
        let decades = (self.length(self.high) + 1e-9).floor() as i32;
        (0..=decades)
            .flat_map(|d| (1..=9).map(move |m| (d, m)))
            .map(|(d, m)| {
                let value = 1.0 - 1.0 / (f64::from(m) * power_of_ten(d));
                // The median is the 2 of the first nine.
                let named = m == 1 || (d, m) == (0, 2);
                Tick { value, label: if named { self.label(value) } else { None } }
            })
            .collect()
    }
}

/// Type of tick labels.
pub const TICK: Type = Type::plain(11.0, Paint::Muted);

/// Grid, axis lines and tick labels of a plot, with the words below the horizontal axis. The vertical axis runs from the bottom up.
pub fn frame(canvas: &Canvas, x: Axis, y: Axis, words: &str) {
    let ((left, right), (bottom, top)) = (x.ends(), y.ends());
    let paint = |tick: &Tick| if tick.label.is_some() { Paint::Grid } else { Paint::Faint };
    let (xs, ys) = (x.ticks(), y.ticks());
    // Minor lines first, so that no major line is crossed by a paler one.
    for minor in [true, false] {
        for tick in xs.iter().filter(|t| t.label.is_none() == minor) {
            let at = x.at(tick.value);
            canvas.line(&[(at, top), (at, bottom)], Stroke(paint(tick), 0.8, Dash::Solid));
        }
        for tick in ys.iter().filter(|t| t.label.is_none() == minor) {
            let at = y.at(tick.value);
            canvas.line(&[(left, at), (right, at)], Stroke(paint(tick), 0.8, Dash::Solid));
        }
    }
    canvas.line(&[(left, bottom), (right, bottom)], Stroke(Paint::Muted, 1.0, Dash::Solid));
    for tick in &ys {
        canvas.text((left - 7.0, y.at(tick.value)), tick.label.as_deref().unwrap_or(""), Tie::Right, TICK);
    }
    tick_row(canvas, x, &xs, bottom + 12.0);
    canvas.text((right, bottom + 28.0), words, Tie::Right, TICK);
}

/// The labels of a horizontal axis at a height, leaving out those that would touch their neighbour.
pub fn tick_row(canvas: &Canvas, x: Axis, ticks: &[Tick], height: f64) {
    let mut free = f64::NEG_INFINITY;
    for tick in ticks {
        let Some(label) = &tick.label else { continue };
        let (from, to) = span(x.at(tick.value), label, Tie::Middle, TICK);
        if from > free {
            // A label at an end of the chart moves in rather than being clipped.
            let moved = (1.0 - from).max(0.0) - (to - (WIDTH - 1.0)).max(0.0);
            canvas.text((x.at(tick.value) + moved, height), label, Tie::Middle, TICK);
            free = to + 6.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis) -> Vec<String> {
        axis.ticks().into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let over = |scale, unit, range| labels(Axis::new(scale, unit, range, (0.0, 500.0)));
        assert_eq!(
            over(Scale::Log, Unit::Latency, (9.0, 1100.0)).join(" "),
            "10 ms 20 ms 50 ms 100 ms 200 ms 500 ms 1 s"
        );
        assert_eq!(over(Scale::Log, Unit::Number, (1.0, 3000.0)).join(" "), "1 3 10 30 100 300 1,000 3,000");
        assert_eq!(over(Scale::Nines, Unit::Percent, (0.0, 0.9999)).join(" "), "0 % 50 % 90 % 99 % 99.9 % 99.99 %");
        assert_eq!(over(Scale::Linear, Unit::Number, (0.0, 60.0)).join(" "), "0 10 20 30 40 50 60");
        assert!(over(Scale::Log, Unit::Latency, (100.0, 120.0)).len() >= 4);
    }

    #[test]
    fn no_range_is_too_strange() {
        for scale in [Scale::Linear, Scale::Log, Scale::Nines] {
            for range in [(0.0, 0.0), (5.0, 5.0), (9.0, 1.0), (f64::NAN, f64::INFINITY), (-1e308, 1e308), (0.0, 1e300)]
            {
                let axis = Axis::new(scale, Unit::Number, range, (10.0, 20.0));
                assert!(labels(axis).len() <= 12, "{scale:?} {range:?}");
                assert!(axis.within(3.0).is_finite(), "{scale:?} {range:?}");
            }
        }
    }

    #[test]
    fn each_nine_is_as_long_as_the_last() {
        let axis = Axis::new(Scale::Nines, Unit::Percent, (0.0, 0.999), (0.0, 300.0));
        assert!((axis.at(0.9) - 100.0).abs() < 1e-6 && (axis.at(0.99) - 200.0).abs() < 1e-6);
    }
}
