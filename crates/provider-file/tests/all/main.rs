//! What files, mounted volumes and credentials are held to.

mod conformance;
mod credentials;
mod kinds;
mod mounts;
mod support;
mod swaps;
mod writes;
