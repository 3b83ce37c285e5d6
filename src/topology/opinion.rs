//! What queueing theory says about a hop as a whole, summed up from its buckets and stations.

use std::collections::BTreeSet;

use crate::engine::network::LimiterSpec;
use crate::theory::{Answer, Computed, Gaps};

/// A computed value of a metric of a hop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The metric's name after the hop's: `wait.mean`.
    pub metric: &'static str,
    /// Value and greatest error of the formula: shares, or ms.
    pub computed: Computed,
    /// What a single attempt out of the ordinary adds to the sum that the metric is a mean of, in its unit.
    pub event: f64,
    /// Share of the value that comes from service times too rare to be seen in the run: it may be missing, or there twice.
    pub unseen: f64,
}

/// What theory says about a hop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opinion {
    /// Kendall's notation; several where the hop's stations differ; empty where there is no formula.
    pub models: BTreeSet<String>,
    /// The formulas' names.
    pub formulas: BTreeSet<&'static str>,
    /// All formulas are exact, and so are the streams.
    pub exact: bool,
    /// Values, for the hop as a whole.
    pub expected: Vec<Expected>,
    /// Why (a part of) the hop has no formula; empty where all of it has.
    pub none: String,
    /// Time in which the hop forgets where it began, s; a run that is not many times as long does not show its steady state.
    pub settles_s: f64,
}

/// Stations of a hop that are alike.
#[derive(Clone)]
pub(super) struct Part {
    /// Attempts per second that reach them.
    pub arrivals: f64,
    /// Their servers.
    pub servers: f64,
    /// What each of them is.
    pub answer: Answer,
    /// Mean wait of those who wait, s.
    pub typical_wait: f64,
    /// Share of their mean wait that comes from service times too rare to be seen.
    pub unseen: f64,
    /// Time in which they forget where they began, s.
    pub settles_s: f64,
}

/// What was found of one hop so far.
#[derive(Default)]
pub(super) struct Found {
    /// Stations.
    pub parts: Vec<Part>,
    /// Refused and offered attempts per second at its buckets.
    pub refused: Option<(f64, f64)>,
    /// What is known beside.
    pub opinion: Opinion,
    /// The streams are not exactly what the formulas take them for.
    pub inexact: bool,
}

impl Found {
    /// Adds a bucket that refuses the share `lost` of `rate` per second with such gaps.
    pub(super) fn bucket(&mut self, spec: &LimiterSpec, rate: f64, gaps: &Gaps, lost: f64) {
        let (refused, offered) = self.refused.unwrap_or_default();
        self.refused = Some((refused + rate * lost, offered + rate));
        self.opinion.models.insert(format!("{}/D/1/{}", gaps.symbol(), spec.burst));
        self.opinion.formulas.insert("token bucket");
        // The number of missing tokens is a walk between two walls with drift: variance and drift per second.
        let (burst, drift) = (f64::from(spec.burst), rate - spec.rate);
        let pi = std::f64::consts::PI;
        let pace = drift * drift / (2.0 * rate) + pi * pi * rate / (2.0 * burst * burst);
        self.opinion.settles_s = self.opinion.settles_s.max(1.0 / pace);
    }

    /// The hop as a whole: stations weighted by what reaches them and what they serve.
    pub(super) fn summed(mut self) -> Opinion {
        let share = |metric, value| Expected { metric, computed: Computed::exact(value), event: 1.0, unseen: 0.0 };
        let mut expected = Vec::new();
        if let Some((refused, offered)) = self.refused {
            expected.push(share("throttled", refused / offered));
        }
        // An answer for a part of the stations says nothing about the hop.
        if !self.parts.is_empty() && self.opinion.none.is_empty() {
            self.stations(&mut expected);
        }
        let exact = self.parts.iter().all(|part| part.answer.formula.is_exact());
        self.opinion.exact = !expected.is_empty() && exact && !self.inexact;
        self.opinion.expected = expected;
        self.opinion
    }

    fn stations(&mut self, expected: &mut Vec<Expected>) {
        let sum = |of: &dyn Fn(&Part) -> f64| self.parts.iter().map(of).sum::<f64>();
        let arrivals = sum(&|part| part.arrivals);
        let served = sum(&|part| part.arrivals * (1.0 - part.answer.lost));
        let mean = |of: fn(&Answer) -> Option<Computed>| {
            let all = self.parts.iter().map(|part| Some((part, of(&part.answer)?))).collect::<Option<Vec<_>>>()?;
            let weigh = |pick: fn(&Computed) -> f64| {
                let weighed = |(part, c): &(&Part, Computed)| part.arrivals * (1.0 - part.answer.lost) * pick(c);
                all.iter().map(weighed).sum::<f64>() / served
            };
            Some(Computed { value: weigh(|c| c.value), error: weigh(|c| c.error) })
        };
        let share = |metric, computed| Expected { metric, computed, event: 1.0, unseen: 0.0 };
        let busy = sum(&|part| part.servers * part.answer.utilisation) / sum(&|part| part.servers);
        expected.push(share("utilisation", Computed::exact(busy)));
        if let Some(waits) = mean(|answer| answer.waits) {
            expected.push(share("wait.probability", waits));
        }
        if let Some(wait) = mean(|answer| answer.mean_wait) {
            let computed = Computed { value: wait.value * 1e3, error: wait.error * 1e3 };
            let event = sum(&|part| part.arrivals * part.typical_wait) / arrivals * 1e3;
            let unseen = sum(&|part| part.arrivals * part.unseen) / arrivals;
            expected.push(Expected { metric: "wait.mean", computed, event, unseen });
        }
        // Quantiles of unlike stations do not add up.
        let first = &self.parts[0].answer;
        let alike = self.parts.iter().all(|part| part.answer == *first);
        if let Some(p99) = first.wait_p99.filter(|_| alike) {
            expected.push(Expected {
                metric: "wait.p99",
                computed: Computed::exact(p99 * 1e3),
                event: 0.0,
                unseen: 0.0,
            });
        }
        let lost = sum(&|part| part.arrivals * part.answer.lost) / arrivals;
        expected.push(share("rejected", Computed::exact(lost)));
        for part in &self.parts {
            self.opinion.models.insert(part.answer.model.clone());
            self.opinion.formulas.insert(part.answer.formula.name());
            self.opinion.settles_s = self.opinion.settles_s.max(part.settles_s);
        }
    }
}
