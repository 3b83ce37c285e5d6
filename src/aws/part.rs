//! The parts that an option's path is made of.

/// A part of AWS that a path may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// API Gateway REST API.
    RestApi,
    /// API Gateway HTTP API.
    HttpApi,
    /// VPC link of the first generation (REST, to one NLB).
    VpcLinkV1,
    /// VPC link of the second generation (to load balancers and Cloud Map of one VPC).
    VpcLinkV2,
    /// Network Load Balancer.
    Nlb,
    /// Application Load Balancer.
    Alb,
    /// Cloud Map service discovery.
    CloudMap,
}

/// Why parts make no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Index of the part at fault.
    pub index: usize,
    /// What was found, then why it cannot be.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 7] =
        [Part::RestApi, Part::HttpApi, Part::VpcLinkV1, Part::VpcLinkV2, Part::Nlb, Part::Alb, Part::CloudMap];

    /// The id that files use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Part::RestApi => "rest-api",
            Part::HttpApi => "http-api",
            Part::VpcLinkV1 => "vpc-link-v1",
            Part::VpcLinkV2 => "vpc-link-v2",
            Part::Nlb => "nlb",
            Part::Alb => "alb",
            Part::CloudMap => "cloud-map",
        }
    }

    /// The part with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.id() == id)
    }
}

/// Whether the parts make a path.
///
/// # Errors
/// The part that cannot stand where it does.
pub fn check_path(path: &[Part]) -> Result<(), PathError> {
    match path.windows(2).position(|pair| pair == [Part::VpcLinkV1, Part::Alb]) {
        Some(at) => Err(PathError {
            index: at + 1,
            message: "`alb` cannot follow `vpc-link-v1`: a V1 link leads to one NLB".into(),
            hint: "put an `nlb` between them".into(),
        }),
        None => Ok(()),
    }
}
