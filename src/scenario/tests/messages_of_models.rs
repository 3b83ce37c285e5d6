//! One bad scenario per rule, and all that is said about it: line and column, message, ` = ` note, ` ? ` hint.

use super::complaints;

fn check(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(complaints(text), *wanted, "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn hops() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 0", "5:11 `servers` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 100001", "5:11 `servers` is 100001, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 2.5", "5:11 `servers` is 2.5, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = \"2\"", "5:11 `servers` is `2`, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\nqueue = -1", "6:9 `queue` is -1, but it must be a whole number from 0 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nqueue = 5", "5:1 a queue needs `servers`, but a hop without them is a pure delay ? add `servers = 1`, or leave it out"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\npatience = { constant = \"1s\" }", "5:1 patience needs `servers`, but a hop without them is a pure delay ? add `servers = 1`, or leave it out"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\nfailure = 1.5", "6:11 `failure` is 1.5, but it must be a number from 0 to 1"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ncopies = 0", "5:10 `copies` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ncopies = \"service\"", "5:10 `copies` is `service`, but it must be a whole number, or `\"services\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nbalancing = \"random\"", "5:1 `balancing` chooses among copies, but this hop has one station ? add `copies = 2`, or leave it out"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ncopies = 2\nbalancing = \"fastest\"", "6:13 `balancing` is `fastest`, but it must be one of `random`, `round-robin` or `least-outstanding`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nweights = [1, 2]\ncopies = 3", "5:11 `weights` has 2 entries, but `copies` says otherwise: one each ? leave `copies` out: the weights tell their number"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nweights = [1, 2]\nbalancing = \"round-robin\"", "6:13 `balancing` is `round-robin`, but weights go with `random` balancing only"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nbucket = { rate = \"5/s\" }", "5:10 `bucket.burst` is missing ? the most tokens it holds, as `50`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nbucket = { rate = \"5/s\", burst = 0 }", "5:34 `bucket.burst` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nbucket = { rate = \"5/s\", burst = 1, refill = \"ticks\" }", "5:46 `bucket.refill` is `ticks`, but it must be one of `continuous` or `tick` ? did you mean `tick`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop]]\nname = \"a\"", "6:8 `name` is `a`, but another one has that name already"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop]]\nname = \"p99\"", "6:8 `name` is `p99`, but that is a word of metric names"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop]]\nname = \"42\"", "6:8 `name` is `42`, but a name is not made of digits alone"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop]]\nname = \"a b\"", "6:8 `name` is `a b`, but a name is made of letters, digits, `-` and `_`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop]]\nservers = 1", "5:1 `name` is missing ? hops are referred to by name"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 2\n[[hop.branch]]\nname = \"x\"\nweight = 1", "5:1 `servers` stands beside branches, but a hop has one or the other ? move it into the `[[hop.branch]]` that it is meant for"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop.branch]]\nname = \"x\"\nweight = 0", "5:7 the weights of the branches add up to 0, but at least one must be above 0"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[hop.branch]]\nname = \"x\"\nweight = 1\n[[hop.branch]]\nname = \"x\"\nweight = 1", "9:8 `name` is `x`, but another one has that name already"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[network]\nzones = 3", "5:2 `[network]` and `[[hop]]` stand in one file, but a system is described one way ? keep the hops, which can be any network, or the options, which are AWS architectures"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[services]\ntargets = 3", "6:1 `targets` is not a field of `[services]` in a hops scenario, which has `count` only ? say it at the hop"),
        ("as_built = true\n[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n", "1:1 `as_built` and `[[hop]]` stand in one file, but a system is described one way ? keep the hops, which can be any network, or the options, which are AWS architectures"),
        ("options = [\"rest-nlb-alb\"]\n[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n", "1:1 `options` and `[[hop]]` stand in one file, but a system is described one way ? keep the hops, which can be any network, or the options, which are AWS architectures"),
    ]);
}

