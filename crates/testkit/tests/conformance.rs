//! The reference source keeps every law.

use reticent_testkit::{MemoryHarness, conformance};

conformance!(MemoryHarness::new("memory"));
