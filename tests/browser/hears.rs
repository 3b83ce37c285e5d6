//! The driver itself, on a page that does everything that a good page does not: what it must hear it hears.

use super::driver::{Page, address};

const PAGE: &str = r#"<!DOCTYPE html><html lang="en"><title>noisy</title>
<style>body { background: #fff } @media (prefers-color-scheme: dark) { body { background: #000 } } @media print { p { display: none } }</style>
<p id="said">nothing</p><button id="b" aria-label="press me">b</button><input id="i"><div style="height: 3000px"></div><button id="far">far</button>
<script>
  const said = text => { document.querySelector('#said').textContent = text };
  document.querySelector('#b').onclick = event => said(`clicked ${event.isTrusted}`);
  document.querySelector('#far').onpointermove = event => said(`over ${event.offsetX > 10}`);
  document.onkeydown = event => said(`${event.shiftKey ? 'shift ' : ''}${event.key} ${event.code} ${event.keyCode}`);
</script></html>"#;

fn noisy() -> Option<(Page, tempfile::TempDir, String)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a page.html");
    std::fs::write(&file, PAGE).unwrap();
    let address = address(&file);
    Some((Page::open(&address)?, folder, address))
}

#[test]
fn mouse_keys_media_and_pictures_reach_the_page() {
    let Some((mut page, _folder, address)) = noisy() else { return };
    assert!(address.ends_with("/a%20page.html"));
    page.click("#b");
    page.wait("document.querySelector('#said').textContent === 'clicked true'");
    for (key, heard) in [
        ("Shift+Tab", "shift Tab Tab 9"),
        ("ArrowLeft", "ArrowLeft ArrowLeft 37"),
        ("a", "a KeyA 65"),
        (" ", "  Space 32"),
        ("7", "7 Digit7 55"),
    ] {
        page.press(key);
        page.wait(&format!("document.querySelector('#said').textContent === '{heard}'"));
    }
    page.focus("#i");
    page.type_text("x\"<");
    page.press("b");
    assert_eq!(page.evaluate("document.querySelector('#i').value"), "x\"<b");
    page.hover("#far", 0.9, 0.5);
    page.wait("document.querySelector('#said').textContent === 'over true'");
    assert_eq!(
        (page.attribute("#b", "aria-label").as_deref(), page.attribute("#b", "title")),
        (Some("press me"), None)
    );
    let named = page.accessibility().iter().any(|n| n["role"]["value"] == "button" && n["name"]["value"] == "press me");
    assert!(named);
    let size =
        |png: &[u8]| png[16..24].chunks(4).map(|b| u32::from_be_bytes(b.try_into().unwrap())).collect::<Vec<_>>();
    page.viewport(640, 480);
    let (light, button) = (page.screenshot(), page.screenshot_of("#far"));
    page.media("", &[("prefers-color-scheme", "dark")]);
    assert_eq!(size(&light), [640, 480]);
    assert!(size(&button)[0] < 100 && light != page.screenshot());
    page.media("print", &[]);
    assert_eq!(page.evaluate("getComputedStyle(document.querySelector('#said')).display"), "none");
    assert!(page.pdf().starts_with(b"%PDF-"));
    page.assert_quiet(&address);
    page.scripts(false);
    page.go(&address);
    page.click("#b");
    assert_eq!(page.text("p"), "nothing");
}

#[test]
fn what_a_bad_page_does_is_heard() {
    let Some((mut page, _folder, address)) = noisy() else { return };
    page.evaluate("console.warn('careful', 7); setTimeout(() => { throw new Error('thrown late') })");
    page.until("the exception is heard", |page| (page.heard.console.len() == 2).then_some(()));
    assert_eq!(page.heard.console[0], "warning: careful 7");
    assert!(page.heard.console[1].contains("thrown late"));
    // Port 9 is nobody's: refused at once, without leaving the machine.
    page.evaluate("new Image().src = 'http://127.0.0.1:9/picture'");
    page.until("the failure is heard", |page| page.heard.failed.first().cloned());
    assert!(page.heard.failed[0].ends_with(": http://127.0.0.1:9/picture"), "{:?}", page.heard.failed);
    page.evaluate("new Image().src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='");
    page.settle();
    assert_eq!(page.heard.requests[..2], [address.clone(), "http://127.0.0.1:9/picture".into()]);
    page.heard.console.clear();
    page.heard.failed.clear();
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| page.assert_quiet(&address)));
    assert!(refused.unwrap_err().downcast_ref::<String>().unwrap().contains("asks others"));
}
