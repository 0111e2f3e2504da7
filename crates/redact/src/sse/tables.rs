//! Where the events of language models have their text, and what ends it, as data.

/// What the text of a channel is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// Fragments of JSON, such as the arguments of a call.
    Json,
    /// JSON if the event's type says so.
    ByType,
}

/// The texts that come in pieces: the path, in which `[]` is any item, and the form.
pub(super) const DELTAS: &[(&str, Form)] = &[
    // OpenAI chat completions, and who follows them.
    ("choices[].delta.content", Form::Text),
    ("choices[].delta.refusal", Form::Text),
    ("choices[].delta.reasoning", Form::Text),
    ("choices[].delta.reasoning_content", Form::Text),
    ("choices[].delta.function_call.arguments", Form::Json),
    ("choices[].delta.tool_calls[].function.arguments", Form::Json),
    ("choices[].delta.tool_calls[].custom.input", Form::Text),
    // OpenAI completions.
    ("choices[].text", Form::Text),
    // OpenAI responses, and the streams of AI SDK.
    ("delta", Form::ByType),
    ("inputTextDelta", Form::Json),
    // Anthropic messages.
    ("delta.text", Form::Text),
    ("delta.thinking", Form::Text),
    ("delta.partial_json", Form::Json),
    ("completion", Form::Text),
    // Gemini.
    ("candidates[].content.parts[].text", Form::Text),
    // Cohere.
    ("delta.message.content.text", Form::Text),
    ("delta.message.content.thinking", Form::Text),
    ("delta.message.tool_plan", Form::Text),
    ("delta.message.tool_calls.function.arguments", Form::Json),
    // Local servers: llama.cpp, Ollama, text generation inference.
    ("content", Form::Text),
    ("response", Form::Text),
    ("message.content", Form::Text),
    ("token.text", Form::Text),
    // A string alone.
    ("", Form::Text),
];

/// The members that tell channels apart, wherever they stand beside a piece or around it.
pub(super) const NAMES: &[&str] =
    &["index", "item_id", "output_index", "content_index", "summary_index", "toolCallId"];

/// The same for pieces at the root whose event has a type, since there the type and an id do.
pub(super) const NAMES_AT_ROOT: &[&str] = &["type", "id"];

/// A type that holds one of these words has fragments of JSON.
pub(super) const TYPES_OF_JSON: &[&str] = &["arguments", "input"];

/// What is ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The channels in the object that says so.
    Inside,
    /// The channels that have the same names as the event.
    Named,
    All,
}

/// Members whose presence, as a string, ends channels.
pub(super) const ENDS: &[(&str, Scope)] = &[
    ("choices[].finish_reason", Scope::Inside),
    ("candidates[].finishReason", Scope::Inside),
    ("delta.stop_reason", Scope::All),
    ("delta.finish_reason", Scope::All),
];

/// Beginnings and ends of types that end channels.
pub(super) const TYPES_THAT_END: &[(&str, &str, Scope)] = &[
    ("content_block_stop", "", Scope::Named),
    ("content-end", "", Scope::Named),
    ("tool-call-end", "", Scope::Named),
    ("response.", ".done", Scope::Named),
    ("text-end", "", Scope::Named),
    ("message_stop", "", Scope::All),
    ("message-end", "", Scope::All),
    ("response.completed", "", Scope::All),
    ("response.incomplete", "", Scope::All),
    ("response.failed", "", Scope::All),
];

/// The data that ends all channels.
pub(super) const LAST: &[u8] = b"[DONE]";
