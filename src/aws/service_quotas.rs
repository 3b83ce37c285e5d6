//! What an account has: quotas as the AWS CLI prints them (`aws service-quotas list-service-quotas`, `get-service-quota` and the
//! two `aws-default` commands), bare, in a recorder's wrapper, or as a plain list of quotas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::quotas::{self, Quota};
use super::system::QuotaValue;
use crate::issue::{Issue, SourceFile};

/// A quota of a file and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaRow {
    /// The file, as the user wrote it.
    pub file: String,
    /// AWS service code; empty where the row has none.
    pub service: String,
    /// AWS quota code; empty where the row has none.
    pub code: String,
    /// AWS's name of the quota.
    pub name: String,
    /// The value; `None` where the row has none that can be used.
    pub value: Option<f64>,
    /// Whether the value is that of an account, not AWS's default: its ARN has an account id.
    pub applied: bool,
    /// The Region of the ARN; empty where there is none.
    pub region: String,
    /// The quota it is, where the row can be used.
    pub quota: Option<&'static Quota>,
    /// `used`, or why it was not.
    pub status: String,
}

const HINT: &str = "save what `aws service-quotas list-service-quotas --service-code elasticloadbalancing` prints, \
                    and the same for `apigateway` and `vpc`";

/// Reads the quotas of a file's text.
///
/// # Errors
/// Text that is no JSON, at its line and column, or JSON that holds no quotas.
pub fn read(text: &str, file: &str) -> Result<Vec<QuotaRow>, Issue> {
    let source = Arc::new(SourceFile { path: PathBuf::from(file), text: text.into() });
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - json.len();
    let value: Value = serde_json::from_str(json).map_err(|error| {
        let at = skipped + offset(json, error.line(), error.column());
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or(&what);
        Issue::new(format!("the file is not JSON: {what}")).at(&source, at..at).hint(HINT)
    })?;
    let rows = rows(&value).ok_or_else(|| {
        let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
        Issue::new(format!("the file holds no quotas, but {}", what_it_is(&value))).at(&source, start..start).hint(HINT)
    })?;
    Ok(rows.iter().map(|row| quota_row(row, file)).collect())
}

/// Bytes before a line and column (both from 1, columns in bytes, as serde_json counts), never inside a character.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The quota objects of any of the shapes; `None` where there are none of them.
fn rows(value: &Value) -> Option<Vec<&Value>> {
    if let Some(list) = value.get("Quotas").and_then(Value::as_array) {
        return Some(list.iter().collect());
    }
    if let Some(one) = value.get("Quota").filter(|one| one.is_object()) {
        return Some(vec![one]);
    }
    if let Some(data) = value.get("data").filter(|data| data.get("Quotas").is_some() || data.get("Quota").is_some()) {
        return rows(data);
    }
    let list = value.as_array().filter(|list| !list.is_empty())?;
    list.iter().all(|row| row.get("QuotaCode").is_some()).then(|| list.iter().collect())
}

fn what_it_is(value: &Value) -> String {
    match value {
        Value::Object(map) if map.contains_key("Services") => "a list of services, as `list-services` prints".into(),
        Value::Object(map) if map.contains_key("Limits") => {
            "limits, as `elbv2 describe-account-limits` prints, which have no quota codes".into()
        }
        Value::Object(map) => match map.keys().next() {
            Some(key) => format!("an object that begins with `{key}`"),
            None => "an empty object".into(),
        },
        Value::Array(_) => "a list of other things".into(),
        _ => "a single value".into(),
    }
}

fn quota_row(row: &Value, file: &str) -> QuotaRow {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
    let (service, code, name, arn) = (text("ServiceCode"), text("QuotaCode"), text("QuotaName"), text("QuotaArn"));
    let stated = row.get("Value");
    let value = stated.and_then(Value::as_f64).filter(|value| value.is_finite() && *value >= 0.0);
    // arn:aws:servicequotas:REGION:ACCOUNT:SERVICE/CODE; AWS's defaults have no account.
    let mut arn_parts = arn.split(':').skip(3);
    let region = arn_parts.next().unwrap_or_default().to_string();
    let applied = arn_parts.next().is_some_and(|account| !account.is_empty());
    let known = quotas::find(&code).filter(|_| !code.is_empty());
    let status = match (known, value) {
        _ if code.is_empty() => "not used: the row has no quota code".to_string(),
        (Some(quota), _) if !service.is_empty() && quota.service != service => {
            format!("not used: `{code}` is a quota of `{}`, but the row is of `{service}`", quota.service)
        }
        (Some(_), Some(_)) => "used".into(),
        (Some(_), None) if stated.is_none_or(Value::is_null) => "not used: the row has no value".into(),
        (Some(_), None) => "not used: the value is not a number of 0 or more".into(),
        (None, _) if quotas::all().iter().any(|quota| quota.service == service) => {
            "not used: none of the parts draws on this quota".into()
        }
        (None, _) if service.is_empty() => "not used: unknown quota code".into(),
        (None, _) => format!("not used: no part is of the service `{service}`"),
    };
    let quota = known.filter(|_| status == "used");
    QuotaRow { file: file.into(), service, code, name, value, applied, region, quota, status }
}

