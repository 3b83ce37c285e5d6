//! Kubernetes: a manifest with the scenario, an indexed Job of shards and a suspended Job that merges them.

use gatecap::issue::{Issue, Issues};

use super::job::Job;

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
}

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
    if claim.len() > 253 || !claim.split('.').all(of_part) {
        let found = format!("`{claim}` cannot be the name of a claim: lower-case letters, digits, `-`, `.`");
        issues.push(Issue::new(found).hint("`kubectl get persistentvolumeclaims` lists the claims that there are"));
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// The manifest, three documents of YAML. Texts are written as JSON strings, which YAML reads as they are.
#[must_use]
pub fn manifest(job: &Job, cluster: &Cluster<'_>) -> String {
    let name = &job.name;
    let mut text = format!(
        "# kubectl apply -f - ; then, when job/{name} is complete:\n\
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
    text += &job_document(job, "", &shards, &job.shard(&format!("auto/{}", job.shards)), cluster);
    text += "---\n";
    text += &job_document(job, "-merge", "  suspend: true\n  backoffLimit: 1\n", &job.merge(), cluster);
    text
}

fn job_document(job: &Job, suffix: &str, spec: &str, command: &[String], cluster: &Cluster<'_>) -> String {
    let command: Vec<String> = command.iter().map(|word| json(word)).collect();
    let mut text = format!("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {}{suffix}\nspec:\n{spec}", job.name);
    text += "  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - name: gatecap\n";
    text += &format!("          image: {}\n          command: [{}]\n", json(cluster.image), command.join(", "));
    text += &format!(
        "          resources:\n            requests:\n              cpu: {}\n",
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

    #[test]
    fn a_hostile_scenario_stays_one_text() {
        let text = "title = \"a: b\"\n---\n# {{ }} ${X} \u{2028} '\n";
        let cluster = Cluster { image: "registry/gatecap:0.1", claim: "files", file: "shop.toml", text };
        let manifest = manifest(&job(), &cluster);
        assert_eq!(manifest.matches("\n---\n").count(), 2, "three documents");
        assert!(manifest.contains("completions: 8\n"));
        assert!(manifest.contains("\"--shard\", \"auto/8\""));
        assert!(manifest.contains("title = \\\"a: b\\\"\\n---\\n"));
    }

    #[test]
    fn names_are_ones_that_kubernetes_takes() {
        let wrong = |file: &str, claim: &str| {
            check(&Cluster { image: "i", claim, file, text: "" }).map_or_else(|issues| issues.len(), |()| 0)
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
