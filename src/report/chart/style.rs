//! Colours of charts: what each is for, in a file on white and inlined into a light or dark page. No drawing.

use plotters::style::RGBColor;

/// The font stack of every chart; the last named family before the generic one is the font of the PNG files.
pub const FONT_STACK: &str = "Inter, system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/// What a mark is painted with. Themed paints become CSS variables in an inlined chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paint {
    /// Text and the reader's own line.
    Ink,
    /// Secondary text, axis labels.
    Muted,
    /// Major grid lines and axes.
    Grid,
    /// Minor grid lines.
    Faint,
    /// The page.
    Page,
    /// An objective: the line that must not be passed.
    Limit,
    /// The reader's own cell of a map.
    Own,
    /// Cells of a map where nothing comes through; carries white text in both themes.
    Shut,
    /// The option of this index.
    Series(u8),
    /// Hatching in the colour of the option of this index.
    Hatch(u8),
    /// The hop of this index.
    Hop(u8),
    /// Hatching in the colour of the hop of this index.
    HopHatch(u8),
    /// The same in every theme: cells of a heat map and the text in them.
    Fixed(u8, u8, u8),
}

/// A colour on a light page and its counterpart on a dark one.
struct Pair(&'static str, &'static str);

/// Okabe and Ito, "Color Universal Design" (2008), with the purple and the green darkened until they carry text on white;
/// the last three repeat its remaining hues. Options beyond the last start again.
const SERIES: [Pair; 8] = [
    Pair("#0072B2", "#58ACE8"),
    Pair("#A8417F", "#DE86B9"),
    Pair("#007A5A", "#35C097"),
    Pair("#D55E00", "#F59049"),
    Pair("#22272E", "#E6EAEF"),
    Pair("#8A6D00", "#E3C34A"),
    Pair("#2F8FBF", "#8CCBEE"),
    Pair("#6B4FA0", "#B49BE3"),
];

/// Hops of a path in order: neighbours differ in lightness, so that the stack reads without colour.
const HOPS: [Pair; 8] = [
    Pair("#2F6DA8", "#3E7CBA"),
    Pair("#86B6DF", "#B9D8F1"),
    Pair("#B5651D", "#D2843B"),
    Pair("#E9B754", "#F4D08A"),
    Pair("#8C2D2D", "#BF5A55"),
    Pair("#A590C9", "#CDBFE4"),
    Pair("#2E7D5B", "#3B8A68"),
    Pair("#8CC4A0", "#BFE2CB"),
];

/// First byte of a key colour: plotters knows RGB only, so a themed paint passes through it as `#01` and its code.
const KEY: u8 = 1;

impl Paint {
    /// The colour that stands for the paint while plotters draws.
    #[must_use]
    pub fn key(self) -> RGBColor {
        let (code, index) = match self {
            Paint::Ink => (0, 0),
            Paint::Muted => (1, 0),
            Paint::Grid => (2, 0),
            Paint::Faint => (3, 0),
            Paint::Page => (4, 0),
            Paint::Limit => (5, 0),
            Paint::Own => (6, 0),
            Paint::Shut => (11, 0),
            Paint::Series(i) => (7, i),
            Paint::Hatch(i) => (8, i),
            Paint::Hop(i) => (9, i),
            Paint::HopHatch(i) => (10, i),
            Paint::Fixed(r, g, b) => return RGBColor(if r == KEY { KEY + 1 } else { r }, g, b),
        };
        RGBColor(KEY, code, index)
    }

