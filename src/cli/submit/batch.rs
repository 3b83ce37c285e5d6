//! AWS Batch: the inputs of `aws batch register-job-definition` and of the two `aws batch submit-job` that follow it.

use serde_json::{Value, json};

use super::job::Job;
use super::memory::Memory;

/// Where the shared file system is mounted.
pub const SHARED_FOLDER: &str = "/shared";

/// What a job definition needs beside the job.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// Container image with gatecap in it.
    pub image: &'a str,
    /// Queue.
    pub queue: &'a str,
    /// Amazon EFS file system that holds the scenario and takes shards and results, as `fs-0123456789abcdef0`.
    pub file_system: &'a str,
    /// What shards and merge are given.
    pub memory: Memory,
}

/// One document: `definition`, `array` and `merge`, each what `--cli-input-json` takes. The merge waits for the array by its number,
/// which only Batch knows: `MERGE_AFTER` stands in its place.
#[must_use]
pub fn document(job: &Job, account: &Account<'_>) -> Value {
    let resources = json!([
        { "type": "VCPU", "value": job.threads.to_string() },
        { "type": "MEMORY", "value": account.memory.shard.to_string() },
    ]);
    let mut array = submission(job, account, "", &job.shard("auto"));
    // Batch takes arrays of 2 to 10,000 tasks; one shard is a job of its own, which is told its number.
    if job.shards > 1 {
        array["arrayProperties"] = json!({ "size": job.shards });
    } else {
        array["containerOverrides"]["command"] = json!(job.shard("1/1"));
    }
    let mut merge = submission(job, account, "-merge", &job.merge());
    merge["containerOverrides"]["resourceRequirements"] =
        json!([{ "type": "MEMORY", "value": account.memory.merge.to_string() }]);
    merge["dependsOn"] = json!([{ "jobId": "MERGE_AFTER" }]);
    json!({
        "definition": {
            "jobDefinitionName": job.name,
            "type": "container",
            "retryStrategy": { "attempts": 2 },
            "containerProperties": {
                "image": account.image,
                "resourceRequirements": resources,
                "mountPoints": [{ "sourceVolume": "shared", "containerPath": SHARED_FOLDER }],
                "volumes": [{
                    "name": "shared",
                    "efsVolumeConfiguration": { "fileSystemId": account.file_system, "transitEncryption": "ENABLED" },
                }],
            },
        },
        "array": array,
        "merge": merge,
    })
}

fn submission(job: &Job, account: &Account<'_>, suffix: &str, command: &[String]) -> Value {
    json!({
        "jobName": format!("{}{suffix}", job.name),
        "jobQueue": account.queue,
        "jobDefinition": job.name,
        "containerOverrides": { "command": command },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::submit::fixture::job;

    const ACCOUNT: Account<'static> =
        Account { image: "gatecap:0.1", queue: "spot", file_system: "fs-0123456789abcdef0", memory: MEMORY };
    const MEMORY: Memory = Memory { shard: 128, merge: 1152 };

    #[test]
    fn an_array_tells_its_own_size() {
        let document = document(&job(), &ACCOUNT);
        assert_eq!(document["array"]["arrayProperties"]["size"], 8);
        let command: Vec<&str> = document["array"]["containerOverrides"]["command"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_str().unwrap())
            .collect();
        assert!(command.windows(2).any(|pair| pair == ["--shard", "auto"]));
        assert_eq!(document["merge"]["dependsOn"][0]["jobId"], "MERGE_AFTER");
    }

    #[test]
    fn the_merge_has_memory_of_its_own() {
        let document = document(&job(), &ACCOUNT);
        let of_shards = &document["definition"]["containerProperties"]["resourceRequirements"][1];
        assert_eq!((&of_shards["type"], &of_shards["value"]), (&json!("MEMORY"), &json!("128")));
        let of_merge = &document["merge"]["containerOverrides"]["resourceRequirements"][0];
        assert_eq!(of_merge, &json!({ "type": "MEMORY", "value": "1152" }));
    }

    #[test]
    fn one_shard_is_no_array() {
        let document = document(&Job { shards: 1, ..job() }, &ACCOUNT);
        assert!(document["array"].get("arrayProperties").is_none());
    }
}
