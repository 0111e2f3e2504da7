//! Responses of a service behind the layer.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode, response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full, StreamBody};
use reticent_core::Secret;
use reticent_redact::tower::{MaskedBody, RedactResponseLayer};
use reticent_redact::{Redactor, Values};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::form::redactor;

type Frames = Vec<Result<Frame<Bytes>, String>>;

/// A body that yields these frames, one by one.
fn body(frames: Frames) -> impl Body<Data = Bytes, Error = String> {
    StreamBody::new(stream::iter(frames))
}

fn data(texts: &[&str]) -> Frames {
    texts.iter().map(|text| Ok(Frame::data(Bytes::copy_from_slice(text.as_bytes())))).collect()
}

fn head(headers: &[(&str, &str)]) -> response::Builder {
    let builder = Response::builder();
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value))
}

/// Asks a service that gives `response`, through the layer.
fn answer<B: Body>(request: Request<()>, response: Response<B>) -> Response<MaskedBody<B>> {
    answer_by(&redactor(), request, response)
}

fn answer_by<B: Body>(
    redactor: &Redactor,
    request: Request<()>,
    response: Response<B>,
) -> Response<MaskedBody<B>> {
    let response = RefCell::new(Some(response));
    let service = service_fn(|_: Request<()>| {
        let response = response.borrow_mut().take().expect("it is asked once");
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let answer = RedactResponseLayer::new(redactor).layer(service).oneshot(request);
    answer.now_or_never().expect("it waits for nothing").expect("it cannot fail")
}

/// Each frame as text: its data, its trailers, or its error.
fn frames<B: Body<Data = Bytes, Error = String>>(body: B) -> Vec<String> {
    let mut body = Box::pin(body);
    std::iter::from_fn(|| body.frame().now_or_never().expect("it waits for nothing"))
        .map(|frame| match frame.map(Frame::into_data) {
            Ok(Ok(data)) => String::from_utf8(data.to_vec()).expect("text"),
            Ok(Err(frame)) => format!("{:?}", frame.into_trailers().expect("the other kind")),
            Err(error) => format!("error: {error}"),
        })
        .collect()
}

fn through(headers: &[(&str, &str)], sent: Frames) -> Vec<String> {
    let response = head(headers).body(body(sent)).expect("a response");
    frames(answer(Request::new(()), response).into_body())
}

#[test]
fn bytes_that_are_no_part_of_a_value_go_at_once() {
    let sent = data(&["one ", "plum-", "Garden-42! ", "two pl", "um"]);
    assert_eq!(through(&[], sent), ["one ", "[REDACTED:TOKEN] ", "two ", "plum"]);
    assert_eq!(through(&[], data(&[])), Vec::<String>::new());
}

#[test]
fn json_is_masked_in_place_and_all_else_as_text() {
    let text = r#"{"a":"\u0070lum-Garden-42!","n":1}"#;
    for kind in ["application/json", "Application/Problem+JSON; charset=utf-8", "application/x-ndjson"] {
        let shown = through(&[("content-type", kind)], data(&[text])).concat();
        assert_eq!(shown, r#"{"a":"[REDACTED:TOKEN]","n":1}"#, "{kind}");
    }
    for kind in ["text/plain", "text/html; charset=utf-8", "application/octet-stream", "image/png", ""] {
        let shown = through(&[("content-type", kind)], data(&["x plum-Garden-42!"])).concat();
        assert_eq!(shown, "x [REDACTED:TOKEN]", "{kind}");
    }
}

#[test]
fn a_value_that_is_spread_over_events_is_masked() {
    let event = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let sent = [event("it is plum"), event("-Garden-42!"), event(" then")];
    let want = [event("it is [REDACTED:TOKEN]"), event(""), event(" then")];
    let shown = through(&[("content-type", "text/event-stream")], data(&sent.each_ref().map(String::as_str)));
    assert_eq!(shown.concat(), want.concat());
}

#[test]
fn a_masked_body_goes_where_the_body_within_goes() {
    fn is_shared<T: Send>(_: &T) -> bool {
        true
    }
    let body = answer(Request::new(()), Response::new(Full::<Bytes>::from("plum"))).into_body();
    assert!(is_shared(&body));
}

#[test]
fn what_is_held_back_goes_before_the_trailers() {
    let trailers = HeaderMap::from_iter([
        (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0")),
        (HeaderName::from_static("grpc-message"), HeaderValue::from_static("no plum-Garden-42!")),
    ]);
    let mut sent = data(&["a plum"]);
    sent.push(Ok(Frame::trailers(trailers)));
    let want = r#"{"grpc-status": "0", "grpc-message": "no [REDACTED:TOKEN]"}"#;
    assert_eq!(through(&[], sent), ["a ", "plum", want]);
}

#[test]
fn after_an_error_nothing_is_shown() {
    let mut sent = data(&["a plum"]);
    sent.extend([Err("broken".to_owned()), Ok(Frame::data(Bytes::from("-Garden-42!")))]);
    assert_eq!(through(&[], sent), ["a ", "error: broken"]);
}

#[test]
fn what_tells_about_the_bytes_before_is_left_out_and_values_in_headers_are_masked() {
    let headers = [
        ("content-type", "text/plain"),
        ("content-length", "15"),
        ("etag", "\"1\""),
        ("accept-ranges", "bytes"),
        ("content-digest", "sha-256=:x:"),
        ("x-debug", "plum-Garden-42!"),
        ("set-cookie", "id=abc; Path=/"),
        ("set-cookie", "token=plum-Garden-42!"),
    ];
    let response =
        head(&headers).status(201).body(Full::<Bytes>::from("plum-Garden-42!")).expect("a response");
    let answer = answer(Request::new(()), response);
    let mut shown: Vec<(&str, &str)> =
        answer.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect();
    shown.sort_unstable();
    let want = [
        ("content-type", "text/plain"),
        ("set-cookie", "id=abc; Path=/"),
        ("set-cookie", "token=[REDACTED:TOKEN]"),
        ("x-debug", "[REDACTED:TOKEN]"),
    ];
    assert_eq!((answer.status(), shown), (StatusCode::CREATED, want.to_vec()));
}

#[test]
fn a_sensitive_header_stays_sensitive() {
    let mut response = Response::new(Full::<Bytes>::default());
    let mut sensitive = HeaderValue::from_static("plum-Garden-42!");
    sensitive.set_sensitive(true);
    response.headers_mut().insert("x-a", sensitive);
    let answer = answer(Request::new(()), response);
    assert_eq!(answer.headers()["x-a"], "[REDACTED:TOKEN]");
    assert!(answer.headers()["x-a"].is_sensitive());
}

#[test]
fn a_mask_that_no_header_may_have_is_another() {
    let values: Values = [("WIDE", Secret::copy_of("ぷらむ庭".as_bytes()))].into_iter().collect();
    let wide: Vec<u8> = "ぷらむ庭".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut response = Response::new(Full::<Bytes>::default());
    response.headers_mut().insert("x-a", HeaderValue::from_bytes(&wide).expect("no controls"));
    let answer = answer_by(&Redactor::new(&values), Request::new(()), response);
    assert_eq!(answer.headers()["x-a"], "[REDACTED:header]");
}

#[test]
fn what_cannot_be_masked_is_refused_without_its_content() {
    let refused = |request: Request<()>, response: response::Builder, reason: &str| {
        let response = response.header("x-debug", "1").body(Full::<Bytes>::from("raw")).expect("a response");
        let answer = answer(request, response);
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{reason}");
        assert_eq!(answer.headers().len(), 1, "{reason}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        let text = format!("the response cannot be masked: {reason}\n");
        assert_eq!(answer.body().size_hint().exact(), Some(text.len() as u64));
        let shown = answer.into_body().collect().now_or_never().expect("it waits for nothing");
        assert_eq!(shown.expect("it cannot fail").to_bytes(), text);
    };
    let request = || Request::new(());
    for encoding in ["gzip", "identity, br", "ZSTD"] {
        refused(request(), head(&[("content-encoding", encoding)]), "its body is encoded");
    }
    refused(request(), head(&[("transfer-encoding", "gzip, chunked")]), "its body is encoded");
    refused(request(), head(&[]).status(206), "it is a part of a body");
    refused(request(), head(&[]).status(101), "it leaves HTTP");
    let connect = Request::builder().method(Method::CONNECT).body(()).expect("a request");
    refused(connect, head(&[]), "it leaves HTTP");
}

#[test]
fn what_is_encoded_as_nothing_passes() {
    for headers in
        [[("content-encoding", "identity")], [("content-encoding", "")], [("transfer-encoding", "chunked")]]
    {
        assert_eq!(through(&headers, data(&["a"])), ["a"]);
    }
    let connect = Request::builder().method(Method::CONNECT).body(()).expect("a request");
    let refusal = head(&[]).status(403).body(body(data(&["no"]))).expect("a response");
    assert_eq!(answer(connect, refusal).status(), StatusCode::FORBIDDEN);
}

#[test]
fn the_service_is_asked_for_all_of_a_body_as_it_is() {
    let seen = Rc::new(RefCell::new(HeaderMap::new()));
    let service = service_fn(|request: Request<()>| {
        *seen.borrow_mut() = request.headers().clone();
        std::future::ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    });
    let request = Request::builder()
        .header("accept-encoding", "gzip")
        .header("accept-encoding", "br")
        .header("range", "bytes=0-1")
        .header("if-range", "\"1\"")
        .header("accept", "*/*");
    let service = RedactResponseLayer::new(&redactor()).layer(service);
    let answer = service.oneshot(request.body(()).expect("a request")).now_or_never();
    assert!(matches!(answer, Some(Ok(_))));
    let mut want = HeaderMap::new();
    want.insert("accept", HeaderValue::from_static("*/*"));
    want.insert("accept-encoding", HeaderValue::from_static("identity"));
    assert_eq!(*seen.borrow(), want);
}

#[test]
fn the_length_of_a_body_is_told_when_nothing_is_left_of_it() {
    let empty = answer(Request::new(()), Response::new(Full::<Bytes>::default())).into_body();
    assert_eq!((empty.is_end_stream(), empty.size_hint().exact()), (true, Some(0)));
    let mut body = answer(Request::new(()), Response::new(Full::<Bytes>::from("plum"))).into_body();
    assert_eq!((body.is_end_stream(), body.size_hint().exact()), (false, None));
    let frame = body.frame().now_or_never().expect("it waits for nothing").expect("a frame");
    assert_eq!(frame.expect("it cannot fail").into_data().ok(), Some(Bytes::from("plum")));
    assert_eq!((body.is_end_stream(), body.size_hint().exact()), (true, Some(0)));
}
