//! What the program shows, masked, on our own screen.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use tokio::sync::oneshot;

use super::super::outlet::{Carried, Outlet, ready};

/// After the program's end the terminal ends when nothing has come for so long: what it left running may hold it.
const QUIET: Duration = Duration::from_millis(100);

/// How long, and how much, we listen to what was left running.
const LAST_WAIT: Duration = Duration::from_secs(1);
const LAST_BYTES: usize = 1 << 20;

/// How many reads, of 4 KiB each, show what a stopped program has written.
const FLUSHED: usize = 256;

const FLUSH: u8 = b'f';
const END: u8 = b'e';

/// The thread that shows.
pub(super) struct Relay {
    orders: PipeWriter,
    flushed: Receiver<()>,
    done: oneshot::Receiver<io::Result<()>>,
}

impl Relay {
    /// Begins; `broken` is called when our screen takes nothing any more. The terminal is let go before.
    pub(super) fn new(
        from: &Arc<OwnedFd>,
        outlet: Outlet,
        broken: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (orders_in, orders) = io::pipe()?;
        let (flush, flushed) = channel();
        let (finish, done) = oneshot::channel();
        let mut showing =
            Showing { from: Arc::clone(from), outlet, orders: orders_in, flushed: flush, last: None };
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || {
            // However the thread ends, a panic included.
            let broken = OnDrop(Some(broken));
            let result = showing.show();
            let Showing { from, outlet, .. } = showing;
            drop(from);
            let result = result.and_then(|()| outlet.finish());
            if result.is_ok() {
                broken.forget();
            }
            // Nobody waits for it any more when we end.
            let _ = finish.send(result);
        })?;
        Ok(Self { orders, flushed, done })
    }

    /// Waits a moment until what the program has shown so far is on our screen.
    pub(super) fn flush(&mut self) {
        // An answer that came too late is no answer to this.
        self.flushed.try_iter().for_each(drop);
        if self.orders.write_all(&[FLUSH]).is_ok() {
            let _ = self.flushed.recv_timeout(QUIET);
        }
    }

    /// Shows what is there, and then lets the terminal go.
    pub(super) fn close(&mut self) {
        let _ = self.orders.write_all(&[END]);
    }

    /// Waits for the rest, after the program has ended.
    pub(super) async fn end(&mut self) -> io::Result<()> {
        self.close();
        (&mut self.done).await.unwrap_or_else(|_| Err(io::Error::other("the masking has ended")))
    }
}

/// Something to do at the end of a scope, unless it is forgotten.
struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    fn forget(mut self) {
        self.0 = None;
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(act) = self.0.take() {
            act();
        }
    }
}

struct Showing {
    from: Arc<OwnedFd>,
    outlet: Outlet,
    orders: PipeReader,
    flushed: Sender<()>,
    last: Option<Last>,
}

/// The time after the program's end.
#[derive(Default)]
struct Last {
    waited: Duration,
    bytes: usize,
}

impl Last {
    fn is_over(&self) -> bool {
        self.waited >= LAST_WAIT || self.bytes >= LAST_BYTES
    }
}

impl Showing {
    fn show(&mut self) -> io::Result<()> {
        loop {
            let patience = match (&self.last, self.outlet.patience()) {
                (Some(_), patience) => Some(patience.unwrap_or(QUIET).min(QUIET)),
                (None, patience) => patience,
            };
            let begun = Instant::now();
            let mut ends = [PollFd::new(&self.from, PollFlags::IN), PollFd::new(&self.orders, PollFlags::IN)];
            let count = ready(&mut ends, patience)?;
            let [from, orders] = ends.map(|end| !end.revents().is_empty());
            if let Some(last) = &mut self.last {
                last.waited += begun.elapsed();
                if last.is_over() || count == 0 && begun.elapsed() >= QUIET {
                    return Ok(());
                }
            }
            if from && self.carry()? == Carried::End {
                return Ok(());
            }
            self.outlet.pause_if_due()?;
            if orders {
                self.obey()?;
            }
        }
    }

    fn carry(&mut self) -> io::Result<Carried> {
        let carried = self.outlet.carry(&*self.from)?;
        if let (Some(last), Carried::Bytes(count)) = (&mut self.last, carried) {
            last.bytes += count;
        }
        Ok(carried)
    }

    fn obey(&mut self) -> io::Result<()> {
        let mut order = [0];
        match self.orders.read(&mut order) {
            Ok(1) if order == [FLUSH] => {
                // What was left running may never pause.
                for _ in 0..FLUSHED {
                    if !matches!(self.carry()?, Carried::Bytes(_)) {
                        break;
                    }
                }
                let _ = self.flushed.send(());
            }
            // The end is ordered, or nobody is there to order it.
            _ => self.last = Some(self.last.take().unwrap_or_default()),
        }
        Ok(())
    }
}
