//! Which shard this process is, from what array engines put into the environment. It reads nothing by itself: the caller passes a
//! look-up.

/// An engine that tells a task which one it is.
struct Engine {
    name: &'static str,
    index: &'static str,
    /// Variable with the first index; absent: indexes count from 0.
    first: Option<&'static str>,
    /// Variables from which the number of tasks follows.
    count: Count,
}

enum Count {
    Stated(&'static str),
    /// The last index, where the step is 1.
    Last(&'static str),
    Unknown,
}

/// Slurm and Grid Engine tell first and last; AWS Batch its size; Kubernetes only the index.
const ENGINES: [Engine; 4] = [
    Engine {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: Some("SLURM_ARRAY_TASK_MIN"),
        count: Count::Last("SLURM_ARRAY_TASK_MAX"),
    },
    Engine {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: None,
        count: Count::Stated("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
    Engine { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: None, count: Count::Unknown },
    Engine {
        name: "Grid Engine",
        index: "SGE_TASK_ID",
        first: Some("SGE_TASK_FIRST"),
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
    let told = match engine.count {
        Count::Stated(name) => read(name)?,
        Count::Last(name) => read(name)?.and_then(|last| last.checked_sub(first)).and_then(|n| n.checked_add(1)),
        Count::Unknown => None,
    };
    let shards = count.or(told).ok_or_else(|| {
        format!("{} does not tell how many tasks there are: write `--shard auto/N` with their number", engine.name)
    })?;
    let shard = index.checked_sub(first).and_then(|from_zero| from_zero.checked_add(1));
    match shard {
        Some(shard) if shard <= shards => Ok((shard, shards)),
        _ => Err(format!("{}'s task {index} is not one of {shards}, counted from {first}", engine.name)),
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
