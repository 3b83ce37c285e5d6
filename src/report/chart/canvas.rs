//! Drawing in pixels with fractions, on plotters' SVG backend. Knows no chart and no data.
//!
//! plotters draws on whole pixels, which turns curves into stairs; so everything is drawn ten times as large and the finished
//! file says how large it is to be shown. Two more things that plotters' SVG cannot say travel through it in disguise and are
//! written out by [`super::finish`]: paints as key colours, and the dash pattern in the last digit of a stroke's width. Parts travel as
//! rectangles of no size in colours of their own.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::plot::{Plot, Spot};
use super::style::Paint;
use super::text::{FONT, FONT_FACTOR, width};

/// Drawing units in a pixel.
pub const UNITS: f64 = 10.0;
/// Largest coordinate, in pixels: beyond any chart, and far from overflow.
const FAR: f64 = 1e6;

/// A point in pixels: right and down.
pub type At = (f64, f64);

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

/// A line's paint, width in pixels and pattern.
#[derive(Clone, Copy, Debug)]
pub struct Stroke(pub Paint, pub f64, pub Dash);

/// Where a text is tied to its point; its vertical middle is always on the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// The point is at its left end.
    Left,
    /// The point is in its middle.
    Middle,
    /// The point is at its right end.
    Right,
}

/// A text's look.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Font size in pixels.
    pub size: f64,
    /// Whether all of it is bold.
    pub bold: bool,
    /// Colour.
    pub paint: Paint,
}

impl Type {
    /// A plain text of this size and colour.
    #[must_use]
    pub const fn plain(size: f64, paint: Paint) -> Type {
        Type { size, bold: false, paint }
    }
    /// A bold text of this size and colour.
    #[must_use]
    pub const fn bold(size: f64, paint: Paint) -> Type {
        Type { size, bold: true, paint }
    }
}

/// A sheet to draw on. Writing into a string cannot fail, so the methods drop plotters' results.
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    plot: RefCell<Plot>,
}

/// Which part of a chart something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The option of this index, which a page may switch off.
    Option(u8),
    /// All that a page draws anew on other scales.
    Plot,
}

/// First two bytes of the colour that opens a part, and the colour that closes it; no [`Paint`] has them.
const OPEN: (u8, u8) = (1, 0xF0);
const CLOSE: RGBColor = RGBColor(1, 0xF1, 0);
/// The index of [`Part::Plot`].
const PLOT: u8 = u8::MAX;

/// The part that a line of plotters' SVG opens (or closes: none in it); `None` for any other line.
#[must_use]
pub fn part_of(line: &str) -> Option<Option<Part>> {
    let colour = line.strip_prefix("<rect ")?.split("fill=\"#01F").nth(1)?;
    let index = u8::from_str_radix(colour.get(1..3)?, 16).ok()?;
    Some(colour.starts_with('0').then_some(if index == PLOT { Part::Plot } else { Part::Option(index) }))
}

/// What `paint` draws on a sheet of so many pixels, as plotters' SVG, still to be finished; and what it tells of itself.
pub fn draw(size: At, paint: impl FnOnce(&Canvas)) -> (String, Plot) {
    let mut svg = String::new();
    let plot = {
        let whole = ((size.0 * UNITS) as u32, (size.1 * UNITS) as u32);
        let area = SVGBackend::with_string(&mut svg, whole).into_drawing_area();
        let canvas = Canvas { area, plot: RefCell::default() };
        paint(&canvas);
        let _ = canvas.area.present();
        canvas.plot.take()
    };
    (svg, plot)
}

fn unit(pixels: f64) -> i32 {
    (pixels.clamp(-FAR, FAR) * UNITS).round() as i32
}

fn units(at: At) -> (i32, i32) {
    (unit(at.0), unit(at.1))
}

