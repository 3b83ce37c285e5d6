//! Base64 as the DevTools protocol sends pictures and prints in it: decoding only.

/// The bytes of a standard base64 text; panics on anything that is none.
pub fn decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other:#x} is no digit of base64"),
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let joined = chunk.iter().fold(0, |sum, &byte| sum << 6 | digit(byte)) << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&joined.to_be_bytes()[1..chunk.len()]);
    }
    bytes
}

#[test]
fn the_examples_of_rfc_4648() {
    let examples =
        [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmFy", "foobar")];
    for (text, bytes) in examples {
        assert_eq!(decode(text), bytes.as_bytes());
    }
    assert_eq!(decode("+/8="), [0xfb, 0xff]);
}
