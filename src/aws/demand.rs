//! What one service needs while it is being deployed: a ceiling that lets a service exist but not be deployed is an incident.

use super::system::{Deployment, Listed, System};

/// What one service needs at the height of a deployment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Targets, old and new.
    pub targets: f64,
    /// Targets in the fullest zone: all targets over the zones, rounded up.
    pub targets_per_zone: f64,
    /// Target groups: two for blue/green, else one.
    pub groups: f64,
    /// Targets in the fullest target group.
    pub targets_per_group: f64,
    /// Targets when nothing is being deployed, the most that may run.
    pub steady_targets: f64,
}

impl Demand {
    /// Of a listed service, or of one that `[services]` describes. Rolling: targets x surge in one group, rounded up; blue/green:
    /// two groups of the targets; in place: the targets. Where their number follows load, it is the most that may run.
    #[must_use]
    pub fn of(system: &System, listed: Option<&Listed>) -> Demand {
        let services = &system.services;
        let steady = f64::from(system.most_targets_of(listed));
        let (targets, groups) = match services.deployment {
            // A hair less before rounding up, so that 10 x 1.1 is 11 targets and not 12.
            Deployment::Rolling => ((steady * services.surge - 1e-9).ceil(), 1.0),
            Deployment::BlueGreen => (2.0 * steady, 2.0),
            Deployment::InPlace => (steady, 1.0),
        };
        Demand {
            targets,
            targets_per_zone: (targets / f64::from(system.network.zones)).ceil(),
            groups,
            targets_per_group: targets / groups,
            steady_targets: steady,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_deploying_needs_its_own() {
        let mut system = System::aws_defaults(Vec::new());
        system.services.targets = 20;
        let rolling = Demand::of(&system, None);
        assert_eq!((rolling.targets, rolling.targets_per_zone, rolling.groups), (40.0, 14.0, 1.0));
        system.services.deployment = Deployment::BlueGreen;
        let blue_green = Demand::of(&system, None);
        assert_eq!((blue_green.targets, blue_green.groups, blue_green.targets_per_group), (40.0, 2.0, 20.0));
        system.services.deployment = Deployment::InPlace;
        assert_eq!(Demand::of(&system, None).targets_per_zone, 7.0);
        let listed = Listed { targets: Some(1), ..Listed::default() };
        assert_eq!(Demand::of(&system, Some(&listed)).targets, 1.0);
    }

    #[test]
    fn a_surge_that_is_no_whole_number_is_rounded_up_once() {
        let mut system = System::aws_defaults(Vec::new());
        (system.services.targets, system.services.surge) = (10, 1.1);
        assert_eq!(Demand::of(&system, None).targets, 11.0);
        system.services.targets = 3;
        assert_eq!(Demand::of(&system, None).targets, 4.0);
    }
}
