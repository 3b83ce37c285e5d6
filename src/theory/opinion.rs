//! Which formula a queue has, if any: the choice among this room's closed forms, and in words why none fits.

use super::gaps::Gaps;
use super::general::{
    Computed, MOST_VARIABLE, gig1_wait_probability, gigc_mean_wait, gim1_wait, mgc_mean_wait, mgc_wait_probability,
};
use super::{erlang_b, erlang_c, finite_queue, md1_loss, mg1_mean_wait, mmc_mean_wait, mmc_wait_quantile};

/// A mean wait whose error is more than this share of it is no opinion.
const ROUGH: f64 = 0.5;

/// Why an approximation is not used.
const UNUSUAL: &str = "service times of which two moments do not tell enough";

/// The law of service times, as far as formulas need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Mean, s, above 0.
    pub mean: f64,
    /// Squared coefficient of variation; infinite where the variance is.
    pub scv: f64,
    /// Exponential: not every law of scv 1 is.
    pub exponential: bool,
    /// One of the laws at which the errors of approximations were looked at: constant, uniform, exponential or mixed of such, gamma,
    /// Weibull, lognormal, none of them shifted. Two moments say too little of others, as one that is constant but for a long tail.
    pub usual: bool,
}

impl Service {
    fn symbol(&self) -> char {
        match self {
            Service { exponential: true, .. } => 'M',
            Service { scv: 0.0, .. } => 'D',
            _ => 'G',
        }
    }
}

/// A first-come-first-served station and what reaches it.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// Arrivals per second, above 0.
    pub arrivals: f64,
    /// Their gaps.
    pub gaps: Gaps,
    /// Service.
    pub service: Service,
    /// Servers, 1 or more.
    pub servers: u32,
    /// Waiting places; none: unlimited.
    pub waiting: Option<u32>,
}

/// Where numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// M/M/c.
    ErlangC,
    /// M/G/c/c.
    ErlangB,
    /// M/M/c/K.
    BirthDeath,
    /// M/G/1.
    PollaczekKhinchine,
    /// GI/M/1.
    EmbeddedChain,
    /// D/D/c.
    Clockwork,
    /// M/D/1/b, which is a token bucket too.
    ConstantServer,
    /// M/G/c by interpolation between M/D/c and M/M/c.
    Interpolation,
    /// GI/G/c.
    AllenCunneen,
}

impl Formula {
    /// Whether it has no error of its own.
    #[must_use]
    pub fn is_exact(self) -> bool {
        !matches!(self, Formula::Interpolation | Formula::AllenCunneen)
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Formula::ErlangC => "Erlang C",
            Formula::ErlangB => "Erlang B",
            Formula::BirthDeath => "birth and death",
            Formula::PollaczekKhinchine => "Pollaczek-Khinchine",
            Formula::EmbeddedChain => "embedded chain",
            Formula::Clockwork => "nobody waits",
            Formula::ConstantServer => "embedded chain",
            Formula::Interpolation => "Cosmetatos-Page",
            Formula::AllenCunneen => "Allen-Cunneen",
        }
    }
}

/// What theory says about a queue. Waits are those of whoever is served, in seconds; none where no formula of stated error exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Kendall's notation: `M/G/4`.
    pub model: String,
    /// Where the numbers come from.
    pub formula: Formula,
    /// Share of arrivals lost to a full waiting room.
    pub lost: f64,
    /// Share of the servers that is busy.
    pub utilisation: f64,
    /// Probability of waiting.
    pub waits: Option<Computed>,
    /// Mean wait.
    pub mean_wait: Option<Computed>,
    /// Wait that 1 in 100 exceed.
    pub wait_p99: Option<f64>,
}

impl Queue {
    fn rho(&self) -> f64 {
        self.arrivals * self.service.mean / f64::from(self.servers)
    }

    /// `D/G/1`, with the places of servers and waiting room where they are limited.
    fn model(&self) -> String {
        let symbol = format!("{}/{}/{}", self.gaps.symbol(), self.service.symbol(), self.servers);
        match self.waiting {
            None => symbol,
            Some(waiting) => format!("{symbol}/{}", u64::from(self.servers) + u64::from(waiting)),
        }
    }

    fn answer(&self, formula: Formula, lost: f64) -> Answer {
        Answer {
            model: self.model(),
            formula,
            lost,
            utilisation: self.rho() * (1.0 - lost),
            waits: None,
            mean_wait: None,
            wait_p99: None,
        }
    }

