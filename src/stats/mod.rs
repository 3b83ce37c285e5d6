//! stub
#[derive(Clone, Debug)]
pub struct Recorder;
impl Recorder { pub fn new(_d: u8) -> Recorder { Recorder } pub fn record(&mut self, _v: u64) {} }
