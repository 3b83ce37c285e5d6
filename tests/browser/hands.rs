//! The driver's hands: pointer and keyboard, as real events that the browser routes like a person's.

use serde_json::json;

use super::driver::{Page, element};

impl Page {
    /// Where a part of the first element is in the window, having scrolled there: 0.5, 0.5 is its middle.
    pub(super) fn place(&mut self, selector: &str, across: f64, down: f64) -> (f64, f64) {
        let target = element(selector);
        self.wait(&format!("{target}.getClientRects().length"));
        let at = self.evaluate(&format!(
            "(e => {{ e.scrollIntoView({{ block: 'center', inline: 'nearest', behavior: 'instant' }}); const r = e.getBoundingClientRect(); \
             return [r.left + {across} * r.width, r.top + {down} * r.height] }})({target})"
        ));
        (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64), buttons: u8) {
        let (button, count) = if kind == "mouseMoved" { ("none", 0) } else { ("left", 1) };
        let params = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": count });
        self.call("Input.dispatchMouseEvent", params);
    }

    /// Moves the pointer over a part of the first element, given as shares of its width and height.
    pub fn hover(&mut self, selector: &str, across: f64, down: f64) {
        let at = self.place(selector, across, down);
        self.mouse("mouseMoved", at, 0);
    }

    /// Clicks in the middle of the first element, as a person does: whatever lies on top there gets it.
    pub fn click(&mut self, selector: &str) {
        let at = self.place(selector, 0.5, 0.5);
        self.mouse("mouseMoved", at, 0);
        self.mouse("mousePressed", at, 1);
        self.mouse("mouseReleased", at, 0);
    }

    /// Gives the first element the keyboard's focus.
    pub fn focus(&mut self, selector: &str) {
        self.wait(&element(selector));
        self.evaluate(&format!("{}.focus()", element(selector)));
    }

    /// Presses a key by its name (`Tab`, `Enter`, `ArrowLeft`, `Escape`, ` `, `a`), with `Shift+`, `Control+` or `Alt+` before it.
    pub fn press(&mut self, key: &str) {
        let (mut modifiers, mut name) = (0, key);
        for (prefix, bit) in [("Alt+", 1), ("Control+", 2), ("Shift+", 8)] {
            if let Some(rest) = name.strip_prefix(prefix) {
                (modifiers, name) = (modifiers | bit, rest);
            }
        }
        let single = name.chars().count() == 1;
        let (code, number) = key_code(name);
        let text = match name {
            "Enter" => "\r",
            _ if single && modifiers & 3 == 0 => name,
            _ => "",
        };
        let mut down = json!({ "type": "keyDown", "key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers });
        if !text.is_empty() {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down.clone());
        down["type"] = json!("keyUp");
        down["text"] = json!("");
        self.call("Input.dispatchKeyEvent", down);
    }

    /// Types a text into whatever has the focus.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }
}

/// The physical key and the number that older scripts know it by.
fn key_code(name: &str) -> (String, u32) {
    let named = [
        ("Tab", 9),
        ("Enter", 13),
        ("Escape", 27),
        ("PageUp", 33),
        ("PageDown", 34),
        ("End", 35),
        ("Home", 36),
        ("ArrowLeft", 37),
        ("ArrowUp", 38),
        ("ArrowRight", 39),
        ("ArrowDown", 40),
        ("Delete", 46),
        ("Backspace", 8),
    ];
    let letter = name.chars().next().unwrap().to_ascii_uppercase();
    match named.iter().find(|key| key.0 == name) {
        Some(&(name, number)) => (name.into(), number),
        None if name == " " => ("Space".into(), 32),
        None if letter.is_ascii_digit() => (format!("Digit{letter}"), u32::from(letter)),
        None => (format!("Key{letter}"), u32::from(letter)),
    }
}
