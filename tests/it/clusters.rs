//! What `gatecap submit` prints and refuses, and the share of a task of an array. A real Slurm is `.ci/slurm`'s work.

use crate::program::{command, repository, run};

const QUICKSTART: &str = "scenarios/quickstart.toml";

#[test]
#[allow(clippy::disallowed_methods, reason = "how the files are written anew")]
fn the_files_beside_the_page_are_what_is_printed() {
    let batch = ["--file-system", "fs-0123456789abcdef0"];
    for (engine, more, file) in
        [("kubernetes", &[][..], "docs/clusters/kubernetes.yaml"), ("batch", &batch[..], "docs/clusters/batch.json")]
    {
        let words = [&["submit", engine, QUICKSTART, "--shards", "8", "--dry-run"], more].concat();
        let ran = run(repository(), &words);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let path = repository().join(file);
        if std::env::var_os("GATECAP_UPDATE").is_some() {
            std::fs::write(&path, &ran.stdout).unwrap();
        }
        assert_eq!(ran.stdout, std::fs::read_to_string(path).unwrap(), "{file}: GATECAP_UPDATE=1 cargo test --test it");
    }
}

#[test]
fn scripts_are_shown_without_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(repository().join(QUICKSTART), folder.path().join("it's.toml")).unwrap();
    let ran = run(folder.path(), &["submit", "slurm", "it's.toml", "--shards", "3", "--threads", "2", "--dry-run"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("#SBATCH --cpus-per-task=2\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("--shard \"$SLURM_ARRAY_TASK_ID/3\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("/it'\\''s.toml'"), "{}", ran.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written");
}

#[test]
fn what_cannot_be_submitted_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(repository().join(QUICKSTART), folder.path().join("a.toml")).unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["submit", "slurm", "-", "--shards", "3"], "from a file, and none is given"),
        (&["submit", "slurm", "missing.toml", "--shards", "3"], "missing.toml"),
        (&["submit", "kubernetes", "a.toml", "--shards", "3"], "add `--dry-run`"),
        (&["submit", "kubernetes", "a.toml", "--shards", "3", "--dry-run", "--quotas", "a.toml"], "a.toml"),
        (&["submit", "slurm", "a.toml", "--shards", "0"], "--shards"),
    ];
    for (words, said) in cases {
        let ran = run(folder.path(), words);
        assert_eq!(ran.status, 2, "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
    }
    // No Slurm on the path: the scripts stay, nothing else is claimed.
    let mut without = command(folder.path(), &["submit", "slurm", "a.toml", "--shards", "3", "--quiet"]);
    let output = without.env("PATH", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`sbatch` cannot be started"));
}

#[test]
fn what_is_asked_of_containers_is_in_what_is_printed_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), "[sweep]\nservices = [1]\n").unwrap();
    std::fs::write(folder.path().join("times.csv"), "ms\n1\n2\n").unwrap();
    let text = "[services]\ntime = { empirical = { file = \"times.csv\", column = \"ms\" } }\n";
    std::fs::write(folder.path().join("files.toml"), text).unwrap();
    let absolute = text.replace("times.csv", &folder.path().join("times.csv").display().to_string());
    std::fs::write(folder.path().join("absolute.toml"), absolute).unwrap();
    let print = |engine: &str, scenario: &str, more: &[&str]| {
        let of_batch: &[&str] = if engine == "batch" { &["--file-system", "fs-0123456789abcdef0"] } else { &[] };
        run(folder.path(), &[&["submit", engine, scenario, "--shards", "3", "--dry-run"], of_batch, more].concat())
    };
    for engine in ["kubernetes", "batch"] {
        let ran = print(engine, "a.toml", &["--out", "./runs/night", "--date", "2026-11-25"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        for word in ["/shared/runs/night\"", "/shared/runs/night.shards\"", "\"2026-11-25\""] {
            assert!(ran.stdout.contains(word), "{engine}: {word}: {}", ran.stdout);
        }
        for (more, said) in [
            (&["--json"][..], "only `submit slurm` waits for"),
            (&["--out", "/tmp/night"], "no folder of the volume"),
            (&["--out", "../night"], "no folder of the volume"),
            (&["--out", "s3://bucket/night"], "where shards go, but not results"),
        ] {
            let ran = print(engine, "a.toml", more);
            assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{engine} {more:?}");
            assert!(ran.stderr.contains(said), "{engine} {more:?}: {}", ran.stderr);
        }
    }
    for scenario in ["files.toml", "absolute.toml"] {
        let ran = print("kubernetes", scenario, &[]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{scenario}");
        assert!(ran.stderr.contains("the scenario names a file, which a pod does not have"), "{}", ran.stderr);
        assert_eq!(print("batch", scenario, &[]).status, 0, "{scenario}");
    }
    let ran = print("slurm", "a.toml", &["--out", "s3://bucket/night"]);
    assert!(ran.status == 2 && ran.stderr.contains("where shards go, but not results"), "{}", ran.stderr);
}

#[test]
fn a_task_of_an_array_takes_its_share() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[run]\nrequests = 200\nreplications = 2\nwarmup = 0\n[sweep]\nservices = [1]\n[sensitivity]\n";
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let words = ["sweep", "a.toml", "--out", "s", "--quiet", "--shard"];
    let with = |share: &str, variables: &[(&str, &str)]| {
        let mut task = command(folder.path(), &[&words[..], &[share]].concat());
        task.envs(variables.iter().copied()).output().unwrap()
    };
    assert_eq!(with("auto", &[]).status.code(), Some(2), "no engine is there");
    let again = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "3"), ("SLURM_ARRAY_TASK_MAX", "3")];
    let refused = with("auto/8", &again);
    assert_eq!(refused.status.code(), Some(2), "one task of eight again");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this array has 1 tasks, not 8"));
    let slurm = [("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_MAX", "2")];
    assert_eq!(with("auto", &slurm).status.code(), Some(0));
    assert_eq!(with("auto/2", &[("JOB_COMPLETION_INDEX", "0")]).status.code(), Some(0));
    // A folder stands for the shards in it.
    let merged = run(folder.path(), &["merge", "s", "--out", "m", "--quiet"]);
    assert_eq!(merged.status, 0, "{}", merged.stderr);
    assert!(folder.path().join("m/results.json").exists());
    let none = run(folder.path(), &["merge", "m", "--out", "n", "--quiet"]);
    assert_eq!(none.status, 2);
    assert!(none.stderr.contains("holds no shard"), "{}", none.stderr);
}

/// `COPY . .` of the container file takes everything that is not named there.
#[test]
fn an_image_is_not_built_from_build_products() {
    let ignored = std::fs::read_to_string(repository().join(".dockerignore")).unwrap();
    for folder in ["**/target", "/output", "/.git"] {
        assert!(ignored.lines().any(|line| line == folder), "{folder}");
    }
}
