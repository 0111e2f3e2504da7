//! One start of the program: its monitor, and what that tells.

use std::io::{self, IoSlice, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::sync::Arc;

use rustix::cmsg_space;
use rustix::net::{
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, SocketType, sendmsg, shutdown,
};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::super::plan::Plan;
use super::monitor::Place;
use super::wire::{self, Report, TO_FRONT};

/// A program that was started and has not ended.
pub(super) struct Running {
    monitor: Child,
    control: Arc<OwnedFd>,
    reports: UnboundedReceiver<Report>,
    group: Pid,
    is_front: bool,
}

impl Running {
    /// Starts the program with these three ends; `terminal` is the one that it will be controlled by.
    ///
    /// # Errors
    /// Why the program could not be started, as an ordinary start would report it.
    pub(super) fn start(
        plan: &Plan<'_>,
        place: Place,
        terminal: &OwnedFd,
        ends: [BorrowedFd<'_>; 3],
    ) -> io::Result<Self> {
        let (control, monitors) = wire::pair(SocketType::SEQPACKET)?;
        let control = Arc::new(control);
        let (channel, gates) = wire::pair(SocketType::STREAM)?;
        let monitor = {
            let mut command = super::ourselves(super::MONITOR)?;
            command.arg(place.name()).stdin(Stdio::from(monitors)).stdout(Stdio::from(gates));
            command.stderr(Stdio::from(terminal.try_clone()?)).spawn()?
        };
        let mut started = Unready { monitor: Some(monitor), control: Arc::clone(&control) };
        let group = match Report::receive(&*control) {
            Some(Report::Ready(group)) => group,
            Some(Report::NoGate(number)) => return Err(io::Error::from_raw_os_error(number)),
            _ => return Err(io::Error::other("its terminal has no monitor")),
        };
        pass(channel, plan, ends)?;
        let reports = listen(&control)?;
        let monitor = started.monitor.take().expect("it was put there");
        Ok(Self { monitor, control, reports, group, is_front: place == Place::Front })
    }

    /// Receives what the monitor tells next; nothing when it is gone.
    pub(super) async fn report(&mut self) -> Option<Report> {
        self.reports.recv().await
    }

    pub(super) fn is_front(&self) -> bool {
        self.is_front
    }

    /// Gives the program its terminal, and continues it.
    pub(super) fn bring_to_front(&mut self) {
        self.is_front = rustix::io::write(&*self.control, &[TO_FRONT]).is_ok();
    }

    /// Sends a signal to the program's process group.
    pub(super) fn send(&self, signal: Signal) {
        // A program that has left its group is still what we started.
        let _ = kill_process_group(self.group, signal).or_else(|_| kill_process(self.group, signal));
    }

    /// Lets the monitor end, after it has told the end of the program.
    pub(super) fn release(mut self) {
        let _ = shutdown(&*self.control, Shutdown::Both);
        let _ = self.monitor.wait();
    }
}

/// A monitor that ends, and is waited for, when the start fails.
struct Unready {
    monitor: Option<Child>,
    control: Arc<OwnedFd>,
}

impl Drop for Unready {
    fn drop(&mut self) {
        if let Some(monitor) = &mut self.monitor {
            let _ = shutdown(&*self.control, Shutdown::Both);
            let _ = monitor.wait();
        }
    }
}

/// Hands the plan to the gate, and waits until that has become the program.
fn pass(channel: OwnedFd, plan: &Plan<'_>, ends: [BorrowedFd<'_>; 3]) -> io::Result<()> {
    let packed = wire::pack(plan);
    let length = (packed.len() as u64).to_ne_bytes();
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    if !rights.push(SendAncillaryMessage::ScmRights(&ends)) {
        return Err(io::Error::other("there is no room for three descriptors"));
    }
    let sent = sendmsg(&channel, &[IoSlice::new(&length)], &mut rights, SendFlags::NOSIGNAL);
    let mut channel = UnixStream::from(channel);
    let sent = sent.map_err(io::Error::from).and_then(|count| channel.write_all(&length[count..]));
    // A gate that was killed has an end like any other program, which the monitor tells.
    let _ = sent.and_then(|()| channel.write_all(&packed));
    let mut number = [0; size_of::<i32>()];
    match channel.read_exact(&mut number) {
        Ok(()) => Err(io::Error::from_raw_os_error(i32::from_ne_bytes(number))),
        Err(_) => Ok(()),
    }
}

fn listen(control: &Arc<OwnedFd>) -> io::Result<UnboundedReceiver<Report>> {
    let (sender, reports) = unbounded_channel();
    let control = Arc::clone(control);
    std::thread::Builder::new().name("reports".to_owned()).spawn(move || {
        while let Some(report) = Report::receive(&*control) {
            if sender.send(report).is_err() {
                break;
            }
        }
    })?;
    Ok(reports)
}