impl Canvas<'_> {
    /// Says what the chart shows; places that were told before stay.
    pub fn plot(&self, plot: Plot) {
        let spots = std::mem::take(&mut self.plot.borrow_mut().spots);
        *self.plot.borrow_mut() = Plot { spots, ..plot };
    }

    /// Says what is at a place.
    pub fn spot(&self, spot: Spot) {
        self.plot.borrow_mut().spots.push(spot);
    }

    /// What `paint` draws belongs to a part.
    pub fn part(&self, part: Part, paint: impl FnOnce()) {
        let index = match part {
            Part::Option(index) => index.min(PLOT - 1),
            Part::Plot => PLOT,
        };
        let mark = |colour: RGBColor| {
            let _ = self.area.draw(&Rectangle::new([(0, 0), (0, 0)], colour.filled()));
        };
        mark(RGBColor(OPEN.0, OPEN.1, index));
        paint();
        mark(CLOSE);
    }

    /// An open line through the points; fewer than two draw nothing.
    pub fn line(&self, points: &[At], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        let Stroke(paint, width, dash) = stroke;
        let pattern = match dash {
            Dash::Solid => 0,
            Dash::Dashed => 1,
            Dash::Dotted => 2,
        };
        let style = ShapeStyle {
            color: paint.key().to_rgba(),
            filled: false,
            stroke_width: (width * UNITS).round() as u32 * 10 + pattern,
        };
        let _ = self.area.draw(&PathElement::new(points.iter().map(|&p| units(p)).collect::<Vec<_>>(), style));
    }

    /// A filled shape; `alpha` 0 to 1.
    pub fn polygon(&self, points: &[At], paint: Paint, alpha: f64) {
        if points.len() < 3 {
            return;
        }
        let style = paint.key().mix(alpha).filled();
        let _ = self.area.draw(&Polygon::new(points.iter().map(|&p| units(p)).collect::<Vec<_>>(), style));
    }

    /// A filled rectangle from its upper left corner; negative sizes draw nothing.
    pub fn rect(&self, at: At, size: At, paint: Paint, alpha: f64) {
        if size.0 <= 0.0 || size.1 <= 0.0 {
            return;
        }
        let corners = [units(at), units((at.0 + size.0, at.1 + size.1))];
        let _ = self.area.draw(&Rectangle::new(corners, paint.key().mix(alpha).filled()));
    }

    /// The outline of a rectangle: a closed path, since plotters' own rectangle forgets the width of its stroke.
    pub fn outline(&self, at: At, size: At, stroke: Stroke) {
        let (x, y, right, bottom) = (at.0, at.1, at.0 + size.0, at.1 + size.1);
        // The first side is drawn twice so that the closing corner is mitred like the others.
        self.line(&[(x, y), (right, y), (right, bottom), (x, bottom), (x, y), (right, y)], stroke);
    }

    /// A filled circle.
    pub fn dot(&self, at: At, radius: f64, paint: Paint) {
        let _ = self.area.draw(&Circle::new(units(at), unit(radius), paint.key().filled()));
    }

    /// A filled diamond, `radius` from the middle to each corner.
    pub fn diamond(&self, at: At, radius: f64, paint: Paint) {
        let (x, y) = at;
        self.polygon(&[(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], paint, 1.0);
    }

    /// A saltire, `radius` from the middle to each side.
    pub fn cross(&self, at: At, radius: f64, paint: Paint) {
        let (x, y) = at;
        let stroke = Stroke(paint, 1.6, Dash::Solid);
        self.line(&[(x - radius, y - radius), (x + radius, y + radius)], stroke);
        self.line(&[(x - radius, y + radius), (x + radius, y - radius)], stroke);
    }

    /// A text; empty ones draw nothing.
    pub fn text(&self, at: At, text: &str, tie: Tie, look: Type) {
        if text.is_empty() {
            return;
        }
        let h = match tie {
            Tie::Left => HPos::Left,
            Tie::Middle => HPos::Center,
            Tie::Right => HPos::Right,
        };
        let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FONT, look.size * UNITS * FONT_FACTOR, style).into_font();
        let colour = look.paint.key();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h, VPos::Center));
        let _ = self.area.draw_text(text, &style, units(at));
    }

    /// A text on a patch of page, so that lines behind it do not cross it.
    pub fn boxed(&self, at: At, text: &str, tie: Tie, look: Type) {
        let (from, to) = span(at.0, text, tie, look);
        let half = look.size * 0.62;
        self.rect((from - 2.0, at.1 - half), (to - from + 4.0, 2.0 * half), Paint::Page, 0.85);
        self.text(at, text, tie, look);
    }
}

/// Left and right end of a text that is tied to `x`.
#[must_use]
pub fn span(x: f64, text: &str, tie: Tie, look: Type) -> (f64, f64) {
    let wide = width(text, look.size, look.bold);
    let from = match tie {
        Tie::Left => x,
        Tie::Middle => x - wide / 2.0,
        Tie::Right => x - wide,
    };
    (from, from + wide)
}