#[test]
#[rustfmt::skip]
fn events() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nuntil = \"1s\"\nhop = \"a\"\nservers = 2", "6:1 `at` is missing ? an instant from the end of warm-up, as `\"60s\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nuntil = \"2s\"\nhop = \"a\"\nservers = 2", "8:9 `until` is `2s`, but it must be after `at`, which is `2s`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"b\"\nservers = 2", "8:7 there is no hop `b` ? did you mean `a`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"", "6:1 this event changes nothing ? add `servers`, `time_factor`, `rate_factor` or `failure`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nservers = 2", "8:1 `servers` changes a hop, but the event names none ? add `hop = \"...\"`; `rate_factor` alone changes the arrivals"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"\nservers = 0", "9:11 `servers` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"\ntime_factor = 0", "9:15 `time_factor` is 0, but it must be a number above 0, at most 1,000,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"\nrate_factor = 2", "9:1 `rate_factor` changes a bucket, but hop `a` has none ? leave `hop` out to change the arrival rate"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"\nfailure = -0.1", "9:11 `failure` is -0.1, but it must be a number from 0 to 1"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\naz = 1", "8:1 `az` changes an AWS part, but this scenario has hops ? events on hops change `servers`, `time_factor`, `rate_factor` or `failure`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[[event]]\nat = \"2s\"\nhop = \"a\"\nservers = 2\n", "8:1 `servers` of hop `a` change, but it is a pure delay ? give the hop `servers`"),
        ("[workload]\nclients = 5\n[[event]]\nat = \"1s\"\nrate_factor = 2\n", "5:1 `rate_factor` changes an arrival rate, but `clients` are closed ? leave the event out"),
    ]);
}

