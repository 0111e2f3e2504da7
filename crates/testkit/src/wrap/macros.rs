//! The macro that makes a test of each law of `KeyWrap`.

/// Makes one `#[test]` of each law over the keeper of a [`WrapHarness`](crate::wrap::WrapHarness), and one that
/// compares the list with [`wrap::ALL`](crate::wrap::ALL).
///
/// The expression makes the harness; it is evaluated once for each law.
#[macro_export]
macro_rules! wrap_conformance {
    ($harness:expr) => {
        $crate::wrap_conformance_tests! { $harness;
            key_round_trips
            context_is_bound
            changed_bytes_are_malformed
            another_key_is_malformed
            failures_are_not_told_apart
            wrapped_key_names_its_key
            each_wrapping_differs
            rewrapped_key_is_the_same_key
            rewrap_checks_the_context
            wrapped_key_hides_the_key
            errors_and_debug_hold_no_key
        }
    };
}

/// The second half of [`wrap_conformance!`].
#[doc(hidden)]
#[macro_export]
macro_rules! wrap_conformance_tests {
    ($harness:expr; $($law:ident)+) => {
        $(
            #[test]
            fn $law() {
                $crate::wrap::hold(concat!("wrap::", stringify!($law)), || $harness);
            }
        )+

        #[test]
        fn every_law_is_instantiated() {
            $crate::wrap::instantiated(&[$(concat!("wrap::", stringify!($law)),)+]);
        }
    };
}
