//! The table of the built-in cases: a line for each file below `scenarios/known/`, by family.

use super::Family;

/// The families, in the order of reports.
pub(super) const FAMILIES: [Family; 11] = [
    Family {
        folder: "one-server",
        title: "One server",
        cases: &[
            ("one-server/mm1", include_str!("../../../scenarios/known/one-server/mm1.toml")),
            ("one-server/md1", include_str!("../../../scenarios/known/one-server/md1.toml")),
            ("one-server/mg1-gamma", include_str!("../../../scenarios/known/one-server/mg1-gamma.toml")),
            ("one-server/mg1-lognormal", include_str!("../../../scenarios/known/one-server/mg1-lognormal.toml")),
            (
                "one-server/mg1-hyperexponential",
                include_str!("../../../scenarios/known/one-server/mg1-hyperexponential.toml"),
            ),
            ("one-server/dm1", include_str!("../../../scenarios/known/one-server/dm1.toml")),
            ("one-server/gamma-m1", include_str!("../../../scenarios/known/one-server/gamma-m1.toml")),
            (
                "one-server/hyperexponential-m1",
                include_str!("../../../scenarios/known/one-server/hyperexponential-m1.toml"),
            ),
            ("one-server/mmpp-m1", include_str!("../../../scenarios/known/one-server/mmpp-m1.toml")),
        ],
    },
    Family {
        folder: "several-servers",
        title: "Several servers",
        cases: &[
            ("several-servers/mm3", include_str!("../../../scenarios/known/several-servers/mm3.toml")),
            ("several-servers/mm16", include_str!("../../../scenarios/known/several-servers/mm16.toml")),
            ("several-servers/md3", include_str!("../../../scenarios/known/several-servers/md3.toml")),
            ("several-servers/mm2-5", include_str!("../../../scenarios/known/several-servers/mm2-5.toml")),
            (
                "several-servers/mm4-12-overloaded",
                include_str!("../../../scenarios/known/several-servers/mm4-12-overloaded.toml"),
            ),
            ("several-servers/delays", include_str!("../../../scenarios/known/several-servers/delays.toml")),
        ],
    },
    Family {
        folder: "loss",
        title: "Loss",
        cases: &[
            ("loss/mm5-5", include_str!("../../../scenarios/known/loss/mm5-5.toml")),
            ("loss/mg12-12", include_str!("../../../scenarios/known/loss/mg12-12.toml")),
            ("loss/md3-3", include_str!("../../../scenarios/known/loss/md3-3.toml")),
            ("loss/dm1-1", include_str!("../../../scenarios/known/loss/dm1-1.toml")),
        ],
    },
    Family {
        folder: "patience",
        title: "Patience",
        cases: &[
            ("patience/mm3-m", include_str!("../../../scenarios/known/patience/mm3-m.toml")),
            ("patience/mm3-d", include_str!("../../../scenarios/known/patience/mm3-d.toml")),
            ("patience/mm1-d-overloaded", include_str!("../../../scenarios/known/patience/mm1-d-overloaded.toml")),
        ],
    },
    Family {
        folder: "networks",
        title: "Networks and closed systems",
        cases: &[
            ("networks/jackson", include_str!("../../../scenarios/known/networks/jackson.toml")),
            ("networks/tandem", include_str!("../../../scenarios/known/networks/tandem.toml")),
            ("networks/split", include_str!("../../../scenarios/known/networks/split.toml")),
            ("networks/branches", include_str!("../../../scenarios/known/networks/branches.toml")),
            ("networks/closed-1", include_str!("../../../scenarios/known/networks/closed-1.toml")),
            ("networks/closed-4", include_str!("../../../scenarios/known/networks/closed-4.toml")),
        ],
    },
    Family {
        folder: "balancing",
        title: "Balancing",
        cases: &[
            ("balancing/loss-random", include_str!("../../../scenarios/known/balancing/loss-random.toml")),
            ("balancing/loss-round-robin", include_str!("../../../scenarios/known/balancing/loss-round-robin.toml")),
            (
                "balancing/loss-least-outstanding",
                include_str!("../../../scenarios/known/balancing/loss-least-outstanding.toml"),
            ),
            (
                "balancing/round-robin-queues",
                include_str!("../../../scenarios/known/balancing/round-robin-queues.toml"),
            ),
            ("balancing/random-queues", include_str!("../../../scenarios/known/balancing/random-queues.toml")),
            (
                "balancing/round-robin-regular",
                include_str!("../../../scenarios/known/balancing/round-robin-regular.toml"),
            ),
        ],
    },
    Family {
        folder: "buckets",
        title: "Token buckets",
        cases: &[
            ("buckets/steady", include_str!("../../../scenarios/known/buckets/steady.toml")),
            ("buckets/steady-tick", include_str!("../../../scenarios/known/buckets/steady-tick.toml")),
            ("buckets/empty", include_str!("../../../scenarios/known/buckets/empty.toml")),
            ("buckets/exactly-full", include_str!("../../../scenarios/known/buckets/exactly-full.toml")),
            ("buckets/every-other", include_str!("../../../scenarios/known/buckets/every-other.toml")),
            ("buckets/poisson", include_str!("../../../scenarios/known/buckets/poisson.toml")),
            ("buckets/dead-time", include_str!("../../../scenarios/known/buckets/dead-time.toml")),
            ("buckets/retried", include_str!("../../../scenarios/known/buckets/retried.toml")),
        ],
    },
    Family {
        folder: "deterministic",
        title: "Nothing random",
        cases: &[
            ("deterministic/dd1", include_str!("../../../scenarios/known/deterministic/dd1.toml")),
            (
                "deterministic/dd1-overloaded",
                include_str!("../../../scenarios/known/deterministic/dd1-overloaded.toml"),
            ),
            ("deterministic/dd2-5", include_str!("../../../scenarios/known/deterministic/dd2-5.toml")),
            ("deterministic/patience", include_str!("../../../scenarios/known/deterministic/patience.toml")),
            ("deterministic/path", include_str!("../../../scenarios/known/deterministic/path.toml")),
        ],
    },
    Family {
        folder: "clients",
        title: "Retries and timeouts",
        cases: &[
            ("clients/retries", include_str!("../../../scenarios/known/clients/retries.toml")),
            ("clients/retries-station", include_str!("../../../scenarios/known/clients/retries-station.toml")),
            ("clients/timeout", include_str!("../../../scenarios/known/clients/timeout.toml")),
            ("clients/timeout-retried", include_str!("../../../scenarios/known/clients/timeout-retried.toml")),
            ("clients/timeout-regular", include_str!("../../../scenarios/known/clients/timeout-regular.toml")),
            ("clients/timeout-edge", include_str!("../../../scenarios/known/clients/timeout-edge.toml")),
        ],
    },
    Family {
        folder: "changes",
        title: "Changes in time",
        cases: &[
            ("changes/fill-up", include_str!("../../../scenarios/known/changes/fill-up.toml")),
            ("changes/ramp", include_str!("../../../scenarios/known/changes/ramp.toml")),
            ("changes/servers-lost", include_str!("../../../scenarios/known/changes/servers-lost.toml")),
            (
                "changes/servers-lost-regular",
                include_str!("../../../scenarios/known/changes/servers-lost-regular.toml"),
            ),
        ],
    },
    Family {
        folder: "searches",
        title: "Searches",
        cases: &[
            ("searches/mm1-p90", include_str!("../../../scenarios/known/searches/mm1-p90.toml")),
            ("searches/mm2-mean", include_str!("../../../scenarios/known/searches/mm2-mean.toml")),
            ("searches/erlang-b", include_str!("../../../scenarios/known/searches/erlang-b.toml")),
            ("searches/throttle", include_str!("../../../scenarios/known/searches/throttle.toml")),
            ("searches/services", include_str!("../../../scenarios/known/searches/services.toml")),
        ],
    },
];