    /// The paint behind `#RRGGBB` as plotters wrote it; `None` for any other text.
    #[must_use]
    pub fn from_key(text: &str) -> Option<Paint> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii())?;
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        let (r, g, b) = (byte(0)?, byte(2)?, byte(4)?);
        if r != KEY {
            return Some(Paint::Fixed(r, g, b));
        }
        Some(match g {
            0 => Paint::Ink,
            1 => Paint::Muted,
            2 => Paint::Grid,
            3 => Paint::Faint,
            4 => Paint::Page,
            5 => Paint::Limit,
            6 => Paint::Own,
            7 => Paint::Series(b),
            8 => Paint::Hatch(b),
            9 => Paint::Hop(b),
            10 => Paint::HopHatch(b),
            _ => Paint::Shut,
        })
    }

    /// The colour on a light and on a dark page and the name of its variable; empty name for a fixed colour. A hatch gives the
    /// colour of its lines.
    fn colours(self) -> (String, String, String) {
        let pair = |name: String, p: &Pair| (name, p.0.to_string(), p.1.to_string());
        let of = |table: &[Pair; 8], name: &str, i: u8| {
            let at = usize::from(i) % table.len();
            pair(format!("{name}-{}", at + 1), &table[at])
        };
        match self {
            Paint::Ink => pair("ink".into(), &Pair("#1F2328", "#E6EAEF")),
            Paint::Muted => pair("muted".into(), &Pair("#59636E", "#9BA5B1")),
            Paint::Grid => pair("grid".into(), &Pair("#D3D9DF", "#3B434D")),
            Paint::Faint => pair("faint".into(), &Pair("#EDF0F3", "#262C34")),
            Paint::Page => pair("page".into(), &Pair("#FFFFFF", "#14181D")),
            Paint::Limit => pair("limit".into(), &Pair("#B3192E", "#FF7B86")),
            Paint::Own => pair("own".into(), &Pair("#0B57D0", "#2F7BFF")),
            Paint::Shut => pair("shut".into(), &Pair("#1F2328", "#56606C")),
            Paint::Series(i) | Paint::Hatch(i) => of(&SERIES, "series", i),
            Paint::Hop(i) | Paint::HopHatch(i) => of(&HOPS, "hop", i),
            Paint::Fixed(r, g, b) => (String::new(), format!("#{r:02X}{g:02X}{b:02X}"), String::new()),
        }
    }

    /// As an attribute value in a file: a plain colour on white.
    #[must_use]
    pub fn plain(self) -> String {
        self.colours().1
    }

    /// As an attribute value in an inlined chart: a variable of [`theme_css`] with the light colour behind it.
    #[must_use]
    pub fn themed(self) -> String {
        let (name, light, _) = self.colours();
        if name.is_empty() { light } else { format!("var(--gc-{name},{light})") }
    }

    /// Black or white, whichever stands out more on the paint in a light page (WCAG 2.2 contrast ratio).
    #[must_use]
    pub fn text_on(self) -> Paint {
        let hex = self.plain();
        let channel = |at: usize| {
            let c = f64::from(u8::from_str_radix(hex.get(at..at + 2).unwrap_or("00"), 16).unwrap_or(0)) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
        if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 {
            Paint::Fixed(255, 255, 255)
        } else {
            Paint::Fixed(31, 35, 40)
        }
    }
}

/// Stops of YlOrRd (ColorBrewer 2.0, 7 classes), whose lightness falls all the way.
const HEAT: [(u8, u8, u8); 7] =
    [(255, 255, 212), (254, 217, 118), (254, 178, 76), (253, 141, 60), (252, 78, 42), (227, 26, 28), (177, 0, 38)];

/// The colour of a load: 0 (pale) to 1 (dark red); outside it the nearer end.
#[must_use]
pub fn heat(load: f64) -> Paint {
    let at = (if load.is_finite() { load.clamp(0.0, 1.0) } else { 1.0 }) * (HEAT.len() - 1) as f64;
    let below = (at.floor() as usize).min(HEAT.len() - 2);
    let part = at - below as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    let (a, b) = (HEAT[below], HEAT[below + 1]);
    Paint::Fixed(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The variables of inlined charts, light by default, dark where the reader's system asks for it or the page says
/// `data-theme="dark"`; `data-theme="light"` wins over the system.
#[must_use]
pub fn theme_css() -> String {
    let plain =
        [Paint::Ink, Paint::Muted, Paint::Grid, Paint::Faint, Paint::Page, Paint::Limit, Paint::Own, Paint::Shut]
            .into_iter();
    let all = plain.chain((0..8).map(Paint::Series)).chain((0..8).map(Paint::Hop));
    let (mut light, mut dark) = (String::new(), String::new());
    for (name, on_light, on_dark) in all.map(Paint::colours) {
        light += &format!("--gc-{name}:{on_light};");
        dark += &format!("--gc-{name}:{on_dark};");
    }
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n.gc-chart{{max-width:100%;height:auto}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paint_survives_plotters() {
        for paint in [
            Paint::Ink,
            Paint::Own,
            Paint::Shut,
            Paint::Series(4),
            Paint::Hatch(2),
            Paint::HopHatch(7),
            Paint::Fixed(9, 8, 7),
        ] {
            let RGBColor(r, g, b) = paint.key();
            assert_eq!(Paint::from_key(&format!("#{r:02X}{g:02X}{b:02X}")), Some(paint));
        }
        assert_eq!(Paint::from_key("none"), None);
        assert_eq!(Paint::from_key("#äöü"), None);
    }

    #[test]
    fn heat_darkens_and_text_follows() {
        assert_eq!(heat(0.0).text_on(), Paint::Fixed(31, 35, 40));
        assert_eq!(heat(7.0), heat(1.0));
        assert_eq!(heat(f64::NAN).text_on(), Paint::Fixed(255, 255, 255));
    }

    #[test]
    fn the_theme_has_every_variable_in_both_schemes() {
        let css = theme_css();
        assert_eq!(css.matches("--gc-series-8:").count(), 3);
        assert!(Paint::Series(12).themed().contains("--gc-series-5,"));
    }
}
