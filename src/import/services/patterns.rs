//! Which requests of a route a rule of an ALB can take: paths with parameters against patterns with wildcards.

/// Longest pattern that is compared, in bytes; AWS takes 128 characters.
const LONGEST: usize = 1_024;

/// How the requests of a route meet a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meets {
    /// None of them does.
    Never,
    /// Some do, or it is not known.
    Perhaps,
    /// All do.
    Always,
}

/// A route's path, or the path of its URI, as a pattern: `/orders/{id}` is `/orders/*`, and so is `/orders/{proxy+}`; what stands
/// as `${Name}` is not known and may be anything.
#[must_use]
pub fn pattern(path: &str) -> String {
    let mut pattern = String::new();
    let mut rest = path;
    while let Some(start) = rest.find('{') {
        pattern.push_str(rest[..start].trim_end_matches('$'));
        if !pattern.ends_with('*') {
            pattern.push('*');
        }
        rest = rest[start..].find('}').map_or("", |end| &rest[start + end + 1..]);
    }
    pattern.push_str(rest);
    pattern
}

/// How requests to `route` (a pattern) meet a condition that lists patterns; no patterns are no condition.
#[must_use]
pub fn meets(route: &str, condition: &[String]) -> Meets {
    if condition.is_empty() {
        return Meets::Always;
    }
    condition.iter().map(|one| meets_one(route, one)).max().unwrap_or(Meets::Never)
}

fn meets_one(route: &str, condition: &str) -> Meets {
    if condition.contains("${") || route.len() > LONGEST || condition.len() > LONGEST {
        return Meets::Perhaps;
    }
    if covers(condition, route) {
        Meets::Always
    } else if overlap(condition, route) {
        Meets::Perhaps
    } else {
        Meets::Never
    }
}

/// Whether a condition takes everything that the route's pattern stands for; a condition with wildcards in its middle is never
/// said to.
fn covers(condition: &str, route: &str) -> bool {
    if !route.contains('*') && !condition.contains(['*', '?']) {
        return condition == route;
    }
    match condition.strip_suffix('*') {
        Some(start) if !start.contains(['*', '?']) => route.starts_with(start),
        _ => !route.contains('*') && overlap(condition, route),
    }
}

/// Whether any text fits both patterns: `*` is any text, `?` any character.
fn overlap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // reach[j]: whether the first i characters of `a` and j of `b` have a text in common.
    let mut reach = vec![false; b.len() + 1];
    reach[0] = true;
    for j in 0..b.len() {
        reach[j + 1] = reach[j] && b[j] == '*';
    }
    for &x in &a {
        let before = reach.clone();
        reach[0] = before[0] && x == '*';
        for (j, &y) in b.iter().enumerate() {
            let step = if x == '*' || y == '*' {
                // The star takes nothing, or the other one's character.
                before[j + 1] || reach[j]
            } else {
                before[j] && (x == y || x == '?' || y == '?')
            };
            reach[j + 1] = step;
        }
    }
    reach[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_become_patterns() {
        for (path, expected) in [
            ("/orders/{id}", "/orders/*"),
            ("/{proxy+}", "/*"),
            ("/a/{b}/c", "/a/*/c"),
            ("/a/{b}{c}", "/a/*"),
            ("/a/${Stage}/c", "/a/*/c"),
            ("/a/{b", "/a/*"),
            ("/", "/"),
        ] {
            assert_eq!(pattern(path), expected, "{path}");
        }
    }

    #[test]
    fn conditions_take_all_some_or_none_of_a_route() {
        use Meets::{Always, Never, Perhaps};
        for (route, conditions, expected) in [
            ("/orders/*", &["/orders*"][..], Always),
            ("/orders/*", &["/orders/*"], Always),
            ("/orders/*", &["*"], Always),
            ("/orders/*", &["/orders/open"], Perhaps),
            ("/orders/*", &["/users/*"], Never),
            ("/orders/*", &["/users/*", "/o*"], Always),
            ("/*", &["/users/*"], Perhaps),
            ("/orders", &["/orders/*"], Never),
            ("/orders", &["/orders"], Always),
            ("/orders", &["/Orders"], Never),
            ("/orders", &["/order?"], Always),
            ("/orders", &["/*/orders"], Never),
            ("/a/*/c", &["/a/b/*"], Perhaps),
            ("/a/*/c", &["*/d"], Never),
            ("/orders", &["/${Prefix}/*"], Perhaps),
            ("/orders", &[], Always),
        ] {
            let conditions: Vec<String> = conditions.iter().map(|one| (*one).to_string()).collect();
            assert_eq!(meets(route, &conditions), expected, "{route} {conditions:?}");
        }
    }

    /// Every text of up to four characters of a small alphabet, tried one by one.
    #[test]
    fn overlap_is_what_trying_every_text_finds() {
        fn fits(pattern: &[char], text: &[char]) -> bool {
            match pattern.split_first() {
                None => text.is_empty(),
                Some(('*', rest)) => (0..=text.len()).any(|taken| fits(rest, &text[taken..])),
                Some((one, rest)) => {
                    text.split_first().is_some_and(|(c, more)| (*one == '?' || one == c) && fits(rest, more))
                }
            }
        }
        let words = |alphabet: &[char], longest: usize| {
            let mut all = vec![Vec::new()];
            let mut last = all.clone();
            for _ in 0..longest {
                last = last
                    .iter()
                    .flat_map(|word: &Vec<char>| alphabet.iter().map(|c| [word.as_slice(), &[*c]].concat()))
                    .collect();
                all.extend(last.clone());
            }
            all
        };
        let patterns = words(&['a', 'b', '*', '?'], 3);
        let texts = words(&['a', 'b'], 6);
        let taken: Vec<Vec<bool>> =
            patterns.iter().map(|one| texts.iter().map(|text| fits(one, text)).collect()).collect();
        for (i, a) in patterns.iter().enumerate() {
            for (j, b) in patterns.iter().enumerate() {
                let expected = taken[i].iter().zip(&taken[j]).any(|(x, y)| *x && *y);
                let (a, b): (String, String) = (a.iter().collect(), b.iter().collect());
                assert_eq!(overlap(&a, &b), expected, "{a} {b}");
                // A route has no `?`.
                if !b.contains('?') && covers(&a, &b) {
                    assert!(taken[i].iter().zip(&taken[j]).all(|(x, y)| *x || !*y), "{a} does not cover {b}");
                }
            }
        }
    }
}
