//! The macro that makes a test of each law.

/// Makes one `#[test]` of each law over the source of a harness, and one that compares the list with
/// [`cases::ALL`](crate::cases::ALL).
///
/// The expression makes the harness; it is evaluated once for each law, on the law's own runtime. A second source
/// of the same file goes into a module of its own.
///
/// ```
/// mod mine {
///     use reticent_testkit::{MemoryHarness, conformance};
///
///     conformance!(MemoryHarness::new("mine"));
/// }
/// ```
#[macro_export]
macro_rules! conformance {
    ($harness:expr) => {
        $crate::conformance_tests! { $harness;
            read {
                present_value_round_trips
                every_byte_value_survives
                trailing_newline_is_kept_or_documented
                empty_value_is_not_absent
                large_value_round_trips
                field_of_structured_value
                absent_field_is_not_found
                change_is_seen_at_once
                value_names_its_source
                get_many_answers_in_order
                get_many_fails_each_alone
                get_many_serves_duplicates
            }
            names {
                absent_name_is_not_found
                names_are_case_exact
                hostile_names_are_served_back_or_refused
                prefix_never_matches_neighbour
                list_names_what_is_there
                list_is_sorted
                list_prefix_narrows
            }
            errors {
                denied_is_not_absent
                bad_credentials_are_unauthenticated
                unreachable_is_unavailable_and_retryable
                throttled_carries_retry_after
                malformed_reply_is_unexpected
                truncated_reply_is_an_error
                every_error_names_source_and_name
                check_passes_on_a_healthy_backend
                check_reports_an_unreachable_backend
                outage_leaves_source_usable
            }
            secrecy {
                value_never_in_errors_logs_debug
                credential_never_in_errors_logs_debug
                redirect_never_carries_the_token
            }
            write {
                put_then_get
                shorter_put_leaves_no_tail
                put_keeps_trailing_newlines
                failed_put_keeps_old_value
                put_is_idempotent_with_token
                conflict_is_reported
                conflicting_put_changes_nothing
                expectation_that_holds_is_written
                put_to_a_version_is_refused
                delete_then_absent
                deleting_the_absent_is_not_found
                conflicting_delete_changes_nothing
            }
            version {
                old_version_is_readable
                unknown_version_is_an_error
                revision_is_stable_while_nothing_moves
                revision_moves_with_the_value
                revision_of_the_absent_is_not_found
                pending_is_not_current
                current_label_moves_atomically
                promotion_from_another_version_is_a_conflict
            }
            concurrency {
                parallel_gets_agree
                cancelled_get_leaves_source_usable
            }
            time {
                timeout_is_honoured
                expiry_is_reported
            }
        }
    };
}

/// The second half of [`conformance!`]: a module of tests for each subject.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($harness:expr; $($subject:ident { $($law:ident)+ })+) => {
        #[cfg(test)]
        fn harness_under_test() -> impl $crate::Harness {
            $harness
        }

        $(
            mod $subject {
                $(
                    #[test]
                    fn $law() {
                        $crate::hold(
                            concat!(stringify!($subject), "::", stringify!($law)),
                            super::harness_under_test,
                        );
                    }
                )+
            }
        )+

        #[test]
        fn every_case_is_instantiated() {
            $crate::instantiated(&[
                $($(concat!(stringify!($subject), "::", stringify!($law)),)+)+
            ]);
        }
    };
}
