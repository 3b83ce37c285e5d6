//! Where scenarios of an experiment come from: one document, resolved again for every value of an axis.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::aws::mix;
use crate::aws::system::QuotaValue;
use crate::issue::Issues;
use crate::scenario::prices::Prices;
use crate::scenario::{Axis, Document, Model, Override, Scenario};

/// A document with the caller's overrides and quotas.
#[derive(Clone, Debug)]
pub struct Source {
    /// The parsed file.
    pub document: Document,
    /// `--set` and the flags that stand for it.
    pub overrides: Vec<Override>,
    /// Quotas that files state, by id, where the scenario does not.
    pub quotas: BTreeMap<String, QuotaValue>,
    /// Prices that a file states, by id, where the scenario does not.
    pub prices: Prices,
}

impl From<Document> for Source {
    /// The document as it is, without overrides, quotas and prices.
    fn from(document: Document) -> Source {
        Source { document, overrides: Vec::new(), quotas: BTreeMap::new(), prices: Prices::new() }
    }
}

/// The values of a scenario's further axes.
pub type AxisValues = BTreeMap<String, f64>;

impl Source {
    /// The scenario with `more` overrides on top of the caller's, and with the mix that is best without them, where one is asked
    /// for: along an axis it stays the same architecture.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn scenario(&self, more: &[Override]) -> Result<Scenario, Issues> {
        let mut scenario = self.plain(more)?;
        let Model::Options(system) = &mut scenario.model else { return Ok(scenario) };
        if mix::asked(system) {
            let base = if more.is_empty() { None } else { Some(self.plain(&[])?) };
            match base.map(|base| base.model) {
                Some(Model::Options(base)) => mix::add(system, &base),
                _ => mix::add(system, &system.clone()),
            }
        }
        Ok(scenario)
    }

    fn plain(&self, more: &[Override]) -> Result<Scenario, Issues> {
        let all: Vec<Override> = self.overrides.iter().chain(more).cloned().collect();
        let mut scenario = self.document.resolve(&all)?;
        if let Model::Options(system) = &mut scenario.model {
            for (id, value) in &self.quotas {
                system.quotas.entry(id.clone()).or_insert_with(|| value.clone());
            }
            for (id, price) in &self.prices {
                system.prices.entry(id.clone()).or_insert_with(|| price.clone());
            }
        }
        Ok(scenario)
    }

    /// A scenario for every combination of the axes' values, the last axis running fastest.
    ///
    /// # Errors
    /// Everything that is wrong with the first combination that does not resolve.
    pub fn combinations(&self, axes: &[Axis]) -> Result<Vec<(AxisValues, Scenario)>, Issues> {
        let mut combinations: Vec<(AxisValues, Vec<Override>)> = vec![(AxisValues::new(), Vec::new())];
        for axis in axes {
            let extended = combinations.iter().flat_map(|(values, overrides)| {
                axis.values.iter().map(move |value| {
                    let mut values = values.clone();
                    values.insert(axis.field.clone(), value.number);
                    let mut overrides = overrides.clone();
                    overrides.push(Override::set(axis.field.clone(), value.toml.clone()));
                    (values, overrides)
                })
            });
            combinations = extended.collect();
        }
        let resolved: Vec<_> = combinations
            .into_par_iter()
            .map(|(values, overrides)| self.scenario(&overrides).map(|scenario| (values, scenario)))
            .collect();
        resolved.into_iter().collect()
    }
}
