//! The list of work on the screen and as JSON, and whether a sweep fits in the memory of the machine.

use std::path::Path;

use gatecap::experiment::shards::{Plan, Predicted, Unit, predicted_memory, waiting};
use gatecap::issue::{Issue, Issues};
use gatecap::scenario::Scenario;

use super::args::Flags;

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
pub fn fits(scenario: &Scenario, flags: &Flags, histograms: Option<&str>) -> Result<(), Issues> {
    let beside = flags.threads.map_or_else(rayon::current_num_threads, usize::from);
    let Predicted { bytes, histograms: of_histograms, waiting: wait } =
        predicted_memory(scenario, flags.copies, beside);
    let Some(free) = free_memory().filter(|free| bytes > *free && histograms.is_none()) else { return Ok(()) };
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    let (needed, there) = (gigabytes(bytes), gigabytes(free));
    let of_them = if wait > bytes / 2 {
        let (millions, wait) = (waiting(scenario) / 1e6, gigabytes(wait));
        format!(
            ", {wait:.1} of it for up to {millions:.1} million requests that may wait at a time in each replication"
        )
    } else {
        String::new()
    };
    let issue =
        Issue::new(format!("this sweep needs about {needed:.1} GB of memory{of_them}, but {there:.1} GB are free"));
    let few = gigabytes(bytes - of_histograms);
    Err(vec![issue.hint(format!(
        "`--histograms operating` leaves out those of other points and needs about {few:.1} GB; `--histograms all` begins whatever is free"
    ))])
}

/// Memory that programs may still take, bytes, as Linux says it for the machine and for the groups of processes that this one is in; none
/// elsewhere. No result depends on it.
pub(super) fn free_memory() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    machine.into_iter().chain(group_memory(Path::new("/sys/fs/cgroup"), &groups)).min()
}

/// What the groups of /proc/self/cgroup, and those around them, leave: their limit less what is used, pages of files that can be dropped
/// not counted. Both versions of the interface.
fn group_memory(root: &Path, groups: &str) -> Option<u64> {
    let of_group = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        let (top, names) = match controllers {
            "" => (root.to_path_buf(), ["memory.max", "memory.current", "inactive_file "]),
            _ if controllers.split(',').any(|one| one == "memory") => {
                (root.join("memory"), ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "])
            }
            _ => return None,
        };
        // In a container the path may be the host's: the top is then the own group.
        let inside = top.join(path);
        inside.ancestors().take_while(|dir| dir.starts_with(&top)).filter_map(|dir| left(dir, names)).min()
    };
    groups.lines().filter_map(of_group).min()
}

/// The limit of one group less its use.
fn left(dir: &Path, [most, used, idle]: [&str; 3]) -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    let droppable = |text: String| text.lines().find_map(|line| line.strip_prefix(idle)?.trim().parse::<u64>().ok());
    let files = read("memory.stat").and_then(droppable).unwrap_or(0);
    Some(number(most)?.saturating_sub(number(used)?.saturating_sub(files)))
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

    #[test]
    #[allow(clippy::unwrap_used)]
    fn groups_of_both_kinds_leave_their_limit_less_what_is_used() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("job/memory.max", "4000000\n");
        write("job/memory.current", "1000000\n");
        write("job/step/memory.max", "max\n");
        write("job/step/memory.current", "900000\n");
        assert_eq!(group_memory(root.path(), "0::/job/step\n"), Some(3_000_000));
        write("job/memory.stat", "anon 5\ninactive_file 400000\n");
        assert_eq!(group_memory(root.path(), "0::/job/step\n"), Some(3_400_000));
        write("memory/slurm/memory.limit_in_bytes", "2000000\n");
        write("memory/slurm/memory.usage_in_bytes", "500000\n");
        let both = "12:cpu:/x\n5:memory:/slurm/job_7\n0::/job/step\n";
        assert_eq!(group_memory(root.path(), both), Some(1_500_000));
        assert_eq!(group_memory(root.path(), ""), None);
    }
}
