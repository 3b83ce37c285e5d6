//! Kubernetes: a manifest with the scenario, an indexed Job of shards and a suspended Job that merges them.

use std::path::Path;

use gatecap::experiment::Source;
use gatecap::issue::{Issue, Issues};
use gatecap::scenario::Document;

use super::job::Job;
use super::memory::Memory;

/// Where the scenario is mounted.
pub const SCENARIO_FOLDER: &str = "/scenario";
/// Where the shared volume is mounted.
pub const SHARED_FOLDER: &str = "/shared";

/// What a manifest needs beside the job.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// Container image with gatecap in it.
    pub image: &'a str,
    /// Persistent volume claim that all pods write: access mode ReadWriteMany.
    pub claim: &'a str,
    /// File name of the scenario.
    pub file: &'a str,
    /// Text of the scenario.
    pub text: &'a str,
    /// What shards and merge are given.
    pub memory: Memory,
}

/// Bytes of a scenario that a ConfigMap holds: it takes 1 MiB with all that is around them.
const LARGEST: usize = 1_000_000;
/// The user and the group of the image.
const GROUP: u32 = 65534;

/// Whether the names are ones that Kubernetes takes: keys of a ConfigMap have up to 253 letters, digits, `-`, `_` and `.`; a claim is a
/// DNS name of up to 253 lower-case letters, digits, `-` and `.`, with a letter or a digit at both ends of each part (Kubernetes,
/// "Object names and IDs", "ConfigMaps").
///
/// # Errors
/// All that are not.
pub fn check(cluster: &Cluster<'_>) -> Result<(), Issues> {
    let mut issues = Issues::new();
    let (file, claim) = (cluster.file, cluster.claim);
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if file.is_empty() || file.len() > 253 || !file.chars().all(of_key) || file == "." || file.starts_with("..") {
        let issue =
            Issue::new(format!("file name `{file}` cannot be a key of a ConfigMap: letters, digits, `-`, `_`, `.`"));
        issues.push(issue.hint("rename or copy the scenario, as `shop.toml`"));
    }
    let of_part = |part: &str| {
        let inside = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        inside && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    if cluster.text.len() > LARGEST {
        let size = cluster.text.len();
        issues
            .push(Issue::new(format!("the scenario has {size} bytes, but a ConfigMap holds at most {LARGEST} of it")));
    }
    if claim.len() > 253 || !claim.split('.').all(of_part) {
        let found = format!("`{claim}` cannot be the name of a claim: lower-case letters, digits, `-`, `.`");
        issues.push(Issue::new(found).hint("`kubectl get persistentvolumeclaims` lists the claims that there are"));
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// Refuses a scenario that names files: a pod has its text, in a folder of its own, and nothing else. `source` is the scenario as it was
/// read here, without a fault.
pub fn stands_alone(cluster: &Cluster<'_>, source: &Source) -> Result<(), Issues> {
    // A folder that is not there, so that every file it names is missed, whether it lies beside the scenario or elsewhere.
    let document = Document::confined(cluster.text, &Path::new(SCENARIO_FOLDER).join("gatecap").join(cluster.file))?;
    let alone = Source { document, ..source.clone() };
    alone.scenario(&[]).map(drop).map_err(|issues| {
        let first = issues.into_iter().take(1);
        let missed = first.map(|issue| Issue {
            message: "the scenario names a file, which a pod does not have".into(),
            note: None,
            hint: Some("write what it holds into the scenario, or take an engine whose nodes share a folder".into()),
            ..issue
        });
        missed.collect()
    })
}

/// The manifest, three documents of YAML. Texts are written as JSON strings, which YAML reads as they are.
#[must_use]
pub fn manifest(job: &Job, cluster: &Cluster<'_>) -> String {
    let name = &job.name;
    let mut text = format!(
        "# kubectl apply --server-side -f - ; then, when job/{name} is complete:\n\
         #   kubectl wait --for=condition=complete --timeout=-1s job/{name}\n\
         #   kubectl patch job/{name}-merge -p '{{\"spec\":{{\"suspend\":false}}}}'\n\
         # Results are then in {} on the volume of claim {}.\n",
        job.out,
        cluster.claim.escape_debug()
    );
    let file = json(cluster.file);
    text += &format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {file}: {}\n---\n",
        json(cluster.text)
    );
    // A task that fails is tried once more, and no other is taken back for it.
    let shards = format!(
        "  completionMode: Indexed\n  completions: {0}\n  parallelism: {0}\n  backoffLimitPerIndex: 1\n",
        job.shards
    );
    let Memory { shard, merge } = cluster.memory;
    text += &job_document(job, "", &shards, (&job.shard(&format!("auto/{}", job.shards)), shard), cluster);
    text += "---\n";
    text += &job_document(job, "-merge", "  suspend: true\n  backoffLimit: 1\n", (&job.merge(), merge), cluster);
    text
}

fn job_document(
    job: &Job,
    suffix: &str,
    spec: &str,
    (command, memory_mib): (&[String], u64),
    cluster: &Cluster<'_>,
) -> String {
    let command: Vec<String> = command.iter().map(|word| json(word)).collect();
    let mut text = format!("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {}{suffix}\nspec:\n{spec}", job.name);
    text += "  template:\n    spec:\n      restartPolicy: Never\n";
    // Files of the volume belong to this group where the driver can do that: the image's user writes them.
    text += &format!("      securityContext:\n        fsGroup: {GROUP}\n      containers:\n        - name: gatecap\n");
    text += &format!("          image: {}\n          command: [{}]\n", json(cluster.image), command.join(", "));
    text += &format!(
        "          resources:\n            requests:\n              cpu: {}\n              memory: {memory_mib}Mi\n",
        json(&job.threads.to_string())
    );
    text += &format!(
        "          volumeMounts:\n            - name: scenario\n              mountPath: {SCENARIO_FOLDER}\n            \
         - name: shared\n              mountPath: {SHARED_FOLDER}\n"
    );
    text += &format!(
        "      volumes:\n        - name: scenario\n          configMap:\n            name: {}\n        \
         - name: shared\n          persistentVolumeClaim:\n            claimName: {}\n",
        job.name,
        json(cluster.claim)
    );
    text
}

/// A text as JSON writes it.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::submit::fixture::job;

    const MEMORY: Memory = Memory { shard: 128, merge: 1152 };

    #[test]
    fn pods_have_memory_and_a_group_that_writes() {
        let cluster = Cluster { image: "i", claim: "files", file: "shop.toml", text: "", memory: MEMORY };
        let manifest = manifest(&job(), &cluster);
        let (shards, merge) = manifest.split_once("name: gatecap-shop-merge\n").unwrap();
        assert!(shards.contains("              memory: 128Mi\n") && merge.contains("              memory: 1152Mi\n"));
        assert_eq!(manifest.matches("      securityContext:\n        fsGroup: 65534\n").count(), 2);
    }

    #[test]
    fn what_a_config_map_does_not_hold_is_refused() {
        let text = "x".repeat(LARGEST + 1);
        let cluster = Cluster { image: "i", claim: "files", file: "shop.toml", text: &text, memory: MEMORY };
        assert!(check(&cluster).unwrap_err()[0].message.contains("a ConfigMap holds at most"));
    }

    #[test]
    fn a_hostile_scenario_stays_one_text() {
        let text = "title = \"a: b\"\n---\n# {{ }} ${X} \u{2028} '\n";
        let cluster =
            Cluster { image: "registry/gatecap:0.1", claim: "files", file: "shop.toml", text, memory: MEMORY };
        let manifest = manifest(&job(), &cluster);
        assert_eq!(manifest.matches("\n---\n").count(), 2, "three documents");
        assert!(manifest.contains("completions: 8\n"));
        assert!(manifest.contains("\"--shard\", \"auto/8\""));
        assert!(manifest.contains("title = \\\"a: b\\\"\\n---\\n"));
    }

    #[test]
    fn names_are_ones_that_kubernetes_takes() {
        let wrong = |file: &str, claim: &str| {
            check(&Cluster { image: "i", claim, file, text: "", memory: MEMORY })
                .map_or_else(|issues| issues.len(), |()| 0)
        };
        assert_eq!((wrong("my_shop-2.toml", "files.v1-a"), wrong("shop.toml", "a")), (0, 0));
        for file in ["my shop.toml", "läden.toml", "a/b.toml", "..", "..shop", ""] {
            assert_eq!(wrong(file, "files"), 1, "{file}");
        }
        for claim in ["Files", "a_b", "-a", "a-", "a..b", ""] {
            assert_eq!(wrong("shop.toml", claim), 1, "{claim}");
        }
        assert_eq!(wrong("a b", "A"), 2);
    }
}
