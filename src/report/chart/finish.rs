//! From plotters' SVG to the finished one: size, words for those who cannot see it, paints and dashes, for a file or a page.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::canvas::{At, Part, UNITS, part_of};
use super::style::{FONT_STACK, Paint};
use super::text::{BOLD, PLAIN};

/// Where the SVG will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// A file of its own on a white ground, readable by programs that know no CSS variables.
    File,
    /// Inside an HTML page, in the page's theme and on the page's ground.
    Inline,
}

/// Names and words of a chart.
pub struct Words<'a> {
    /// Prefix of every id.
    pub name: &'a str,
    /// One line.
    pub title: &'a str,
    /// What it shows, in a sentence.
    pub description: &'a str,
}

/// `text` as XML character data or attribute value.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}

/// The finished SVG of what [`super::canvas::draw`] gave. Same input, same bytes.
#[must_use]
pub fn finish(raw: &str, size: At, words: &Words, flavour: Flavour) -> String {
    let body = raw.split_once('\n').map_or("", |(_, body)| body);
    let mut hatches = BTreeSet::new();
    let body = rewrite(&parts(body, flavour), words.name, flavour, &mut hatches);
    let (w, h) = (size.0 as u32, size.1 as u32);
    let (wide, high) = ((size.0 * UNITS) as u32, (size.1 * UNITS) as u32);
    let id = format!("gc-{}", words.name);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gc-chart\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" font-family=\"{FONT_STACK}\" stroke-linejoin=\"round\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(words.title),
        escape(words.description)
    );
    if !hatches.is_empty() {
        out.push_str("<defs>\n");
        for hatch in hatches {
            pattern(&mut out, hatch, words.name, flavour);
        }
        out.push_str("</defs>\n");
    }
    if flavour == Flavour::File {
        let _ = writeln!(out, "<rect width=\"{wide}\" height=\"{high}\" fill=\"{}\"/>", Paint::Page.plain());
    }
    out + &body
}

/// The body with its parts as groups; in a file nobody switches them, so there are none. plotters writes an element on a line, and
/// texts are escaped, so that no text is taken for a mark.
fn parts(body: &str, flavour: Flavour) -> String {
    let mut out = String::with_capacity(body.len());
    for line in body.split_inclusive('\n') {
        match (part_of(line), flavour) {
            (None, _) => out.push_str(line),
            (Some(_), Flavour::File) => {}
            (Some(None), Flavour::Inline) => out.push_str("</g>\n"),
            (Some(Some(Part::Plot)), Flavour::Inline) => out.push_str("<g data-part=\"plot\">\n"),
            (Some(Some(Part::Option(index))), Flavour::Inline) => {
                let _ = writeln!(out, "<g data-option=\"{index}\">");
            }
        }
    }
    out
}

fn colour(paint: Paint, flavour: Flavour) -> String {
    match flavour {
        Flavour::File => paint.plain(),
        Flavour::Inline => paint.themed(),
    }
}

fn hatch_id(paint: Paint, name: &str) -> Option<String> {
    match paint {
        Paint::Hatch(i) => Some(format!("gc-{name}-hatch-{i}")),
        Paint::HopHatch(i) => Some(format!("gc-{name}-hop-hatch-{i}")),
        _ => None,
    }
}

/// What an element of a page's chart is filled with.
#[must_use]
pub fn fill(paint: Paint, name: &str) -> String {
    hatch_id(paint, name).map_or_else(|| paint.themed(), |id| format!("url(#{id})"))
}

/// Lines at 45 degrees, five pixels apart, on a wash of the same colour.
fn pattern(out: &mut String, hatch: Paint, name: &str, flavour: Flavour) {
    let Some(id) = hatch_id(hatch, name) else { return };
    let ink = colour(hatch, flavour);
    let _ = writeln!(
        out,
        "<pattern id=\"{id}\" width=\"50\" height=\"50\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"50\" height=\"50\" fill=\"{ink}\" opacity=\"0.12\"/>\
         <line x1=\"8\" y1=\"0\" x2=\"8\" y2=\"50\" stroke=\"{ink}\" stroke-width=\"14\"/></pattern>"
    );
}

