//! One value of each type in a process.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::OnceCell;

type Cells = Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>;

static CELLS: LazyLock<Cells> = LazyLock::new(Cells::default);

/// Returns the value of type `T`, which the first caller makes; those who come meanwhile wait for it.
pub(super) async fn once<T, E, F>(make: impl FnOnce() -> F) -> Result<Arc<T>, E>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, E>>,
{
    let cell = cell::<T>();
    cell.get_or_try_init(|| async { make().await.map(Arc::new) }).await.cloned()
}

fn cell<T: Send + Sync + 'static>() -> Arc<OnceCell<Arc<T>>> {
    let mut cells = CELLS.lock().unwrap_or_else(PoisonError::into_inner);
    let cell = cells.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(OnceCell::<Arc<T>>::new()));
    Arc::clone(cell).downcast().expect("a cell stands under the type that it holds")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_and_a_failure_is_not_kept() {
        struct Value;
        let calls = AtomicUsize::new(0);
        let make = |result: Result<Value, ()>| {
            calls.fetch_add(1, Ordering::Relaxed);
            async { result }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            assert!(once(|| make(Err(()))).await.is_err());
            let (first, second) = tokio::join!(once(|| make(Ok(Value))), once(|| make(Ok(Value))));
            assert!(Arc::ptr_eq(&first.expect("made"), &second.expect("shared")));
        });
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }
}
