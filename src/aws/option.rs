//! Options: an architecture as a path of parts and a sharing rule, read from a file.

use super::mix::Way;
use super::part::Part;

/// One way of putting services behind API Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchitectureOption {
    /// Unique name, as `rest-nlb-alb`.
    pub name: String,
    /// For people: "REST API, VPC link V1, NLB, ALB".
    pub title: String,
    /// Parts in the order in which a request meets them. Begins with an API; checked for what may follow what.
    pub path: Vec<Part>,
    /// How services share the parts.
    pub share: Sharing,
    /// A second kind of last load balancer: services alternate between the path's last one and this one, so that both pools
    /// hold some. Only for paths with one load balancer; `None` is the usual.
    pub also: Option<Part>,
    /// Where services divide over several options by what they need: the way of each kind of service. `path` and `share` are then
    /// those that most services go by. Empty for an option of one path.
    pub mix: Vec<Way>,
    /// It is how the system is built today: listed services go by the ways that they state, which are those of `mix` by their names
    /// (`mix` is empty where all go one way); every other service goes by the first of them.
    pub as_built: bool,
}

/// How many of one thing another holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(u32),
    /// As many as the quotas allow.
    Max,
    /// Those of one group (`group` of a `[[service]]`). A service without a group is a group of its own.
    Group,
}

/// `[share]` of an option file; keys that do not belong to the path's parts are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Services per ALB (paths with an ALB).
    pub services_per_alb: Share,
    /// Services per NLB (paths whose last balancer is an NLB): a listener each.
    pub services_per_nlb: Share,
    /// ALBs per NLB (paths with both).
    pub albs_per_nlb: Share,
    /// NLBs per VPC link (V1: always 1; V2: `Max` where nothing is stated).
    pub nlbs_per_link: Share,
}

impl Share {
    /// As a file has it: a number, `max` or `group`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Share::Count(count) => count.to_string(),
            Share::Max => "max".into(),
            Share::Group => "group".into(),
        }
    }
}

impl ArchitectureOption {
    /// The options that services go by: itself, or those of a mix.
    pub fn ways(&self) -> impl Iterator<Item = &ArchitectureOption> {
        let own = self.mix.is_empty().then_some(self);
        own.into_iter().chain(self.mix.iter().map(|way| &way.option))
    }

    /// Whether any of its paths, or the second kind of load balancer, has this part.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        self.ways().any(|way| way.path.contains(&part) || way.also == Some(part))
    }

    /// The API that the path begins with; a REST API where the path is empty, which `check_path` refuses.
    #[must_use]
    pub fn api(&self) -> Part {
        self.path.first().copied().unwrap_or(Part::RestApi)
    }

    /// The load balancers in the order in which a request meets them.
    pub fn balancers(&self) -> impl DoubleEndedIterator<Item = Part> + '_ {
        self.path.iter().copied().filter(|part| part.is_balancer())
    }

    /// The load balancer that chooses the target; `None` where Cloud Map does.
    #[must_use]
    pub fn last_balancer(&self) -> Option<Part> {
        self.balancers().next_back()
    }

    /// The sharing rule in words: "1 service per ALB, as many ALBs per NLB as the quotas allow".
    #[must_use]
    pub fn sharing_text(&self) -> String {
        let mut texts: Vec<String> = Vec::new();
        for text in self.ways().map(ArchitectureOption::own_sharing) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.join("; ")
    }

    fn own_sharing(&self) -> String {
        let share = &self.share;
        let mut parts = Vec::new();
        let last = self.last_balancer();
        if last == Some(Part::Alb) || self.also == Some(Part::Alb) {
            parts.push(phrase(share.services_per_alb, "service", "ALB"));
        }
        if last == Some(Part::Nlb) || self.also == Some(Part::Nlb) {
            parts.push(phrase(share.services_per_nlb, "service", "NLB"));
        }
        if self.balancers().count() > 1 {
            parts.push(phrase(share.albs_per_nlb, "ALB", "NLB"));
        }
        match (self.path.get(1), self.balancers().next()) {
            (Some(Part::VpcLinkV1), _) => parts.push("1 NLB per VPC link".into()),
            (Some(Part::VpcLinkV2), Some(Part::Nlb)) if matches!(share.nlbs_per_link, Share::Count(_)) => {
                parts.push(phrase(share.nlbs_per_link, "NLB", "VPC link"));
            }
            (Some(Part::VpcLinkV2), _) => parts.push("1 VPC link per VPC".into()),
            _ => {}
        }
        parts.join(", ")
    }

    /// Why AWS advises against a part of the path for new builds, if it does.
    #[must_use]
    pub fn legacy(&self) -> Option<&'static str> {
        self.ways().flat_map(|way| &way.path).find_map(|part| part.facts().legacy)
    }
}

fn phrase(share: Share, what: &str, of: &str) -> String {
    match share {
        Share::Count(1) => format!("1 {what} per {of}"),
        Share::Count(count) => format!("{count} {what}s per {of}"),
        Share::Max => format!("as many {what}s per {of} as the quotas allow"),
        Share::Group => format!("the {what}s of a group per {of}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::tests::options;

    #[test]
    fn sharing_reads_as_words() {
        let text = |name: &str| options::named(name).sharing_text();
        assert_eq!(text("http-fan-out"), "1 service per ALB, 1 VPC link per VPC");
        assert_eq!(text("rest-shared-nlb"), "as many services per NLB as the quotas allow, 1 NLB per VPC link");
        assert_eq!(
            text("rest-nlb-alb"),
            "1 service per ALB, as many ALBs per NLB as the quotas allow, 1 NLB per VPC link"
        );
    }

    #[test]
    fn only_v1_links_are_legacy() {
        assert!(options::named("rest-nlb-alb").legacy().is_some());
        assert!(options::named("rest-alb-direct").legacy().is_none());
    }
}