/// The body with its disguises taken off. Quotes are escaped in texts, so every second piece between quotes is the value of an
/// attribute and the piece before it ends in the attribute's name.
fn rewrite(body: &str, name: &str, flavour: Flavour, hatches: &mut BTreeSet<Paint>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut key = "";
    for (i, piece) in body.split('"').enumerate() {
        if i % 2 == 0 {
            key = piece.rsplit(' ').next().unwrap_or("");
            let markup = &piece[..piece.len() - key.len()];
            if key.ends_with('=') {
                bold_runs(&mut out, markup.trim_end_matches(' '));
            } else {
                bold_runs(&mut out, piece);
            }
            continue;
        }
        let value = match key {
            "opacity=" if piece == "1" => continue,
            "font-family=" => continue,
            "font-weight=" => "600".to_string(),
            // The middle of digits and capitals: half the height of a capital.
            "dy=" => "0.36em".to_string(),
            "font-size=" => format!("{:.0}", piece.parse().unwrap_or(110.0)),
            "points=" => piece.trim_end().to_string(),
            "stroke-width=" => {
                let code: u32 = piece.parse().unwrap_or(0);
                let dash = match code % 10 {
                    1 => "\" stroke-dasharray=\"55 35",
                    2 => "\" stroke-dasharray=\"15 30",
                    _ => "",
                };
                format!("{}{dash}", code / 10)
            }
            "fill=" | "stroke=" => match Paint::from_key(piece) {
                Some(paint) => match hatch_id(paint, name) {
                    Some(id) => {
                        hatches.insert(paint);
                        format!("url(#{id})")
                    }
                    None => colour(paint, flavour),
                },
                None => piece.to_string(),
            },
            _ => piece.to_string(),
        };
        let _ = write!(out, " {key}\"{value}\"");
    }
    out
}

/// Appends markup and text, with tspans for the bold runs in it.
fn bold_runs(out: &mut String, piece: &str) {
    for c in piece.chars() {
        match c {
            BOLD => out.push_str("<tspan font-weight=\"600\">"),
            PLAIN => out.push_str("</tspan>"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{Dash, Stroke, Tie, Type, draw};
    use super::super::text::bold;
    use super::*;

    fn sample(flavour: Flavour) -> String {
        let (raw, _) = draw((20.0, 10.0), |canvas| {
            canvas.rect((1.0, 1.0), (5.0, 5.0), Paint::Hatch(2), 1.0);
            canvas.part(Part::Plot, || {
                canvas.part(Part::Option(3), || {
                    canvas.line(&[(0.0, 0.0), (1.25, 2.0)], Stroke(Paint::Series(0), 1.5, Dash::Dashed));
                });
            });
            canvas.text((3.0, 3.0), &format!("{} \"x\" = <y>", bold("5")), Tie::Left, Type::plain(11.0, Paint::Ink));
        });
        finish(&raw, (20.0, 10.0), &Words { name: "t", title: "<script>\"", description: "d & e" }, flavour)
    }

    #[test]
    fn disguises_come_off() {
        let svg = sample(Flavour::File);
        assert!(svg.contains("stroke=\"#0072B2\" stroke-width=\"15\" stroke-dasharray=\"55 35\""), "{svg}");
        assert!(svg.contains("fill=\"url(#gc-t-hatch-2)\"") && svg.contains("<pattern id=\"gc-t-hatch-2\""));
        assert!(svg.contains("<tspan font-weight=\"600\">5</tspan> &quot;x&quot; = &lt;y&gt;"), "{svg}");
        assert!(svg.contains("viewBox=\"0 0 200 100\"") && svg.contains("0,0 13,20\""));
        assert!(!svg.contains("<script") && !svg.contains("var(") && !svg.contains("#01") && !svg.contains("<g"));
    }

    #[test]
    fn a_page_gets_variables_and_no_ground() {
        let svg = sample(Flavour::Inline);
        assert!(
            svg.contains("stroke=\"var(--gc-series-1,#0072B2)\"") && svg.contains("fill=\"var(--gc-ink,#1F2328)\"")
        );
        assert!(!svg.contains("<rect width=\"200\""));
        let line = svg.find("<polyline").unwrap_or(0);
        assert!(svg[..line].ends_with("<g data-part=\"plot\">\n<g data-option=\"3\">\n"), "{svg}");
        assert_eq!((svg.matches("</g>").count(), svg.matches("<g ").count()), (2, 2), "{svg}");
    }
}
