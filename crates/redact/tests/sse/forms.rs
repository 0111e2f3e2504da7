//! Made-up streams in the form of each service: how it sends a piece of a channel's text, and how it ends it.

use serde_json::{Value, json};

/// How one service sends.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// The data of an event with a piece, which stands for `PIECE`.
    event: fn(usize) -> Value,
    /// The event that ends the channel.
    end: fn(usize) -> Value,
    /// Where the piece stands in the data.
    pub(crate) pointer: &'static str,
    pub(crate) is_json: bool,
}

pub(crate) const FORMS: [Form; 10] = [
    Form {
        name: "chat completions, content",
        event: |at| json!({"id": "c1", "choices": [{"delta": {"content": "PIECE"}, "index": at, "finish_reason": null}]}),
        end: |at| json!({"id": "c1", "choices": [{"index": at, "delta": {}, "finish_reason": "stop"}]}),
        pointer: "/choices/0/delta/content",
        is_json: false,
    },
    Form {
        name: "chat completions, arguments",
        event: |at| json!({"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "PIECE"}, "index": at}]}, "index": 0}]}),
        end: |_| json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
        pointer: "/choices/0/delta/tool_calls/0/function/arguments",
        is_json: true,
    },
    Form {
        name: "responses, text",
        event: |at| {
            json!({"type": "response.output_text.delta", "delta": "PIECE", "item_id": "m1", "output_index": 0,
                   "content_index": at, "sequence_number": 7})
        },
        end: |at| json!({"type": "response.output_text.done", "item_id": "m1", "output_index": 0, "content_index": at}),
        pointer: "/delta",
        is_json: false,
    },
    Form {
        name: "responses, arguments",
        event: |at| {
            json!({"type": "response.function_call_arguments.delta", "delta": "PIECE", "item_id": format!("f{at}"),
                   "output_index": at})
        },
        end: |at| json!({"type": "response.output_item.done", "output_index": at, "item": {"id": "x"}}),
        pointer: "/delta",
        is_json: true,
    },
    Form {
        name: "messages, text",
        event: |at| json!({"type": "content_block_delta", "index": at, "delta": {"type": "text_delta", "text": "PIECE"}}),
        end: |at| json!({"type": "content_block_stop", "index": at}),
        pointer: "/delta/text",
        is_json: false,
    },
    Form {
        name: "messages, thinking",
        event: |at| json!({"delta": {"thinking": "PIECE", "type": "thinking_delta"}, "index": at, "type": "content_block_delta"}),
        end: |_| json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
        pointer: "/delta/thinking",
        is_json: false,
    },
    Form {
        name: "messages, input",
        event: |at| {
            json!({"type": "content_block_delta", "index": at,
                   "delta": {"type": "input_json_delta", "partial_json": "PIECE"}})
        },
        end: |at| json!({"type": "content_block_stop", "index": at}),
        pointer: "/delta/partial_json",
        is_json: true,
    },
    Form {
        name: "Gemini",
        event: |at| json!({"candidates": [{"content": {"parts": [{"text": "PIECE"}], "role": "model"}, "index": at}]}),
        end: |at| json!({"candidates": [{"finishReason": "STOP", "index": at}], "usageMetadata": {"n": 1}}),
        pointer: "/candidates/0/content/parts/0/text",
        is_json: false,
    },
    Form {
        name: "Cohere",
        event: |at| json!({"type": "content-delta", "index": at, "delta": {"message": {"content": {"text": "PIECE"}}}}),
        end: |at| json!({"type": "content-end", "index": at}),
        pointer: "/delta/message/content/text",
        is_json: false,
    },
    Form {
        name: "AI SDK",
        event: |at| json!({"type": "text-delta", "id": format!("t{at}"), "delta": "PIECE"}),
        end: |at| json!({"type": "text-end", "id": format!("t{at}")}),
        pointer: "/delta",
        is_json: false,
    },
];

/// Writes a string of JSON; every `every`th character is an escape.
pub(crate) fn string(text: &str, every: usize) -> String {
    let mut written = String::from("\"");
    for (at, character) in text.chars().enumerate() {
        if at % every == every - 1 || character < ' ' || matches!(character, '"' | '\\') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                written.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            written.push(character);
        }
    }
    written.push('"');
    written
}

impl Form {
    /// An event with a piece of a channel.
    pub(crate) fn piece(&self, channel: usize, piece: &str, every: usize) -> String {
        let data = (self.event)(channel).to_string().replace("\"PIECE\"", &string(piece, every));
        format!("event: message\nid: {channel}\ndata: {data}\n\n")
    }

    pub(crate) fn end(&self, channel: usize) -> String {
        format!("data: {}\n\n", (self.end)(channel))
    }

    /// The piece of an event's data, taken out of it.
    pub(crate) fn take(&self, data: &mut Value) -> Option<String> {
        let piece = data.pointer_mut(self.pointer)?;
        let text = piece.as_str()?.to_owned();
        *piece = Value::Null;
        Some(text)
    }
}

/// The events of a stream: the lines that are no data, and the data.
pub(crate) fn events(stream: &str) -> Vec<(Vec<&str>, Option<Value>)> {
    let events = stream.split_terminator("\n\n");
    events
        .map(|event| {
            let (data, others): (Vec<&str>, Vec<&str>) =
                event.lines().partition(|line| line.starts_with("data: "));
            let data = data.iter().map(|line| &line["data: ".len()..]).collect::<Vec<_>>().join("\n");
            (others, serde_json::from_str(&data).ok())
        })
        .collect()
}
