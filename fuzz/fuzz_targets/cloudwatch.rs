//! Any bytes as metrics of CloudWatch.
#![no_main]

use gatecap::calibrate::cloudwatch::{Metrics, read};
use gatecap::calibrate::stream::Control;
use gatecap::calibrate::{document, summary};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut metrics = Metrics::default();
    if read(bytes, "metrics", &mut metrics, &Control::default()).is_ok() {
        for curve in metrics.curves.values() {
            assert!(curve.quantiles().windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
        }
        let _ = (summary::metrics(&metrics), document::metrics(&metrics).to_string());
    }
});