#[test]
#[rustfmt::skip]
fn conditions() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"latency.p99 < 250\"]\n", "7:24 the bound of `latency.p99` is `250`, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"latency.p98 < 250ms\"]\n", "7:10 `latency.p98` is not a metric of this scenario ? did you mean `latency.p90`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"latency.p99 = 250ms\"]\n", "7:9 `hold[0]` is `latency.p99 = 250ms`, but a condition compares a metric with a bound by `<=`, `<`, `>=` or `>` ? as `latency.p99 <= 250ms`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"outcome.ok >= 99\"]\n", "7:24 the bound of `outcome.ok` is `99`, but shares are bare numbers from 0 to 1, as `0.001`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"rate.goodput >= 5/s\"]\n", "7:26 the bound of `rate.goodput` is `5/s`, but rates are bare numbers per second, as `250`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"hop.a.utilization < 1\"]\n", "7:10 `hop.a.utilization` is not a metric of this scenario ? did you mean `hop.a.utilisation`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"hop.b.utilisation < 1\"]\n", "7:10 `hop.b.utilisation` is not a metric of this scenario ? did you mean `hop.a.utilisation`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"in_system@5s < 3\"]\n", "7:10 `in_system@5s` is not a metric of this scenario ? instants are those of `observe_at` in `[run]`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"latency.p99 <= 3 parsecs\"]\n", "7:25 the bound of `latency.p99` is `3 parsecs`, but `parsecs` is not one of the units `ns`, `us`, `ms`, `s`, `min`, `h` or `d`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\"outcome.failed.504 < 0.1\"]\n", "7:10 `outcome.failed.504` is not a metric of this scenario ? did you mean `outcome.failed`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = [\" < \"]\n", "7:9 `hold[0]` is ` < `, but a condition compares a metric with a bound by `<=`, `<`, `>=` or `>` ? as `latency.p99 <= 250ms`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\nhold = []\n", "7:8 `hold` is empty, but it must hold at least one entry"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[objectives]\n", "6:1 `hold` is missing ? conditions, as `hold = [\"latency.p99 <= 250ms\"]`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn axes() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nvary = \"workload.rat\"\nfrom = \"1/s\"\nto = \"2/s\"\n", "8:8 `workload.rat` cannot be \"1/s\": `rat` is not a field of `[workload]` ? did you mean `rate`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nvary = \"workload.rate\"\nfrom = \"1/s\"\nto = \"60/min\"\n", "9:6 `to` is `60/min`, but it must have the unit of `from`, which is \"1/s\""),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nvary = \"workload.rate\"\nfrom = \"5/s\"\nto = \"2/s\"\n", "9:6 `to` is `2/s`, but `from` must be below `to`: they are \"5/s\" and \"2/s\""),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nvary = \"workload.rate\"\nto = \"2/s\"\n", "6:1 `from` is missing ? the ends of `workload.rate`: add `from` and `to`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nvary = \"workload.rate\"\nfrom = 1\nto = 2\n", "8:8 `workload.rate` cannot be 1: `rate` is 1, but it needs a unit: `/s`, `/min` or `/h` ? write `\"1/s\"`\n9:6 `workload.rate` cannot be 2: `rate` is 2, but it needs a unit: `/s`, `/min` or `/h` ? write `\"2/s\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[saturation]\nfrom = 5\nto = 5\n", "8:6 `to` is 5, but `from` must be below `to`: they are 5 and 5"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\n\"hop.a.servers\" = [1, 0]\n", "7:23 `hop.a.servers` cannot be 0: `servers` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\n\"hop.b.servers\" = [1]\n", "7:20 `hop.b.servers` cannot be 1: there is no element `b` ? did you mean `a`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nseed = 5\n", "7:8 `seed` is 5, but an axis is a list of values ? as `\"workload.rate_per_service\" = [\"25/s\", \"100/s\"]`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nseed = []\n", "7:8 `seed` is empty, but it must hold at least one entry"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nseed = [[1]]\n", "7:9 `seed[0]` is a list, but a value of an axis is no list and no table"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nservices = { from = 9, to = 3 }\n", "7:29 `services.to` is 3, but it must be above `from`, which is 9"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nservices = [3, 2]\n", "7:16 `services[1]` is 2, but numbers of services must rise"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[sweep]\nservices = { from = 1, to = 3, per_decades = 3 }\n", "7:32 `per_decades` is not a field of `services` ? did you mean `per_decade`?"),
    ]);
}

#[test]
#[rustfmt::skip]
fn expectations() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"latency.p99\" = 5\n", "7:17 `latency.p99` is 5, but it must be a table ? as `{ value = \"17.5ms\", sigma = 0.006 }`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"latency.p99\" = { value = 5 }\n", "7:27 `latency.p99.value` is 5, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d` ? write `\"5ms\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"latency.p99\" = { sigma = 5 }\n", "7:17 `latency.p99.value` is missing ? the expected value"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"latency.p98\" = { value = \"5ms\" }\n", "7:1 `latency.p98` is not a metric of this scenario ? did you mean `latency.p90`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"outcome.ok\" = { value = 1.5 }\n", "7:26 `outcome.ok.value` is 1.5, but shares are bare numbers from 0 to 1, as `0.001`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\nsaturation = { value = 5 }\n", "7:1 `saturation` is expected, but the scenario has no `[saturation]` ? add the table with `vary`, `from`, `to` and `hold`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\n\"latency.p99\" = { value = \"5ms\", sigma = -1 }\n", "7:42 `latency.p99.sigma` is -1, but it must be a number of 0 or more"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[expect]\nsource = 5\n", "7:10 `source` is 5, but it must be text in quotes"),
    ]);
}