    /// What theory says.
    ///
    /// # Errors
    /// Why it says nothing, in words that follow "no closed form: ", or begin with "not compared: " where the formula is not at fault.
    pub fn opinion(&self) -> Result<Answer, &'static str> {
        if !(self.arrivals > 0.0 && self.service.mean > 0.0) {
            return Err("nothing to serve");
        }
        if self.gaps == Gaps::Constant && self.service.scv == 0.0 && self.rho() <= 1.0 {
            let none = Some(Computed::exact(0.0));
            return Ok(Answer { waits: none, mean_wait: none, ..self.answer(Formula::Clockwork, 0.0) });
        }
        if let Some(waiting) = self.waiting {
            return self.with_waiting_room(waiting);
        }
        if self.rho() >= 1.0 {
            return Err("not compared: offered more than it can serve");
        }
        if !self.service.scv.is_finite() {
            return Err("service times have no finite variance");
        }
        match self.gaps {
            Gaps::Exponential => self.poisson(),
            _ => self.renewal(),
        }
    }

    fn with_waiting_room(&self, waiting: u32) -> Result<Answer, &'static str> {
        let (arrivals, rate, servers) = (self.arrivals, 1.0 / self.service.mean, self.servers);
        if self.gaps != Gaps::Exponential {
            return Err("a waiting room that fills, and arrivals that are not Poisson");
        }
        if waiting == 0 {
            return Ok(self.answer(Formula::ErlangB, erlang_b(servers, arrivals / rate)));
        }
        if self.service.exponential {
            let queue = finite_queue(arrivals, rate, servers, waiting).ok_or("rates out of range")?;
            return Ok(Answer {
                waits: Some(Computed::exact(queue.waits)),
                mean_wait: Some(Computed::exact(queue.mean_wait)),
                ..self.answer(Formula::BirthDeath, queue.lost)
            });
        }
        if self.service.scv == 0.0 && servers == 1 {
            let lost = md1_loss(arrivals, rate, waiting.saturating_add(1)).ok_or("rates out of range")?;
            return Ok(self.answer(Formula::ConstantServer, lost));
        }
        Err("a waiting room that fills, and service that is not exponential")
    }

    fn poisson(&self) -> Result<Answer, &'static str> {
        let (arrivals, rate, servers) = (self.arrivals, 1.0 / self.service.mean, self.servers);
        let load = arrivals / rate;
        let none = "no steady state";
        if self.service.exponential {
            return Ok(Answer {
                waits: erlang_c(servers, load).map(Computed::exact),
                mean_wait: mmc_mean_wait(arrivals, rate, servers).map(Computed::exact),
                wait_p99: mmc_wait_quantile(arrivals, rate, servers, 0.99),
                ..self.answer(Formula::ErlangC, 0.0)
            });
        }
        if servers == 1 {
            let mean = mg1_mean_wait(arrivals, self.service.mean, self.service.scv).ok_or(none)?;
            return Ok(Answer {
                waits: Some(Computed::exact(load)),
                mean_wait: Some(Computed::exact(mean)),
                ..self.answer(Formula::PollaczekKhinchine, 0.0)
            });
        }
        if !self.service.usual {
            return Err(UNUSUAL);
        }
        if self.service.scv > MOST_VARIABLE {
            return Err("service times vary too much for a formula of two moments");
        }
        let formula = if self.service.scv > 1.0 { Formula::AllenCunneen } else { Formula::Interpolation };
        Ok(Answer {
            waits: mgc_wait_probability(servers, load),
            mean_wait: mgc_mean_wait(arrivals, rate, servers, self.service.scv).filter(tells),
            ..self.answer(formula, 0.0)
        })
    }

    fn renewal(&self) -> Result<Answer, &'static str> {
        let (arrivals, rate, servers) = (self.arrivals, 1.0 / self.service.mean, self.servers);
        if self.service.exponential && servers == 1 {
            let (waits, decay) = gim1_wait(&self.gaps, arrivals, rate).ok_or("no steady state")?;
            return Ok(Answer {
                waits: Some(Computed::exact(waits)),
                mean_wait: Some(Computed::exact(waits / decay)),
                wait_p99: Some((libm::log(100.0 * waits) / decay).max(0.0)),
                ..self.answer(Formula::EmbeddedChain, 0.0)
            });
        }
        // Of a clock thinned by chance the gaps are whole multiples, which variability alone does not tell.
        if matches!(self.gaps, Gaps::AtRandom(..)) {
            return Err("gaps of which two moments do not tell enough");
        }
        if !self.service.usual {
            return Err(UNUSUAL);
        }
        let (gap_scv, scv) = (self.gaps.scv(), self.service.scv);
        let mean = gigc_mean_wait(arrivals, rate, servers, gap_scv, scv).ok_or(if gap_scv > 1.0 {
            "gaps vary more than Poisson's, and two moments do not do"
        } else {
            "too regular, or service too variable, for a formula of two moments"
        })?;
        let waits = if servers == 1 { gig1_wait_probability(arrivals, rate, gap_scv, scv) } else { None };
        let mean_wait = Some(mean).filter(tells);
        Ok(Answer { waits, mean_wait, ..self.answer(Formula::AllenCunneen, 0.0) })
    }
}

