//! Kinds of files that are imported, and which of them a tree is, so that a file given as another kind is told the right one.

use super::node::Node;

/// What `gatecap import` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OpenAPI 3 and Swagger 2.
    OpenApi,
    /// Templates of CloudFormation, SAM and the CDK.
    CloudFormation,
    /// Plans and states of Terraform as JSON.
    Terraform,
    /// What the AWS CLI prints.
    Aws,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Kind; 4] = [Kind::OpenApi, Kind::CloudFormation, Kind::Terraform, Kind::Aws];

    /// The word of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::OpenApi => "openapi",
            Kind::CloudFormation => "cloudformation",
            Kind::Terraform => "terraform",
            Kind::Aws => "aws",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What its files are, as "an OpenAPI or Swagger document".
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Kind::OpenApi => "an OpenAPI or Swagger document",
            Kind::CloudFormation => "a CloudFormation template",
            Kind::Terraform => "a Terraform plan or state",
            Kind::Aws => "a listing of the AWS CLI",
        }
    }

    /// The kind of a tree, by keys that only one kind has; `None` where nothing tells.
    #[must_use]
    pub fn of(node: &Node) -> Option<Kind> {
        let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
        if has(&["openapi", "swagger"]) {
            Some(Kind::OpenApi)
        } else if has(&["AWSTemplateFormatVersion", "Resources"]) {
            Some(Kind::CloudFormation)
        } else if has(&["terraform_version", "planned_values", "resource_changes", "lineage"]) {
            Some(Kind::Terraform)
        } else if has(&["items", "Items", "LoadBalancers", "Listeners", "Rules", "TargetGroups", "Quotas", "Limits"]) {
            Some(Kind::Aws)
        } else {
            None
        }
    }
}
