//! Where connections come in: listening, or holding the port without listening, which the system refuses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::counts::Counts;
use super::relay::{Line, relay};
use super::{Fault, Order};

const BACKLOG: u32 = 1024;

/// A port that is ours all the time.
pub(super) struct Door {
    address: SocketAddr,
    state: State,
}

enum State {
    Open(TcpListener),
    /// Bound, so that nobody else gets the port, and not listening.
    Shut(TcpSocket),
    /// Between the two; no port is held.
    Changing,
}

impl Door {
    pub(super) fn open() -> io::Result<Self> {
        let listener = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.listen(BACKLOG)?;
        Ok(Self { address: listener.local_addr()?, state: State::Open(listener) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    fn set_open(&mut self, is_open: bool) -> io::Result<()> {
        // The old socket is closed before the new one is bound, so it is taken out first.
        self.state = match (std::mem::replace(&mut self.state, State::Changing), is_open) {
            (State::Shut(socket), true) => State::Open(socket.listen(BACKLOG)?),
            (State::Changing, true) => State::Open(bound(self.address)?.listen(BACKLOG)?),
            (State::Open(listener), false) => {
                drop(listener);
                State::Shut(bound(self.address)?)
            }
            (State::Changing, false) => State::Shut(bound(self.address)?),
            (as_it_is, _) => as_it_is,
        };
        Ok(())
    }

    /// Waits for the next connection; for ever while nobody listens.
    async fn accept(&self) -> TcpStream {
        loop {
            let State::Open(listener) = &self.state else { return std::future::pending().await };
            // A client that gave up before it was taken is no reason to end.
            if let Ok((client, _)) = listener.accept().await {
                return client;
            }
        }
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that were open a moment ago would keep the port from us.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Takes connections and orders until the proxy is dropped; connections end with this future.
pub(super) async fn keep(
    mut door: Door,
    server: SocketAddr,
    counts: Arc<Counts>,
    mut orders: mpsc::Receiver<Order>,
) {
    let (switch, faults) = watch::channel(Fault::None);
    let line = Line { server, counts, faults };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => {
                let Some((fault, done)) = order else { return };
                // Those whom the system has taken already came before the order, and count.
                while let Some(client) = door.accept().now_or_never() {
                    take(client, &line, &mut connections);
                }
                door.set_open(fault != Fault::Refuse).expect("the port is ours, so that it can be bound again");
                switch.send_replace(fault);
                // Nobody may wait for the answer any more.
                let _ = done.send(());
            }
            client = door.accept() => take(client, &line, &mut connections),
            Some(_) = connections.join_next() => {}
        }
    }
}

fn take(client: TcpStream, line: &Line, connections: &mut JoinSet<()>) {
    line.counts.add_connection();
    connections.spawn(relay(client, line.clone()));
}
