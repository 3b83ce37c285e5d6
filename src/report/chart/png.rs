//! PNG from a finished SVG, with an embedded font only, so that every machine gives the same bytes.

use std::fmt;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::Chart;

/// Why a chart could not become a PNG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PngError(String);

impl fmt::Display for PngError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PngError {}

/// Both weights of DejaVu Sans, read once.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let read = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(dejavu::sans::regular())));
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(dejavu::sans::bold())));
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(read))
}

/// The chart as PNG bytes, `scale` pixels for each of its own (2 suits a dense screen).
///
/// # Errors
/// An SVG that cannot be read, or a scale that gives no pixels or too many.
pub fn png(chart: &Chart, scale: f32) -> Result<Vec<u8>, PngError> {
    let options = Options { fontdb: fonts(), font_family: "DejaVu Sans".into(), ..Options::default() };
    let error = |what: String| PngError(format!("chart `{}`: {what}", chart.name));
    let tree = Tree::from_str(&chart.svg, &options).map_err(|e| error(e.to_string()))?;
    let size = tree.size();
    let pixels = |length: f32| (length * scale).round() as u32;
    let mut sheet = Pixmap::new(pixels(size.width()), pixels(size.height()))
        .ok_or_else(|| error(format!("scale {scale} gives no picture")))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut sheet.as_mut());
    sheet.encode_png().map_err(|e| error(e.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{fixture, latency_p99};
    use super::*;

    #[test]
    fn a_png_has_the_scaled_size_and_the_same_bytes_twice() {
        let chart = latency_p99(&fixture::five_options()).unwrap();
        let bytes = png(&chart, 2.0).unwrap();
        assert_eq!(&bytes[1..4], b"PNG");
        assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 1120);
        assert_eq!(bytes, png(&chart, 2.0).unwrap());
        assert!(png(&chart, 0.0).is_err());
    }
}
