//! Which shard this process is, from what array engines put into the environment. It reads nothing by itself: the caller passes a
//! look-up.

use std::collections::BTreeSet;

use gatecap::experiment::shards::MOST_SHARDS;
use gatecap::issue::Issue;

/// An engine that tells a task which one it is, and the variables in which it does.
struct Engine {
    name: &'static str,
    index: &'static str,
    /// The first index; absent: indexes count from 0.
    first: Option<&'static str>,
    /// The last index.
    last: Option<&'static str>,
    /// The distance of neighbouring indexes; absent: 1.
    step: Option<&'static str>,
    /// The number of tasks.
    count: Option<&'static str>,
    /// The number of a task from 1, as a shell writes it, in an array of all shards.
    word: &'static str,
}

/// Slurm tells everything, Grid Engine first, last and step; AWS Batch its size; Kubernetes only the index.
const ENGINES: [Engine; 4] = [
    Engine {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: Some("SLURM_ARRAY_TASK_MIN"),
        last: Some("SLURM_ARRAY_TASK_MAX"),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        word: "$SLURM_ARRAY_TASK_ID",
    },
    Engine {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: None,
        last: None,
        step: None,
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        word: "$((AWS_BATCH_JOB_ARRAY_INDEX + 1))",
    },
    Engine {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        first: None,
        last: None,
        step: None,
        count: None,
        word: "$((JOB_COMPLETION_INDEX + 1))",
    },
    Engine {
        name: "Grid Engine",
        index: "SGE_TASK_ID",
        first: Some("SGE_TASK_FIRST"),
        last: Some("SGE_TASK_LAST"),
        step: Some("SGE_TASK_STEPSIZE"),
        count: None,
        word: "$SGE_TASK_ID",
    },
];

/// What an engine told a task.
struct Told {
    index: u32,
    first: u32,
    last: Option<u32>,
    step: u32,
    count: Option<u32>,
}

impl Engine {
    fn read(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Told, Issue> {
        let read = |name: Option<&'static str>| {
            let Some((name, text)) = name.and_then(|name| Some((name, variable(name)?))) else { return Ok(None) };
            let wrong = format!("{}'s `{name}` is `{text}`, but must be a number", self.name);
            text.trim().parse::<u32>().map(Some).map_err(|_| Issue::new(wrong).hint(BY_HAND))
        };
        Ok(Told {
            index: read(Some(self.index))?.unwrap_or(0),
            first: read(self.first)?.unwrap_or(0),
            last: read(self.last)?,
            step: read(self.step)?.unwrap_or(1).max(1),
            count: read(self.count)?,
        })
    }
}

impl Told {
    /// The tasks of an array from its first index to its last.
    fn spanned(&self) -> Option<u32> {
        (self.last?.checked_sub(self.first)? / self.step).checked_add(1)
    }
}

const BY_HAND: &str = "write `--shard K/N`: which one, from 1, of how many";