fn tells(computed: &Computed) -> bool {
    computed.error <= ROUGH * computed.value
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const EXPONENTIAL: Service = Service { mean: 0.01, scv: 1.0, exponential: true, usual: true };

    fn queue(gaps: Gaps, service: Service, servers: u32, waiting: Option<u32>) -> Queue {
        Queue { arrivals: 70.0 * f64::from(servers), gaps, service, servers, waiting }
    }

    #[test]
    fn each_queue_finds_its_formula() {
        let general = |scv| Service { mean: 0.01, scv, exponential: false, usual: true };
        for (gaps, service, servers, waiting, model, formula) in [
            (Gaps::Exponential, EXPONENTIAL, 4, None, "M/M/4", Formula::ErlangC),
            (Gaps::Exponential, EXPONENTIAL, 4, Some(6), "M/M/4/10", Formula::BirthDeath),
            (Gaps::Exponential, general(3.0), 4, Some(0), "M/G/4/4", Formula::ErlangB),
            (Gaps::Exponential, general(1.0), 1, None, "M/G/1", Formula::PollaczekKhinchine),
            (Gaps::Exponential, general(0.0), 4, None, "M/D/4", Formula::Interpolation),
            (Gaps::Exponential, general(3.0), 4, None, "M/G/4", Formula::AllenCunneen),
            (Gaps::Exponential, general(0.0), 1, Some(9), "M/D/1/10", Formula::ConstantServer),
            (Gaps::Gamma(3.0), EXPONENTIAL, 1, None, "E3/M/1", Formula::EmbeddedChain),
            (Gaps::Gamma(3.0), general(2.0), 1, None, "E3/G/1", Formula::AllenCunneen),
            (Gaps::Constant, general(0.0), 2, Some(1), "D/D/2/3", Formula::Clockwork),
        ] {
            let answer = queue(gaps, service, servers, waiting).opinion().unwrap();
            assert_eq!((answer.model.as_str(), answer.formula), (model, formula));
            let utilisation = 0.7 * (1.0 - answer.lost);
            assert!((answer.utilisation - utilisation).abs() < 1e-12, "{model}");
            let exact = |computed: Option<Computed>| computed.is_none_or(|c| c.error == 0.0);
            assert!(!formula.is_exact() || exact(answer.mean_wait) && exact(answer.waits), "{model}");
        }
    }

    #[test]
    fn where_there_is_none_it_says_why() {
        let heavy = Service { mean: 0.01, scv: f64::INFINITY, exponential: false, usual: true };
        let spread = Service { scv: 30.0, ..heavy };
        for (queue, word) in [
            (queue(Gaps::Exponential, heavy, 1, None), "variance"),
            (queue(Gaps::Exponential, spread, 4, None), "vary too much"),
            (queue(Gaps::Exponential, spread, 4, Some(5)), "not exponential"),
            (queue(Gaps::Gamma(2.0), EXPONENTIAL, 1, Some(5)), "not Poisson"),
            (queue(Gaps::Gamma(0.5), spread, 1, None), "Poisson's"),
            (queue(Gaps::Exponential, Service { scv: 0.5, usual: false, ..heavy }, 4, None), "two moments"),
            (queue(Gaps::Constant.at_random(0.5), Service { scv: 0.5, ..heavy }, 1, None), "two moments"),
            (Queue { arrivals: 100.0, ..queue(Gaps::Exponential, EXPONENTIAL, 1, None) }, "more than it can"),
        ] {
            let why = queue.opinion().unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }
}
