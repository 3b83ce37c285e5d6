//! Known answers and what was measured: one by one, and how well they agree as a whole. Not how they are compared.

use serde::{Deserialize, Serialize};

/// A known answer and what was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// File name, or `FAMILY/NAME` of a built-in case.
    pub file: String,
    /// Metric name.
    pub metric: String,
    /// Expected value.
    pub expected: f64,
    /// Measured value; null where it could not be measured.
    pub measured: Option<f64>,
    /// Allowed absolute deviation.
    pub tolerance: f64,
    /// Deviation over the standard error of a correct simulator; null where that is 0.
    pub z: Option<f64>,
    /// Within the tolerance.
    pub pass: bool,
}

/// How well known answers were met, in all and by family.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KnownAnswers {
    /// Version of the program that was compared.
    pub gatecap: String,
    /// Day of the record, `YYYY-MM-DD`; empty where the caller named none: the program reads no clock.
    pub date: String,
    /// Simulated by the engine's reference, an event for each step, instead of the shortest way; absent where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reference: bool,
    /// The samplers that all scenarios were made to use: `exact` or `tables`; absent where each used its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub samplers: String,
    /// All of them.
    pub all: Agreement,
    /// The built-in families, in order; empty for files.
    pub families: Vec<Agreement>,
}

/// How well some known answers agree with what was measured.
///
/// The deviations of a correct simulator, in standard errors, are standard normal: mean 0, one in 22 beyond 2. Answers of one
/// case move together, so their share beyond 2 varies more than that of independent ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// What they are about: "Token buckets".
    pub name: String,
    /// Scenarios.
    pub cases: u32,
    /// Answers.
    pub answers: u32,
    /// Answers within their tolerance.
    pub passed: u32,
    /// Answers with a standard error above 0, which have a z; the others are exact, or bracket a search.
    pub scored: u32,
    /// Mean of z; null where no answer has one.
    pub mean_z: Option<f64>,
    /// Share of those with a z that lie beyond 2; null where none has one.
    pub beyond_2: Option<f64>,
    /// The z that is largest in size; null where no answer has one.
    pub worst_z: Option<f64>,
    /// Whose it is, as `mm1, latency.p99`; empty where no answer has one.
    pub worst: String,
}

impl Agreement {
    /// Sums up `rows`, in their order; rows of one case stand together.
    #[must_use]
    pub fn of<'a>(name: &str, rows: impl IntoIterator<Item = &'a Validation>) -> Agreement {
        let mut sum = Agreement { name: name.to_string(), ..Agreement::default() };
        let (mut total, mut beyond, mut file) = (0.0, 0_u32, None);
        for row in rows {
            sum.cases += u32::from(file != Some(&row.file));
            file = Some(&row.file);
            sum.answers += 1;
            sum.passed += u32::from(row.pass);
            let Some(z) = row.z else { continue };
            sum.scored += 1;
            total += z;
            beyond += u32::from(z.abs() > 2.0);
            if sum.worst_z.is_none_or(|worst| z.abs() > worst.abs()) {
                sum.worst_z = Some(z);
                sum.worst = format!("{}, {}", row.file, row.metric);
            }
        }
        if sum.scored > 0 {
            sum.mean_z = Some(total / f64::from(sum.scored));
            sum.beyond_2 = Some(f64::from(beyond) / f64::from(sum.scored));
        }
        sum
    }

    /// Whether every answer holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.passed == self.answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(file: &str, z: Option<f64>, pass: bool) -> Validation {
        Validation { file: file.into(), metric: "latency.mean".into(), z, pass, ..Validation::default() }
    }

    #[test]
    fn answers_are_counted_by_case_and_the_worst_is_named() {
        let rows = [row("a", Some(1.0), true), row("a", None, true), row("b", Some(-3.0), true), row("c", None, false)];
        let sum = Agreement::of("some", &rows);
        assert_eq!((sum.cases, sum.answers, sum.passed, sum.scored), (3, 4, 3, 2));
        assert_eq!((sum.mean_z, sum.beyond_2, sum.worst_z), (Some(-1.0), Some(0.5), Some(-3.0)));
        assert!(sum.worst == "b, latency.mean" && !sum.holds());
    }

    #[test]
    fn without_answers_there_is_no_z() {
        let none = Agreement::of("none", []);
        assert!(none.holds() && none.mean_z.is_none() && none.worst.is_empty());
    }
}
