//! What we, the monitor and the gate tell each other.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use rustix::io::{read, retry_on_intr, write};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{Pid, Signal};
use zeroize::Zeroizing;

use super::super::child::Ended;
use super::super::plan::Plan;

/// What the monitor tells us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// The gate stands, and leads this process group.
    Ready(Pid),
    /// The gate could not be started: a number of the system.
    NoGate(i32),
    Stopped(Signal),
    Ended(Ended),
}

/// Asks the monitor to give the terminal to the program, and to continue it.
pub(super) const TO_FRONT: u8 = b'f';

/// Makes two ends that keep messages apart, or that keep none apart.
pub(super) fn pair(kind: SocketType) -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None)?)
}

impl Report {
    pub(super) fn send(self, to: impl AsFd) -> io::Result<()> {
        let (kind, number) = match self {
            Self::Ready(pid) => (b'r', pid.as_raw_nonzero().get()),
            Self::NoGate(error) => (b'n', error),
            Self::Stopped(signal) => (b's', signal.as_raw()),
            Self::Ended(Ended::Code(code)) => (b'c', code),
            Self::Ended(Ended::Signal(signal)) => (b'k', signal),
        };
        let mut message = [kind; 5];
        message[1..].copy_from_slice(&number.to_ne_bytes());
        retry_on_intr(|| write(to.as_fd(), &message)).map(drop)?;
        Ok(())
    }

    /// Receives the next one; nothing when the monitor is gone.
    pub(super) fn receive(from: impl AsFd) -> Option<Self> {
        let mut message = [0; 5];
        let count = retry_on_intr(|| read(from.as_fd(), &mut message)).ok()?;
        let [kind, number @ ..] = message;
        let number = i32::from_ne_bytes(number);
        match kind {
            _ if count != message.len() => None,
            b'r' => Pid::from_raw(number).map(Self::Ready),
            b'n' => Some(Self::NoGate(number)),
            b's' => Signal::from_named_raw(number).map(Self::Stopped),
            b'c' => Some(Self::Ended(Ended::Code(number))),
            b'k' => Some(Self::Ended(Ended::Signal(number))),
            _ => None,
        }
    }
}

/// How many bytes say how many follow.
pub(super) const LENGTH: usize = size_of::<u64>();

/// Writes a plan as texts with their lengths: how many arguments, the program and these, then names and values.
pub(super) fn pack(plan: &Plan<'_>) -> Zeroizing<Vec<u8>> {
    let count = (plan.arguments.len() as u64 + 1).to_ne_bytes();
    let mut texts: Vec<&[u8]> = vec![&count, plan.program.as_bytes()];
    texts.extend(plan.arguments.iter().map(|argument| argument.as_bytes()));
    texts.extend(plan.environment.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_slice()]));
    // In one piece from the beginning, since a buffer that grows leaves copies behind.
    let length = texts.iter().map(|text| LENGTH + text.len()).sum();
    let mut packed = Zeroizing::new(Vec::with_capacity(length));
    for text in texts {
        packed.extend_from_slice(&(text.len() as u64).to_ne_bytes());
        packed.extend_from_slice(text);
    }
    packed
}

/// A plan as the gate gets it.
pub(super) struct Unpacked<'p> {
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) variables: Vec<(&'p OsStr, &'p OsStr)>,
}

/// Reads a plan; nothing when it was written by somebody else.
pub(super) fn unpack(packed: &[u8]) -> Option<Unpacked<'_>> {
    let mut rest = packed;
    let mut next = || {
        let (length, after) = rest.split_first_chunk::<LENGTH>()?;
        let (text, after) = after.split_at_checked(usize::try_from(u64::from_ne_bytes(*length)).ok()?)?;
        rest = after;
        Some(text)
    };
    let count = u64::from_ne_bytes(next()?.try_into().ok()?);
    let program = OsString::from_vec(next()?.to_vec());
    let arguments = (1..count).map(|_| Some(OsString::from_vec(next()?.to_vec()))).collect::<Option<_>>()?;
    let mut variables = Vec::new();
    while let Some(name) = next() {
        variables.push((OsStr::from_bytes(name), OsStr::from_bytes(next()?)));
    }
    Some(Unpacked { program, arguments, variables })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_plan_arrives_as_it_was_sent() {
        let arguments = ["".into(), OsString::from_vec(b"\xff \n".to_vec())];
        let value = Zeroizing::new(b"an\xffything".to_vec());
        let environment = BTreeMap::from([("A".into(), value), ("B".into(), Zeroizing::default())]);
        let plan = Plan { program: OsStr::new("sh"), arguments: &arguments, environment };
        let packed = pack(&plan);
        assert_eq!(packed.len(), packed.capacity(), "it never grew");
        let unpacked = unpack(&packed).expect("it is whole");
        assert_eq!(
            (unpacked.program.as_os_str(), unpacked.arguments.as_slice()),
            (plan.program, &arguments[..])
        );
        let want: Vec<_> = plan
            .environment
            .iter()
            .map(|(name, value)| (name.as_os_str(), OsStr::from_bytes(value)))
            .collect();
        assert_eq!(unpacked.variables, want);
        assert!(unpack(&packed[..packed.len() - 1]).is_none_or(|cut| cut.variables.len() < 2));
        assert!(unpack(b"").is_none());
    }

    #[test]
    fn a_report_arrives_as_it_was_sent() {
        let (here, there) = pair(SocketType::SEQPACKET).expect("a pair");
        let reports = [
            Report::Ready(Pid::INIT),
            Report::NoGate(2),
            Report::Stopped(Signal::TSTP),
            Report::Ended(Ended::Code(-1)),
            Report::Ended(Ended::Signal(9)),
        ];
        for report in reports {
            report.send(&there).expect("it is taken");
        }
        for report in reports {
            assert_eq!(Report::receive(&here), Some(report));
        }
        drop(there);
        assert_eq!(Report::receive(&here), None);
    }
}