#[test]
#[rustfmt::skip]
fn options() {
    check(&[
        ("options = [\"rest-nlb-abl\"]\n", "1:12 `rest-nlb-abl` is not an option ? did you mean `rest-nlb-alb`?"),
        ("options = [\"rest-nlb-alb\", \"rest-nlb-alb\"]\n", "1:28 option `rest-nlb-alb` is listed twice"),
        ("options = [5]\n", "1:12 `options[0]` is 5, but it must be text in quotes"),
        ("options = [\"no/such.toml\"]\n", "1:12 option file `no/such.toml` cannot be read: no such file"),
        ("options = [\"/\"]\n", "1:12 option file `/` is a directory, but an option is a file"),
        ("options = [{ name = \"x\", path = [\"rest-api\", \"vpc-lnk-v1\"] }]\n", "1:46 `vpc-lnk-v1` is not a part ? did you mean `vpc-link-v1`?"),
        ("options = [{ path = [] }]\n", "1:12 `name` is missing ? options are referred to by name, as `name = \"mine\"`\n1:21 `path` is empty, but it must hold at least one entry"),
        ("options = [{ name = \"x\", path = [\"rest-api\", \"vpc-link-v1\", \"nlb\"], share = { services_per_alb = 3 } }]\n", "1:79 `services_per_alb` is not a field of `[share]` ? did you mean `services_per_nlb`?"),
        ("options = [{ name = \"x\", path = [\"rest-api\", \"vpc-link-v1\", \"nlb\"], share = { nlbs_per_link = 3 } }]\n", "1:95 `nlbs_per_link` is 3, but a V1 link leads to exactly one NLB ? leave it out, or use `vpc-link-v2`"),
        ("options = [{ name = \"x\", path = [\"rest-api\", \"vpc-link-v2\", \"alb\"], also = \"alb\" }]\n", "1:76 `also` is `alb`, but it must be a balancer other than the last one of the path"),
        ("[option.rest-nlb-abl]\nservices_per_alb = 3\n", "1:9 `rest-nlb-abl` is not one of the compared options ? did you mean `rest-nlb-alb`?"),
        ("[option.rest-nlb-alb]\nservices_per_alb = 0\n", "2:20 `services_per_alb` is 0, but it must be a whole number from 1 to 100,000"),
        ("[option.rest-nlb-alb]\nservices_per_alb = \"most\"\n", "2:20 `services_per_alb` is `most`, but it must be a whole number, `\"max\"` or `\"group\"`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn system() {
    check(&[
        ("[services]\nconcurency = 4\n", "2:1 `concurency` is not a field of `[services]` ? did you mean `concurrency`?"),
        ("[services]\ncount = 0\n", "2:9 `count` is 0, but it must be a whole number from 1 to 100,000"),
        ("[services]\nsurge = 0.5\n", "2:9 `surge` is 0.5, but it must be a number from 1 to 100"),
        ("[services]\nbalancing = \"fair\"\n", "2:13 `balancing` is `fair`, but it must be one of `inherit`, `round-robin`, `least-outstanding` or `random`"),
        ("[network]\nsubnet = \"/99\"\n", "2:10 `subnet` is `/99`, but a subnet must be `/16` to `/28`"),
        ("[network]\nsubnet = 20\n", "2:10 `subnet` is 20, but it must be text in quotes"),
        ("[network]\nzones = 7\n", "2:9 `zones` is 7, but it must be a whole number from 1 to 6"),
        ("[network]\nzone_share = 1.5\n", "2:14 `zone_share` is 1.5, but it must be a number from 0 to 1"),
        ("[network]\nconnection_reuse = 2\n", "2:20 `connection_reuse` is 2, but it must be a number from 0 to 1"),
        ("[account]\nregion = \"us-eats-1\"\n", "2:10 `region` is `us-eats-1`, but no AWS Region has such a name ? did you mean `us-east-1`?"),
        ("[account]\nregion = \"Frankfurt\"\n", "2:10 `region` is `Frankfurt`, but it must be the name of an AWS Region, as `us-east-1`"),
        ("[account]\ntopology = \"central\"\naccounts = 1\n", "3:12 `accounts` is 1, but a central API has an account of its own beside those of the services ? write `accounts = 2` or more"),
        ("[account]\naccounts = 3\n", "2:12 `accounts` is 3, but the topology is `single`, which is one account ? add `topology = \"federated\"` or `\"shared-vpc\"`"),
        ("[account]\ntopology = \"federated\"\n", "2:12 `topology` is `federated`, but `accounts` is missing ? add `accounts = 3`"),
        ("[gateway]\nintegration_timeout = \"1ms\"\n", "2:23 `integration_timeout` is `1ms`, but it must be `\"auto\"` or from `50ms` to `5min`"),
        ("[gateway]\nstage_throttle = { rate = \"5/s\" }\n", "2:18 `stage_throttle.burst` is missing ? the most requests at once, as `2000`"),
        ("[gateway]\nwaf = \"yes\"\n", "2:7 `waf` is `yes`, but it must be `true` or `false`"),
        ("[quotas]\n\"L-53DA6B79\" = 60\n", "2:1 `L-53DA6B79` is not the id or code of a quota ? did you mean `L-53DA6B97`?"),
        ("[quotas]\n\"L-53DA6B97\" = -1\n", "2:16 `L-53DA6B97` is -1, but it must be a number of 0 or more"),
        ("[quotas]\n\"L-53DA6B97\" = 60\n\"elb.alb-per-region\" = 61\n", "3:1 `elb.alb-per-region` is a quota that stands here already by its other name"),
        ("[hops.alp]\ntime = { constant = \"1s\" }\n", "1:7 `alp` is not a hop of AWS options ? did you mean `alb`?"),
        ("[hops.alb]\ntime = \"1s\"\n", "2:8 `time` is `1s`, but it must be a distribution ? as `{ constant = \"10ms\" }` or `{ lognormal = { median = \"5ms\", p99 = \"60ms\" } }`"),
        ("[[service]]\nname = \"a\"\noption = \"rest\"\n", "3:10 `option` is `rest`, but it must be one of the `options`: `http-fan-out`, `rest-link-per-service`, `rest-shared-nlb`, `rest-nlb-alb` and `rest-alb-direct`"),
        ("[services]\ncount = 3\n[[service]]\nname = \"a\"\ncount = 3\nshare = 0.5\n", "3:3 the shares of all services add up to 0.5: no service is left for the rest ? shares are of the whole traffic; write `weight` for what is relative"),
        ("[services]\ncount = 3\n[[service]]\nname = \"a\"\nshare = 1.0\n", "3:3 the shares of the services add up to 1: nothing is left for the other 2 ? shares are of the whole traffic; write `weight` for what is relative"),
        ("[services]\ncount = 1\n[[service]]\nname = \"a\"\n[[service]]\nname = \"b\"\n", "3:3 2 services are listed, but `[services]` counts 1 ? write `count = 2` or more"),
        ("[requirements]\nneeds = [\"wafs\"]\n", "2:10 `wafs` is not a feature ? did you mean `waf`?"),
        ("[[service]]\nname = \"a\"\nneeds = [\"usage-plan\"]\n", "3:10 `usage-plan` is not a feature ? did you mean `usage-plans`?"),
        ("[[service]]\nname = \"a\"\ncount = 0\n", "3:9 `count` is 0, but it must be a whole number from 1 to 100,000"),
        ("[[service]]\nname = \"a\"\ncount = 5\n", "1:3 5 services are listed, but `[services]` counts 4 ? write `count = 5` or more"),
        ("[[service]]\nname = \"a-2\"\n[[service]]\nname = \"a\"\ncount = 2\n", "4:8 `name` is `a`, but another service is called `a-2` already"),
        ("[[service]]\nname = \"a\"\nshare = 1.5\n", "3:9 `share` is 1.5, but it must be a number above 0, at most 1"),
        ("[[service]]\nname = \"a\"\nshare = 0\n", "3:9 `share` is 0, but it must be a number above 0, at most 1"),
        ("[[service]]\nname = \"a\"\nshare = 0.7\n[[service]]\nname = \"b\"\nshare = 0.4\n", "1:3 the shares of the services add up to 1.1, but all traffic together is 1 ? lower them, or write `weight`, which is relative"),
        ("[[service]]\nname = \"a\"\nshare = 0.7\nweight = 2\n", "3:1 `share` and `weight` stand in one table, but traffic is stated one way ? `share` is of the whole traffic, `weight` relative to a service of weight 1"),
        ("[services]\ngroups = 0\n", "2:10 `groups` is 0, but it must be a whole number from 1 to 100,000"),
        ("options = [{ name = \"as-built\", path = [\"http-api\", \"vpc-link-v2\", \"alb\"] }]\n", "1:21 `name` is `as-built`, but that is the name of the system as it is built"),
        ("as_built = 1\n", "1:12 `as_built` is 1, but it must be `true` or `false`"),
        ("as_built = true\n[[service]]\nname = \"a\"\n", "1:12 `as_built` is true, but no `[[service]]` states the `option` by which it goes today ? write `option = \"rest-alb-direct\"` in the tables of services, or leave `as_built` out"),
        ("options = [{ name = \"best-mix\", path = [\"http-api\", \"vpc-link-v2\", \"alb\"] }]\n", "1:21 `name` is `best-mix`, but that is the name of the mix that gatecap finds"),
        ("[requirements]\nneeds = [\"usage_plans\"]\n", "2:10 `usage_plans` is not a feature ? did you mean `usage-plans`?"),
        ("[requirements]\nneeds = [\"wafs\", \"streaming\", \"streaming\"]\n", "2:10 `wafs` is not a feature ? did you mean `waf`?"),
        ("[requirements]\nneeds = [\"streaming\", \"streaming\"]\n", "2:23 `streaming` is needed twice ? name it once"),
        ("[requirements]\nneed = [\"waf\"]\n", "2:1 `need` is not a field of `[requirements]` ? did you mean `needs`?"),
        ("[gateway]\nwaf = false\n[requirements]\nneeds = [\"waf-before-gateway\"]\n", "2:7 `waf` is false, but `waf-before-gateway` is needed ? leave `waf` out, or the need"),
        ("[requirements]\nneeds = []\n", "2:9 `needs` is empty, but it must hold at least one entry"),
        ("[deployments]\nper_service_per_day = -2\n", "2:23 `per_service_per_day` is -2, but it must be 0, or a number from 0.001 to 10,000"),
        ("[deployments]\nper_servce_per_day = 2\n", "2:1 `per_servce_per_day` is not a field of `[deployments]` ? did you mean `per_service_per_day`?"),
        ("[deployments]\nhours_per_day = 25\n", "2:17 `hours_per_day` is 25, but it must be a number of hours from 0.5 to 24"),
        ("[deployments]\nhold = { routes = \"5ms\" }\n", "2:19 `hold.routes` is `5ms`, but it must be `0s`, or from `1s` to `30d`"),
        ("[deployments]\nhold = { traffic_shift = 15 }\n", "2:26 `hold.traffic_shift` is 15, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d` ? write `\"15ms\"`"),
        ("[growth]\nservices_per_month = -1\n", "2:22 `services_per_month` is -1, but it must be a number from 0 to 100,000"),
        ("[growth]\ntraffic_per_year = 0\n", "2:20 `traffic_per_year` is 0, but it must be a factor from 0.01 to 100: 1.4 is 40 % more after a year"),
        ("[growth]\nhorizon_months = 0\n", "2:18 `horizon_months` is 0, but it must be a number of months from 1 to 120"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\n[growth]\nservices_per_month = 1\n", "5:2 `[growth]` and `[[hop]]` stand in one file, but a system is described one way ? keep the hops, which can be any network, or the options, which are AWS architectures"),
    ]);
}
