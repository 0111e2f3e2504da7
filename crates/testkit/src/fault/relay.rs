//! One connection, and what the fault of the moment does to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::Fault;
use super::counts::Counts;
use super::pipe::{Pace, Pipe};

/// What a connection is made with.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) server: SocketAddr,
    pub(super) counts: Arc<Counts>,
    pub(super) faults: watch::Receiver<Fault>,
}

/// How a connection ends.
#[derive(Clone, Copy)]
enum End {
    Close,
    Reset,
}

const GARBAGE: &[u8] = b"\x00\xff\x13\x37 neither HTTP nor TLS \x80\x81\r\n\r\n";

/// Serves a client until its connection ends; under another fault it goes on with the bytes that are under way.
pub(super) async fn relay(mut client: TcpStream, mut line: Line) {
    let mut server = None;
    let (mut requests, mut replies) = (Pipe::new(), Pipe::new());
    let end = loop {
        let fault = line.faults.borrow_and_update().clone();
        let act = act(&fault, &mut client, &mut server, (&mut requests, &mut replies), &line);
        tokio::select! {
            biased;
            is_there = wait_for_change(line.faults.clone()) => if !is_there { return },
            end = act => break end,
        }
    };
    // Either fails only for a connection that is gone.
    match end {
        End::Close => drop(client.shutdown().await),
        End::Reset => drop(client.set_zero_linger()),
    }
}

/// Answers `false` when the proxy is gone.
async fn wait_for_change(mut faults: watch::Receiver<Fault>) -> bool {
    faults.changed().await.is_ok()
}

async fn act(
    fault: &Fault,
    client: &mut TcpStream,
    server: &mut Option<TcpStream>,
    pipes: (&mut Pipe, &mut Pipe),
    line: &Line,
) -> End {
    match fault {
        Fault::None => pass(client, server, pipes, line, Pace::default()).await,
        Fault::Latency(later) => {
            pass(client, server, pipes, line, Pace { pause: *later, ..Pace::default() }).await
        }
        Fault::Trickle { size, pause } => {
            pass(client, server, pipes, line, Pace { pause: *pause, size: *size, ..Pace::default() }).await
        }
        Fault::ResetAfter(bytes) => {
            pass(client, server, pipes, line, Pace { limit: Some(*bytes), ..Pace::default() }).await;
            End::Reset
        }
        Fault::CloseAfter(bytes) => {
            pass(client, server, pipes, line, Pace { limit: Some(*bytes), ..Pace::default() }).await;
            End::Close
        }
        Fault::Reset | Fault::Refuse => End::Reset,
        Fault::BlackHole => swallow(client).await,
        Fault::Garbage => say(client, GARBAGE).await,
        Fault::Scripted(bytes) => say(client, bytes).await,
    }
}

/// Passes both ways until the server has said all.
async fn pass(
    client: &mut TcpStream,
    server: &mut Option<TcpStream>,
    (requests, replies): (&mut Pipe, &mut Pipe),
    line: &Line,
    mut pace: Pace,
) -> End {
    if server.is_none() {
        *server = TcpStream::connect(line.server).await.ok();
    }
    let Some(server) = server else { return End::Reset };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let both =
        both_ways((from_client, to_server), (from_server, to_client), requests, replies, line, &mut pace);
    if both.await { End::Close } else { End::Reset }
}

/// Tells whether the replies ended as they should.
async fn both_ways<'a>(
    (mut from_client, mut to_server): (ReadHalf<'a>, WriteHalf<'a>),
    (mut from_server, mut to_client): (ReadHalf<'a>, WriteHalf<'a>),
    requests: &mut Pipe,
    replies: &mut Pipe,
    line: &Line,
    pace: &mut Pace,
) -> bool {
    let mut at_once = Pace::default();
    let asking = async {
        // A client that has said all may still be waiting for its answer.
        let passed =
            requests.pass(&mut from_client, &mut to_server, &mut at_once, |n| line.counts.add_to_server(n));
        if passed.await.is_ok() {
            drop(to_server.shutdown().await);
        }
        std::future::pending::<bool>().await
    };
    let answering = replies.pass(&mut from_server, &mut to_client, pace, |n| line.counts.add_to_client(n));
    tokio::select! {
        never = asking => never,
        answered = answering => answered.is_ok(),
    }
}

/// Reads what comes and answers nothing; ends when the client does.
async fn swallow(client: &mut TcpStream) -> End {
    let mut buffer = [0; 4096];
    while client.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    End::Close
}

/// Answers the first thing that the client says, and closes.
async fn say(client: &mut TcpStream, answer: &[u8]) -> End {
    let mut buffer = [0; 4096];
    if client.read(&mut buffer).await.is_ok_and(|count| count > 0) && client.write_all(answer).await.is_ok() {
        drop(client.shutdown().await);
        // Closed with something unread, the system would reset the connection, and the answer might be lost.
        drop(tokio::time::timeout(Duration::from_secs(1), swallow(client)).await);
    }
    End::Close
}
