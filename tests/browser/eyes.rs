//! The driver's eyes: window, media, pictures, print, and what a screen reader is told.

use serde_json::{Value, json};

use super::base64;
use super::driver::{Page, element};

impl Page {
    /// Sets the size of the window in CSS pixels.
    pub fn viewport(&mut self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", params);
    }

    /// Shows the page in a medium (`print`, or empty for the screen) with preferences: `("prefers-color-scheme", "dark")`.
    pub fn media(&mut self, medium: &str, preferences: &[(&str, &str)]) {
        let features: Vec<Value> = preferences.iter().map(|(n, v)| json!({ "name": n, "value": v })).collect();
        self.call("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features }));
    }

    /// Turns the page's scripts off or on for what is opened next.
    pub fn scripts(&mut self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !on }));
    }

    /// A picture of the window as PNG.
    pub fn screenshot(&mut self) -> Vec<u8> {
        self.painted();
        base64::decode(self.call("Page.captureScreenshot", json!({ "format": "png" }))["data"].as_str().unwrap())
    }

    /// A picture of the first element as PNG.
    pub fn screenshot_of(&mut self, selector: &str) -> Vec<u8> {
        self.place(selector, 0.0, 0.0);
        self.painted();
        let script = format!(
            "(r => [r.left + scrollX, r.top + scrollY, r.width, r.height])({}.getBoundingClientRect())",
            element(selector)
        );
        let r = self.evaluate(&script);
        let clip = json!({ "x": r[0], "y": r[1], "width": r[2], "height": r[3], "scale": 1 });
        let params = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
        base64::decode(self.call("Page.captureScreenshot", params)["data"].as_str().unwrap())
    }

    /// The page as it is printed, tagged with its structure.
    pub fn pdf(&mut self) -> Vec<u8> {
        let params = json!({ "preferCSSPageSize": true, "generateTaggedPDF": true, "printBackground": false });
        base64::decode(self.call("Page.printToPDF", params)["data"].as_str().unwrap())
    }

    /// What a screen reader is told: role, name and the rest of each node that is not ignored.
    pub fn accessibility(&mut self) -> Vec<Value> {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != true).cloned().collect()
    }
}
