//! Tests of dates, roundings and lines.