/// The shard of this task, as (K from 1, N). `count` is N where it was given (`auto/N`); otherwise the engine must tell it. Only an
/// array of all shards has the Kth of them as its Kth task: one that was asked for again with some of its tasks is refused.
///
/// # Errors
/// No engine is recognised, a variable is no number, the number of tasks is not to be known, is not that of the shards, or is more than
/// a sweep may have; the index is not one of them.
pub fn shard(count: Option<u32>, variable: impl Fn(&str) -> Option<String>) -> Result<(u32, u32), Issue> {
    let engine = ENGINES.iter().find(|engine| variable(engine.index).is_some()).ok_or_else(|| {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.index).collect();
        Issue::new(format!("no array engine is recognised: none of {} is set", names.join(", "))).hint(BY_HAND)
    })?;
    let told = engine.read(variable)?;
    let counts: BTreeSet<u32> = told.count.into_iter().chain(told.spanned()).collect();
    let shards = count.or(counts.first().copied()).ok_or_else(|| {
        let name = engine.name;
        Issue::new(format!("{name} does not tell how many tasks there are"))
            .hint("write `--shard auto/N` with their number")
    })?;
    if let Some(other) = counts.iter().find(|&&tasks| tasks != shards) {
        let found = match count {
            Some(_) => format!("this array has {} tasks, not {shards}", told.count.unwrap_or(*other)),
            None => {
                let (tasks, spanned) = (told.count.unwrap_or(shards), told.spanned().unwrap_or(*other));
                format!("this array has {tasks} tasks, but its indexes are those of {spanned}")
            }
        };
        let of = count.map_or("N".to_string(), |n| n.to_string());
        return Err(Issue::new(found).hint(format!("write `--shard {}/{of}`: the shard by its number", engine.word)));
    }
    if shards > MOST_SHARDS {
        let found = format!("{} tells of {shards} tasks, but a sweep has at most {MOST_SHARDS} shards", engine.name);
        return Err(Issue::new(found).hint("ask for a smaller array"));
    }
    let Told { index, first, step, .. } = told;
    let on_step = index.checked_sub(first).filter(|from_zero| from_zero % step == 0);
    match on_step.and_then(|from_zero| (from_zero / step).checked_add(1)) {
        Some(shard) if shard <= shards => Ok((shard, shards)),
        _ => {
            let by = if step > 1 { format!(" in steps of {step}") } else { String::new() };
            let found = format!("{}'s task {index} is not one of {shards}, counted from {first}{by}", engine.name);
            Err(Issue::new(found).hint(BY_HAND))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], count: Option<u32>) -> Result<(u32, u32), String> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string());
        shard(count, variable).map_err(|issue| format!("{}: {}", issue.message, issue.hint.unwrap_or_default()))
    }

    /// The task `id` of a Slurm array with the other variables as they are given.
    fn slurm(id: &str, told: &[(&str, &str)], count: Option<u32>) -> Result<(u32, u32), String> {
        let named = |(name, value): &(&str, &str)| (format!("SLURM_ARRAY_TASK_{name}"), (*value).to_string());
        let variables: Vec<(String, String)> = [("ID", id)].iter().chain(told).map(named).collect();
        let borrowed: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        with(&borrowed, count)
    }

    #[test]
    fn engines_are_recognised() {
        let slurm = [("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "5"), ("SLURM_ARRAY_TASK_MAX", "9")];
        assert_eq!(with(&slurm, None), Ok((3, 5)));
        let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "4")];
        assert_eq!(with(&batch, None), Ok((1, 4)));
        assert_eq!(with(&[("JOB_COMPLETION_INDEX", "3")], Some(4)), Ok((4, 4)));
        let grid = [("SGE_TASK_ID", "1"), ("SGE_TASK_FIRST", "1"), ("SGE_TASK_LAST", "6")];
        assert_eq!(with(&grid, None), Ok((1, 6)));
    }

    /// `--array=1-10:4` has the tasks 1, 5 and 9, whether 9 or 10 is told as the last.
    #[test]
    fn indexes_may_have_steps() {
        for last in ["9", "10"] {
            let task = |id| slurm(id, &[("MIN", "1"), ("MAX", last), ("STEP", "4"), ("COUNT", "3")], None);
            assert_eq!([task("1"), task("5"), task("9")], [Ok((1, 3)), Ok((2, 3)), Ok((3, 3))]);
            assert!(task("4").unwrap_err().contains("in steps of 4") && task("13").is_err());
        }
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        assert!(with(&[], None).unwrap_err().contains("SLURM_ARRAY_TASK_ID"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "3")], None).unwrap_err().contains("auto/N"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "4")], Some(4)).unwrap_err().contains("not one of 4"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "x")], Some(4)).unwrap_err().contains("must be a number"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "4294967295")], Some(u32::MAX)).is_err());
    }
    /// `sbatch --array=3,7` again of eight tasks: the task 3 is not the first of two shards, and not of eight by its place.
    #[test]
    fn an_array_of_some_of_its_tasks_is_refused() {
        let again = [("MIN", "3"), ("MAX", "7"), ("STEP", "1"), ("COUNT", "2")];
        let said = slurm("3", &again, Some(8)).unwrap_err();
        assert!(said.starts_with("this array has 2 tasks, not 8") && said.contains("`--shard $SLURM_ARRAY_TASK_ID/8`"));
        let said = slurm("7", &again, None).unwrap_err();
        assert!(said.contains("has 2 tasks, but its indexes are those of 5"), "{said}");
        // A range of them, one of them, and an engine that tells fewer variables.
        assert!(slurm("4", &[("MIN", "3"), ("MAX", "5"), ("COUNT", "3")], Some(8)).is_err());
        assert!(slurm("5", &[("MIN", "5"), ("MAX", "5")], Some(8)).is_err());
        let grid = [("SGE_TASK_ID", "3"), ("SGE_TASK_FIRST", "3"), ("SGE_TASK_LAST", "4")];
        assert!(with(&grid, Some(8)).unwrap_err().contains("$SGE_TASK_ID/8"));
        let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "4")];
        assert!(with(&batch, Some(8)).unwrap_err().contains("this array has 4 tasks, not 8"));
        assert_eq!(slurm("3", &[("MIN", "1"), ("MAX", "8"), ("COUNT", "8")], Some(8)), Ok((3, 8)));
        assert_eq!(slurm("3", &[], Some(8)), Ok((4, 8)), "no first index is told");
    }

    #[test]
    fn an_array_has_no_more_tasks_than_a_sweep_has_shards() {
        assert_eq!(slurm("2", &[("MIN", "1"), ("MAX", "100000")], None), Ok((2, 100_000)));
        for most in ["100001", "200000", "4294967295"] {
            let said = slurm("2", &[("MIN", "1"), ("MAX", most)], None).unwrap_err();
            assert!(said.contains("at most 100000 shards"), "{said}");
        }
        assert!(slurm("2", &[("MIN", "0"), ("MAX", "4294967295")], None).is_err());
    }
}
