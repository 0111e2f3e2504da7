//! The proxy that breaks connections: what each fault looks like to a client.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use reticent_testkit::fault::{Fault, FaultProxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] = b"0123456789";

/// A server that answers each line with ten bytes, and what stands before it.
async fn plant() -> FaultProxy {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let proxy = FaultProxy::start(listener.local_addr().expect("it is bound")).await.expect("a free port");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 64];
                while client.read(&mut buffer).await.is_ok_and(|count| count > 0) {
                    if client.write_all(ANSWER).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    proxy
}

/// Sends a line, and returns what came before the end, and how that was.
async fn ask(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut got = vec![0; 256];
    if let Err(error) = stream.write_all(b"hello\n").await {
        return (Vec::new(), Some(error.kind()));
    }
    let mut length = 0;
    while length < ANSWER.len() {
        match stream.read(&mut got[length..]).await {
            Ok(0) => return (got[..length].to_vec(), None),
            Ok(count) => length += count,
            Err(error) => return (got[..length].to_vec(), Some(error.kind())),
        }
    }
    (got[..length].to_vec(), None)
}

/// What a new connection meets under a fault, and what one that was open before does.
#[track_caller]
fn check(fault: Fault, want: (&[u8], Option<ErrorKind>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime of one thread").block_on(async {
        let proxy = plant().await;
        let mut old = TcpStream::connect(proxy.address()).await.expect("it listens");
        assert_eq!(ask(&mut old).await, (ANSWER.to_vec(), None));
        proxy.set(fault.clone()).await;
        let mut new = TcpStream::connect(proxy.address()).await.expect("it listens");
        let want = (want.0.to_vec(), want.1);
        assert_eq!(ask(&mut new).await, want, "new: {fault:?}");
        assert_eq!(ask(&mut old).await, want, "old: {fault:?}");
        proxy.set(Fault::None).await;
        let mut after = TcpStream::connect(proxy.address()).await.expect("it listens");
        assert_eq!(ask(&mut after).await, (ANSWER.to_vec(), None), "after: {fault:?}");
        assert_eq!(proxy.connections(), 3);
    });
}

#[test]
fn each_fault_breaks_new_connections_and_open_ones_and_is_over_when_it_is_over() {
    check(Fault::None, (ANSWER, None));
    check(Fault::Reset, (b"", Some(ErrorKind::ConnectionReset)));
    check(Fault::ResetAfter(4), (b"0123", Some(ErrorKind::ConnectionReset)));
    check(Fault::CloseAfter(4), (b"0123", None));
    check(Fault::CloseAfter(0), (b"", None));
    check(Fault::Scripted(b"no".to_vec()), (b"no", None));
}

#[tokio::test]
async fn garbage_is_neither_http_nor_tls() {
    let proxy = plant().await;
    proxy.set(Fault::Garbage).await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.unwrap();
    assert!(!got.starts_with(b"HTTP/") && got[0] != 0x16 && got.len() > 10, "{got:?}");
    assert_eq!(proxy.bytes_to_server(), 0);
}

#[tokio::test]
async fn nobody_listens_and_the_port_stays_ours() {
    let proxy = plant().await;
    let mut old = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(ask(&mut old).await.0, ANSWER);
    proxy.set(Fault::Refuse).await;
    let refused = TcpStream::connect(proxy.address()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(ask(&mut old).await.1, Some(ErrorKind::ConnectionReset));
    for _ in 0..20 {
        proxy.set(Fault::None).await;
        TcpStream::connect(proxy.address()).await.unwrap();
        proxy.set(Fault::Refuse).await;
        assert!(TcpStream::connect(proxy.address()).await.is_err());
    }
}

#[tokio::test]
async fn a_black_hole_takes_everything_and_lets_go_of_later_requests_alone() {
    let proxy = plant().await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    proxy.set(Fault::BlackHole).await;
    let silence = tokio::time::timeout(Duration::from_millis(50), ask(&mut stream)).await;
    assert!(silence.is_err(), "nothing may come");
    assert_eq!(proxy.bytes_to_server(), 0);
    proxy.set(Fault::None).await;
    assert_eq!(ask(&mut stream).await.0, ANSWER);
    assert_eq!((proxy.bytes_to_server(), proxy.bytes_to_client()), (6, 10));
}

#[tokio::test]
async fn latency_and_trickle_are_waited_for() {
    let proxy = plant().await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    for (fault, least) in [
        (Fault::Latency(Duration::from_millis(40)), Duration::from_millis(40)),
        (Fault::Trickle { size: 2, pause: Duration::from_millis(10) }, Duration::from_millis(50)),
    ] {
        proxy.set(fault.clone()).await;
        let started = Instant::now();
        assert_eq!(ask(&mut stream).await.0, ANSWER, "{fault:?}");
        assert!(started.elapsed() >= least, "{fault:?} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn no_byte_is_lost_when_a_fault_ends_while_bytes_are_under_way() {
    let proxy = plant().await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    proxy.set(Fault::Latency(Duration::from_secs(60))).await;
    stream.write_all(b"hello\n").await.unwrap();
    while proxy.bytes_to_server() == 0 {
        tokio::task::yield_now().await;
    }
    // The answer is in the proxy's hands by now, or comes after the switch: it must arrive either way.
    tokio::time::sleep(Duration::from_millis(20)).await;
    proxy.set(Fault::None).await;
    let mut got = [0; 10];
    stream.read_exact(&mut got).await.unwrap();
    assert_eq!(got, ANSWER);
}

#[tokio::test]
async fn a_server_that_is_down_resets_its_clients() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let proxy = FaultProxy::start(closed).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_dropped_proxy_closes_everything() {
    let proxy = plant().await;
    let address = proxy.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert_eq!(ask(&mut stream).await.0, ANSWER);
    drop(proxy);
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(address).await.is_err());
}
