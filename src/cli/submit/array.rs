//! Which shard this process is, from what array engines put into the environment. It reads nothing by itself: the caller passes a
//! look-up.

/// An engine that tells a task which one it is.
struct Engine {
    name: &'static str,
    index: &'static str,
    /// Variable with the first index; absent: indexes count from 0.
    first: Option<&'static str>,
    /// Variable with the distance of neighbouring indexes; absent: 1.
    step: Option<&'static str>,
    /// Variables from which the number of tasks follows.
    count: Count,
}

enum Count {
    Stated(&'static str),
    /// The last index.
    Last(&'static str),
    Unknown,
}

/// Slurm and Grid Engine tell first, last and step; AWS Batch its size; Kubernetes only the index.
const ENGINES: [Engine; 4] = [
    Engine {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: Some("SLURM_ARRAY_TASK_MIN"),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        count: Count::Last("SLURM_ARRAY_TASK_MAX"),
    },
    Engine {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: None,
        step: None,
        count: Count::Stated("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
    Engine { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: None, step: None, count: Count::Unknown },
    Engine {
        name: "Grid Engine",
        index: "SGE_TASK_ID",
        first: Some("SGE_TASK_FIRST"),
        step: Some("SGE_TASK_STEPSIZE"),
        count: Count::Last("SGE_TASK_LAST"),
    },
];

/// The shard of this task, as (K from 1, N). `count` is N where it was given (`auto/N`); otherwise the engine must tell it.
///
/// # Errors
/// In words: no engine is recognised, a variable is no number, the number of tasks is not to be known, the index is beyond it.
pub fn shard(count: Option<u32>, variable: impl Fn(&str) -> Option<String>) -> Result<(u32, u32), String> {
    let found = ENGINES.iter().find_map(|engine| variable(engine.index).map(|index| (engine, index)));
    let (engine, index) = found.ok_or_else(|| {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.index).collect();
        format!("no array engine is recognised: none of {} is set", names.join(", "))
    })?;
    let number = |name: &str, text: String| {
        text.trim().parse::<u32>().map_err(|_| format!("{}'s `{name}` is `{text}`, but must be a number", engine.name))
    };
    let read = |name: &'static str| variable(name).map(|text| number(name, text)).transpose();
    let index = number(engine.index, index)?;
    let first = engine.first.map(read).transpose()?.flatten().unwrap_or(0);
    let step = engine.step.map(read).transpose()?.flatten().unwrap_or(1).max(1);
    let told = match engine.count {
        Count::Stated(name) => read(name)?,
        Count::Last(name) => {
            read(name)?.and_then(|last| last.checked_sub(first)).and_then(|n| (n / step).checked_add(1))
        }
        Count::Unknown => None,
    };
    let shards = count.or(told).ok_or_else(|| {
        format!("{} does not tell how many tasks there are: write `--shard auto/N` with their number", engine.name)
    })?;
    let on_step = index.checked_sub(first).filter(|from_zero| from_zero % step == 0);
    match on_step.and_then(|from_zero| (from_zero / step).checked_add(1)) {
        Some(shard) if shard <= shards => Ok((shard, shards)),
        _ => {
            let by = if step > 1 { format!(" in steps of {step}") } else { String::new() };
            Err(format!("{}'s task {index} is not one of {shards}, counted from {first}{by}", engine.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], count: Option<u32>) -> Result<(u32, u32), String> {
        shard(count, |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string()))
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
            let slurm = |id: &'static str| {
                let told = [("ID", id), ("MIN", "1"), ("MAX", last), ("STEP", "4")];
                let variable = |name: &str| {
                    let short = name.strip_prefix("SLURM_ARRAY_TASK_")?;
                    told.iter().find(|(key, _)| *key == short).map(|(_, value)| (*value).to_string())
                };
                shard(None, variable)
            };
            assert_eq!([slurm("1"), slurm("5"), slurm("9")], [Ok((1, 3)), Ok((2, 3)), Ok((3, 3))]);
            assert!(slurm("4").unwrap_err().contains("in steps of 4") && slurm("13").is_err());
        }
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        assert!(with(&[], None).unwrap_err().contains("SLURM_ARRAY_TASK_ID"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "3")], None).unwrap_err().contains("auto/N"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "4")], Some(4)).unwrap_err().contains("not one of 4"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "x")], Some(4)).unwrap_err().contains("must be a number"));
        assert!(with(&[("JOB_COMPLETION_INDEX", "4294967295")], Some(u32::MAX)).is_err());
        // An array that was asked for again with two of eight tasks does not make two shards of it.
        let again = [("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_TASK_MIN", "3"), ("SLURM_ARRAY_TASK_MAX", "7")];
        assert!(with(&again, None).is_err());
    }
}
