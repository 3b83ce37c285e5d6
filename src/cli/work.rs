//! The list of work on the screen and as JSON, and whether a sweep fits in the memory of the machine.

use gatecap::experiment::shards::{Plan, Unit, predicted_memory};
use gatecap::issue::{Issue, Issues};
use gatecap::scenario::Scenario;

/// The list as a table.
pub fn table(plan: &Plan) -> String {
    let mut text = String::from(
        " unit  part           option                 services      rate/s  runs         requests  seconds\n",
    );
    for unit in &plan.units {
        let Unit { number, part, services, from, to, requests, seconds, .. } = unit;
        let option = unit.option.as_deref().unwrap_or("");
        let rate = unit.rate.map_or_else(String::new, |rate| format!("{rate:.1}"));
        let runs = format!("{from}-{}", to.saturating_sub(1));
        text.push_str(&format!(
            "{number:>5}  {part:<13}  {option:<22} {services:>8}  {rate:>10}  {runs:<7} {requests:>13}  {seconds:>7.2}\n"
        ));
    }
    let (units, millions) = (plan.units.len(), plan.requests as f64 / 1e6);
    text.push_str(&format!(
        "\n{units} units, {millions:.1} million requests, about {:.0} s of one core; what refinement, searches and the study of \
         inputs\nmake needed later is not in the list\n",
        plan.seconds
    ));
    let (memory, histograms) = (plan.memory as f64 / 1e6, plan.histograms as f64 / 1e6);
    text.push_str(&format!(
        "memory of the whole sweep, or of its merge: about {memory:.0} MB, {histograms:.0} of it histograms\n"
    ));
    text
}

/// The list as one JSON document.
pub fn json(plan: &Plan) -> String {
    // Numbers and texts always have a JSON form.
    let mut text = serde_json::to_string_pretty(plan).unwrap_or_default();
    text.push('\n');
    text
}

/// Refuses a sweep that is likely to need more memory than there is, unless the caller has said which `histograms` are wanted.
pub fn fits(scenario: &Scenario, histograms: Option<&str>) -> Result<(), Issues> {
    let (memory, of_histograms) = predicted_memory(scenario, rayon::current_num_threads());
    let Some(free) = free_memory().filter(|free| memory > *free && histograms.is_none()) else { return Ok(()) };
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    let (needed, there) = (gigabytes(memory), gigabytes(free));
    let issue = Issue::new(format!("this sweep needs about {needed:.1} GB of memory, but {there:.1} GB are free"));
    let few = gigabytes(memory - of_histograms);
    Err(vec![issue.hint(format!(
        "`--histograms operating` leaves out those of other points and needs about {few:.1} GB; `--histograms all` begins whatever is free"
    ))])
}

/// Memory that programs may still take, bytes, as Linux says it for the machine and for the group of processes; none elsewhere. No
/// result depends on it.
pub(super) fn free_memory() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|most| most.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    machine.into_iter().chain(group).min()
}

/// `MemAvailable` of /proc/meminfo, bytes.
fn available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_memory_is_read() {
        let text = "MemTotal:       24567890 kB\nMemFree:         1 kB\nMemAvailable:   20000000 kB\n";
        assert_eq!(available(text), Some(20_480_000_000));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }
}
