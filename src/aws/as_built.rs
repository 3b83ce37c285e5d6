//! The system as it is built today: each listed service by the way that the scenario states for it, as an option to compare others
//! with. Where services go that are not listed, or listed without a way, is how most services go.

use super::mix::{self, Way};
use super::option::ArchitectureOption;
use super::system::System;

/// The name of the option that [`add`] adds; no option of a scenario may have it.
pub const NAME: &str = "as-built";

/// Puts the system as built behind the options under the name [`NAME`], so that those that the scenario lists keep their numbers. Where every service goes one way, the first compared
/// option with that path and sharing is marked in its place instead, so that no two are equal. Nothing where no service states a
/// way, or where it states one that is not compared.
pub fn add(system: &mut System) {
    let ways = ways(system);
    let Some((_, first)) = ways.first() else { return };
    if ways.iter().all(|(_, option)| mix::same(option, first)) {
        if let Some(option) = system.options.iter_mut().find(|option| mix::same(option, first)) {
            option.as_built = true;
        }
        return;
    }
    let title = title(&ways);
    let mix = ways.iter().map(|(_, option)| Way { needs: Vec::new(), option: option.clone() }).collect();
    let built = ArchitectureOption { name: NAME.into(), title, as_built: true, mix, ..first.clone() };
    system.options.push(built);
}

/// Services of each stated way at the system's own number of services, most first and of equal ones in the order of the options. The
/// first one's number holds those that state none.
fn ways(system: &System) -> Vec<(u32, ArchitectureOption)> {
    let listed = || system.listed.iter().take(system.services.count as usize);
    let stated = |option: &ArchitectureOption| {
        listed().filter(|one| one.option.as_deref() == Some(option.name.as_str())).count() as u32
    };
    let numbered = system.options.iter().map(|option| (stated(option), option.clone()));
    let mut ways: Vec<(u32, ArchitectureOption)> = numbered.filter(|(services, _)| *services > 0).collect();
    ways.sort_by_key(|(services, _)| std::cmp::Reverse(*services));
    let others = system.services.count - ways.iter().map(|(services, _)| services).sum::<u32>();
    if let Some((most, _)) = ways.first_mut() {
        *most += others;
    }
    ways
}

/// `As built: REST API over NLB and ALB for 2, HTTP API over ALB for 1`; ways that these words do not tell apart have their whole path
/// and sharing.
fn title(ways: &[(u32, ArchitectureOption)]) -> String {
    let short: Vec<String> = ways.iter().map(|(_, option)| words(option)).collect();
    let word = |index: usize, option: &ArchitectureOption| {
        let alone = short.iter().filter(|other| **other == short[index]).count() == 1;
        if alone { short[index].clone() } else { format!("{} ({})", mix::path(option), mix::sharing(option)) }
    };
    let each =
        ways.iter().enumerate().map(|(index, (services, option))| format!("{} for {services}", word(index, option)));
    format!("As built: {}", each.collect::<Vec<_>>().join(", "))
}