/// Puts the usable rows into `quotas`, by quota id. What is there already (the scenario's own) stays; an account's value goes
/// before AWS's default, and of two of the same kind the later one. A row that gives way says so in its status.
pub fn apply(rows: &mut [QuotaRow], quotas: &mut BTreeMap<String, QuotaValue>) {
    let mut winner: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let Some(quota) = row.quota else { continue };
        let before = winner.get(quota.id.as_str()).map(|&other| rows[other].applied);
        if before.is_none_or(|applied| row.applied || !applied) {
            winner.insert(&quota.id, index);
        }
    }
    let files: Vec<String> = rows.iter().map(|row| row.file.clone()).collect();
    let scenario: BTreeSet<String> = quotas.keys().cloned().collect();
    for (index, row) in rows.iter_mut().enumerate() {
        let (Some(quota), Some(value)) = (row.quota, row.value) else { continue };
        let before = winner.get(quota.id.as_str()).copied().filter(|&first| first != index);
        if scenario.contains(&quota.id) || quota.code.as_ref().is_some_and(|code| scenario.contains(code)) {
            row.status = "not used: the scenario states this quota".into();
        } else if let Some(first) = before {
            row.status = format!("not used: `{}` goes before it", files[first]);
        } else {
            quotas.insert(quota.id.clone(), QuotaValue { value, from: row.file.clone() });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(arn_account: &str, service: &str, code: &str, value: &str) -> String {
        format!(
            r#"{{"ServiceCode": "{service}", "QuotaArn": "arn:aws:servicequotas:us-east-1:{arn_account}:{service}/{code}",
                "QuotaCode": "{code}", "QuotaName": "a quota"{value}}}"#
        )
    }

    fn statuses(text: &str) -> Vec<String> {
        read(text, "q.json").unwrap().into_iter().map(|row| row.status).collect()
    }

    #[test]
    fn all_shapes_of_the_cli_are_read() {
        let albs = row("123456789012", "elasticloadbalancing", "L-53DA6B97", r#", "Value": 120.0"#);
        for text in [
            format!(r#"{{"Quotas": [{albs}]}}"#),
            format!(r#"{{"Quota": {albs}}}"#),
            format!(r#"{{"status_code": 200, "data": {{"Quotas": [{albs}], "ResponseMetadata": {{}}}}}}"#),
            format!("[{albs}]"),
            format!("\u{feff}{{\"Quotas\": [{albs}]}}"),
        ] {
            let rows = read(&text, "q.json").unwrap();
            assert_eq!((rows[0].value, rows[0].applied, rows[0].region.as_str()), (Some(120.0), true, "us-east-1"));
            assert_eq!((rows[0].status.as_str(), rows[0].quota.unwrap().id.as_str()), ("used", "elb.alb-per-region"));
        }
    }

    #[test]
    fn rows_that_cannot_be_used_say_why() {
        let list = [
            row("", "ec2", "L-1216C47A", r#", "Value": 5.0"#),
            row("", "vpc", "L-45FE3B85", r#", "Value": 5.0"#),
            row("", "vpc", "L-F678F1CE", ""),
            row("", "vpc", "L-F678F1CE", r#", "Value": "many""#),
            row("", "xray", "L-F678F1CE", r#", "Value": 5.0"#),
            "{}".into(),
        ];
        let found = statuses(&format!(r#"{{"Quotas": [{}]}}"#, list.join(",")));
        let parts =
            ["service `ec2`", "none of the parts", "no value", "not a number", "a quota of `vpc`", "no quota code"];
        for (status, part) in found.iter().zip(parts) {
            assert!(status.starts_with("not used: ") && status.contains(part), "{status} / {part}");
        }
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn other_files_are_errors_at_their_place() {
        let error = read("{\n  \"Quotas\": [\n    ...truncated...\n", "q.json").unwrap_err();
        assert!(error.message.contains("not JSON"), "{}", error.message);
        assert_eq!(error.source.as_ref().unwrap().text[error.span.start..].lines().next(), Some("...truncated..."));
        let services = read(r#" {"Services": []}"#, "q.json").unwrap_err();
        assert!(services.message.contains("list of services") && services.span.start == 1);
        for text in ["[]", "{}", "3", r#"["AWSCloudMap"]"#, r#"{"data": 1}"#, r#"{"Quotas": 1}"#, r#"{"Limits": []}"#] {
            assert!(read(text, "q.json").is_err_and(|error| error.message.contains("no quotas")), "{text}");
        }
        assert!(read("", "q.json").is_err());
        assert_eq!(read(r#"{"Quotas": []}"#, "q.json").unwrap(), []);
    }

    #[test]
    fn an_account_goes_before_the_default_and_the_scenario_before_both() {
        let read = |account, value: &str, file| {
            read(&format!("[{}]", row(account, "vpc", "L-F678F1CE", &format!(r#", "Value": {value}"#))), file).unwrap()
        };
        let mut rows: Vec<_> = [read("123456789012", "9", "mine.json"), read("", "5", "default.json")].concat();
        let mut quotas = BTreeMap::new();
        apply(&mut rows, &mut quotas);
        assert_eq!(quotas["vpc.vpcs-per-region"], QuotaValue { value: 9.0, from: "mine.json".into() });
        assert_eq!(
            (rows[0].status.as_str(), rows[1].status.as_str()),
            ("used", "not used: `mine.json` goes before it")
        );
        let mut stated = BTreeMap::from([("L-F678F1CE".into(), QuotaValue { value: 7.0, from: "scenario".into() })]);
        apply(&mut rows, &mut stated);
        assert!(stated.len() == 1 && rows[0].status.contains("scenario"));
    }
}