/// `REST API over NLB and ALB`.
fn words(option: &ArchitectureOption) -> String {
    let mut parts: Vec<String> = option.balancers().map(|part| part.id().to_uppercase()).collect();
    parts.extend(option.also.map(|part| part.id().to_uppercase()));
    let over = if parts.is_empty() { "Cloud Map".to_string() } else { parts.join(" and ") };
    format!("{} over {over}", option.api().title())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::ceilings::{self, ladder};
    use crate::aws::compare;
    use crate::aws::inventory::inventory;
    use crate::aws::option::Share;
    use crate::aws::system::Listed;
    use crate::aws::tests::options;

    /// The defaults with a listed service for each name, which states that way.
    fn stating(names: &[&str], count: u32) -> System {
        let mut system = System::aws_defaults(options::all());
        let listed = |(index, name): (usize, &&str)| Listed {
            name: format!("s{index}"),
            option: (!name.is_empty()).then(|| (*name).to_string()),
            ..Listed::default()
        };
        system.listed = names.iter().enumerate().map(listed).collect();
        system.services.count = count;
        system.network.vpcs = 1;
        system.as_built = true;
        add(&mut system);
        system
    }

    fn counts(option: &ArchitectureOption, services: u32, system: &System) -> Vec<(String, f64)> {
        let counted = compare::parts(&inventory(option, services, system));
        let shown = ["VPC links V1", "VPC links V2", "NLBs", "ALBs", "HTTP APIs", "REST APIs"];
        counted.into_iter().filter(|(name, _)| shown.contains(&name.as_str())).collect()
    }

    #[test]
    fn listed_services_go_as_stated_and_others_as_most_do() {
        let system = stating(&["rest-nlb-alb", "http-fan-out", "rest-nlb-alb"], 3);
        let built = &system.options[5];
        assert_eq!(built.title, "As built: REST API over NLB and ALB for 2, HTTP API over ALB for 1");
        assert!(built.as_built && system.options[..5].iter().all(|option| !option.as_built));
        let expect = |numbers: [f64; 6]| {
            let names = ["REST APIs", "HTTP APIs", "VPC links V1", "VPC links V2", "NLBs", "ALBs"];
            names.map(String::from).into_iter().zip(numbers).collect::<Vec<_>>()
        };
        // Two of the services on one NLB with an ALB each, the third on an ALB behind a V2 link.
        assert_eq!(counts(built, 3, &system), expect([1.0, 1.0, 1.0, 1.0, 1.0, 3.0]));
        // Two more go as most do.
        assert_eq!(counts(built, 5, &system), expect([1.0, 1.0, 1.0, 1.0, 1.0, 5.0]));
        // Every other option is all services moved there.
        let direct = system.options.iter().find(|option| option.name == "rest-alb-direct").unwrap();
        let moved = counts(direct, 3, &system);
        assert_eq!(moved, [("REST APIs", 1.0), ("VPC links V2", 1.0), ("ALBs", 3.0)].map(|(n, x)| (n.to_string(), x)));
    }

    #[test]
    fn one_way_for_all_marks_the_option_that_is_compared_anyway() {
        let system = stating(&["rest-alb-direct", ""], 4);
        assert_eq!(system.options.len(), 5);
        let marked: Vec<&str> = system.options.iter().filter(|o| o.as_built).map(|o| o.name.as_str()).collect();
        assert_eq!(marked, ["rest-alb-direct"]);
        let plain = System::aws_defaults(options::all());
        let plain = System { network: system.network.clone(), ..plain };
        for option in &system.options {
            let unmarked = ArchitectureOption { as_built: false, ..option.clone() };
            assert_eq!(ladder(option, &system).len(), ladder(&unmarked, &plain).len(), "{}", option.name);
        }
    }

    #[test]
    fn two_names_of_one_architecture_are_one_way() {
        let mut all = options::all();
        all.push(ArchitectureOption { name: "mine".into(), ..options::named("rest-alb-direct") });
        let mut system = stating(&["rest-alb-direct", "rest-alb-direct"], 2);
        system.options = all;
        system.listed[1].option = Some("mine".into());
        add(&mut system);
        assert_eq!((system.options.len(), system.options[4].as_built, system.options[5].as_built), (6, true, false));
    }

    #[test]
    fn ways_of_the_same_words_are_told_apart() {
        let system = stating(&["rest-shared-nlb", "rest-link-per-service"], 2);
        assert_eq!(
            system.options[5].title,
            "As built: REST API, VPC link V1, NLB (an NLB per service) for 1, REST API, VPC link V1, NLB (as many services per NLB \
             as fit) for 1"
        );
    }

    #[test]
    fn the_mix_ignores_what_is_built() {
        let mut system = stating(&["rest-link-per-service", "http-fan-out"], 2);
        system.listed[0].group = Some("a".into());
        let base = system.clone();
        mix::add(&mut system, &base);
        // What is cheapest for two services is an HTTP API for both, whatever is built.
        let best: Vec<&ArchitectureOption> =
            system.options.iter().filter(|option| !option.as_built && !option.mix.is_empty()).collect();
        assert_eq!(best.len(), 1);
        assert_eq!(best[0].api(), options::named("http-fan-out").api());
        assert!(system.options[5].as_built && mix::divisions(&system.options[5], &system).len() == 2);
    }

    #[test]
    fn the_first_rung_fits_and_one_more_service_does_not() {
        let system = stating(&["rest-link-per-service", "rest-link-per-service", "http-fan-out"], 3);
        let built = &system.options[5];
        let first = ladder(built, &system).into_iter().find(|rung| rung.binding).unwrap();
        // 20 links of services that go by them and one service that needs none.
        assert_eq!((first.quota.as_str(), first.services), ("apigateway.vpc-links-v1", 21));
        assert!(ceilings::fits(built, 21, &system).is_ok() && ceilings::fits(built, 22, &system).is_err());
        assert_eq!(built.share.services_per_nlb, Share::Count(1));
    }
}
