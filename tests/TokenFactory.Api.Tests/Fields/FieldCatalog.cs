namespace TokenFactory.Api.Tests.Fields;

/// <summary>What becomes of a field.</summary>
internal enum Treatment
{
    /// <summary>It does what the protocol says.</summary>
    Honoured,

    /// <summary>It is checked and changes nothing.</summary>
    Accepted,

    /// <summary>It is answered with 400 and its name, save where its value asks for nothing.</summary>
    Refused,
}

/// <summary>A field of a request.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Treatment">What becomes of it.</param>
/// <param name="Note">How, or why.</param>
/// <param name="Sample">A value that asks for something, as JSON; other fields that it needs follow it.</param>
internal sealed record FieldEntry(string Name, Treatment Treatment, string Note, string Sample);

/// <summary>What becomes of every field: the table of <c>docs/api.md</c>, and what the server is held to.</summary>
internal static class FieldCatalog
{
    private const string Tool = """[{"type":"function","function":{"name":"get_weather"}}]""";

    /// <summary>Stands in a sample for the id of a response that is kept.</summary>
    public const string Previous = "resp_previous";

    private static readonly FieldEntry[] Common =
    [
        new("model", Treatment.Honoured, "may be left out where one model serves", "\"hash\""),
        new("frequency_penalty", Treatment.Honoured, "-2 to 2", "0.5"),
        new("presence_penalty", Treatment.Honoured, "-2 to 2", "0.5"),
        new("temperature", Treatment.Honoured, "0 to 2; absent: the model's own default", "0.7"),
        new("top_p", Treatment.Honoured, "above 0, at most 1; absent: the model's own default", "0.9"),
        new("n", Treatment.Honoured, "1 to 16", "2"),
        new("seed", Treatment.Honoured, "answer i uses seed + i", "7"),
        new("stop", Treatment.Honoured, "a string or up to 16", "[\"\\n\"]"),
        new("stream", Treatment.Honoured, "", "true"),
        new("stream_options", Treatment.Honoured, "`include_usage`; with it `continuous_usage_stats`, vLLM's: every chunk says what was sent by then", "{\"include_usage\":true,\"continuous_usage_stats\":true},\"stream\":true"),
        new("logit_bias", Treatment.Honoured, "at most 1024 tokens, -100 to 100", "{\"65\":5}"),
        new("max_tokens", Treatment.Honoured, "absent: as many as context and quota leave", "3"),
        new("user", Treatment.Accepted, "a name for the client's own books", "\"u\""),
    ];

    /// <summary>Of <c>POST /v1/chat/completions</c>.</summary>
    public static IReadOnlyList<FieldEntry> Chat { get; } =
    [
        new("messages", Treatment.Honoured, "text parts only; `tool_calls`, `tool` messages and `reasoning_content` reach the chat template", """[{"role":"user","content":"x"}]"""),
        .. Common,
        new("max_completion_tokens", Treatment.Honoured, "overrides `max_tokens`", "3"),
        new("logprobs", Treatment.Honoured, "of every token, marks of reasoning and calls among them", "true"),
        new("top_logprobs", Treatment.Honoured, "0 to 20", "2,\"logprobs\":true"),
        new("tools", Treatment.Honoured, "functions; custom tools are refused. `strict` holds calls to the schema, also those that the model makes by itself: text stays free, and a call that begins is of a tool that was sent, with its arguments. In the forms of later Mistral models and gpt-oss that is so only where `tool_choice` leaves one function; else `strict` is accepted there, and the model writes name and arguments as it will", Tool),
        new("tool_choice", Treatment.Honoured, "`none`: the model is not told of tools; `required` or a function: the call is opened in the prompt, so the answer is one call; a function that is named, or the only one, is the one that is called, with a JSON object, and with one of its schema where that is `strict`; of several, one of those that were sent, with a JSON object, or one of its schema where that is `strict` (save in the forms of later Mistral models and gpt-oss, where the model writes the call)", $"\"required\",\"tools\":{Tool}"),
        new("parallel_tool_calls", Treatment.Honoured, "false: calls after the first are left out", $"false,\"tools\":{Tool}"),
        new("reasoning_effort", Treatment.Honoured, "given to the chat template, which may know it; `none` also sets `enable_thinking` to false", "\"low\""),
        new("response_format", Treatment.Honoured, "not together with tools that may be called; open reasoning is closed first", "{\"type\":\"json_object\"}"),
        new("service_tier", Treatment.Honoured, "`priority`: the interactive lane, `flex`: batch, as far as the plan holds them; the answer says which; `scale` is refused", "\"flex\""),
        new("metadata", Treatment.Accepted, "at most 16 strings; kept nowhere", "{\"a\":\"b\"}"),
        new("safety_identifier", Treatment.Accepted, "a name for the client's own books", "\"u\""),
        new("prompt_cache_key", Treatment.Accepted, "prefixes are found by their content; `cache_salt` keeps them apart", "\"k\""),
        new("prompt_cache_retention", Treatment.Accepted, "prefixes stay while there is room", "\"24h\""),
        new("prompt_cache_options", Treatment.Accepted, "prefixes stay while there is room", "{}"),
        new("prediction", Treatment.Accepted, "a hint about speed; none of it is used, and usage says so", "{\"type\":\"content\",\"content\":\"x\"}"),
        new("store", Treatment.Refused, "answers are not kept; `false` is taken", "true"),
        new("modalities", Treatment.Refused, "text only; `[\"text\"]` is taken", "[\"text\",\"audio\"]"),
        new("audio", Treatment.Refused, "text only", "{\"voice\":\"alloy\",\"format\":\"wav\"}"),
        new("web_search_options", Treatment.Refused, "no search", "{}"),
        new("verbosity", Treatment.Refused, "no model here knows it; `medium` is taken", "\"low\""),
        new("moderation", Treatment.Refused, "no moderation", "{\"model\":\"x\"}"),
        new("functions", Treatment.Refused, "deprecated; send `tools`", "[{\"name\":\"f\"}]"),
        new("function_call", Treatment.Refused, "deprecated; send `tool_choice`", "\"auto\""),
    ];

    /// <summary>Of <c>POST /v1/completions</c>.</summary>
    public static IReadOnlyList<FieldEntry> Completions { get; } =
    [
        new("prompt", Treatment.Honoured, "a string, strings, token ids, or lists of token ids", "\"x\""),
        .. Common,
        new("logprobs", Treatment.Honoured, "0 to 20", "2"),
        new("echo", Treatment.Honoured, "not together with `logprobs`", "true"),
        new("best_of", Treatment.Refused, "no choosing among answers; the same as `n` is taken", "3"),
        new("suffix", Treatment.Refused, "no filling in; an empty one is taken", "\"end\""),
    ];

    /// <summary>Of <c>POST /v1/responses</c>.</summary>
    public static IReadOnlyList<FieldEntry> Responses { get; } =
    [
        new("input", Treatment.Honoured, "a string, or items: `message` (text parts), `reasoning`, `function_call`, `function_call_output`, `item_reference` to an item of a kept response; others are refused by name", "\"x\""),
        new("model", Treatment.Honoured, "may be left out where one model serves", "\"hash\""),
        new("instructions", Treatment.Honoured, "the system message, together with system and developer messages that the conversation begins with; not carried over", "\"i\""),
        new("previous_response_id", Treatment.Honoured, "the whole kept conversation comes before the input; up to 1000 responses", $"\"{Previous}\""),
        new("store", Treatment.Honoured, "true where absent: kept 30 days for its tenant, or until it is deleted", "true"),
        new("background", Treatment.Honoured, "needs `store`; with `stream` its events can be read again from any on, until five minutes after its end, or until newer ones (64 MiB of them) take their place; a server that ends before it leaves it `failed`", "true"),
        new("stream", Treatment.Honoured, "all events are numbered; no `[DONE]`", "true"),
        new("stream_options", Treatment.Accepted, "`include_obfuscation`: events are never padded", "{\"include_obfuscation\":true},\"stream\":true"),
        new("max_output_tokens", Treatment.Honoured, "absent: as many as context and quota leave; what ends an answer is `max_output_tokens`, and a quota is named in `usage.limit`", "3"),
        new("temperature", Treatment.Honoured, "0 to 2; absent: the model's own default", "0.7"),
        new("top_p", Treatment.Honoured, "above 0, at most 1; absent: the model's own default", "0.9"),
        new("top_logprobs", Treatment.Honoured, "0 to 20; needs `include` to hold `message.output_text.logprobs`", "2,\"include\":[\"message.output_text.logprobs\"]"),
        new("include", Treatment.Honoured, "`message.output_text.logprobs`: of the text's tokens, without marks; the others are of tools that are refused, or of reasoning, which is not hidden here", "[\"message.output_text.logprobs\"]"),
        new("tools", Treatment.Honoured, "functions, as in chat completions; `strict` among them; hosted tools are refused by name", "[{\"type\":\"function\",\"name\":\"get_weather\"}]"),
        new("tool_choice", Treatment.Honoured, "as in chat completions; `allowed_tools`: the model is told of no others", "\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\"}]"),
        new("parallel_tool_calls", Treatment.Honoured, "false: calls after the first are left out", "false,\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\"}]"),
        new("max_tool_calls", Treatment.Accepted, "counts calls of hosted tools, of which there are none", "3"),
        new("text", Treatment.Honoured, "`format` as `response_format` of chat completions; a `verbosity` other than `medium` is refused: no model here knows it", "{\"format\":{\"type\":\"json_object\"}}"),
        new("reasoning", Treatment.Honoured, "`effort` as `reasoning_effort` of chat completions; reasoning is given whole, so that any `summary` is taken and none is made; a `context` other than `auto` and a `mode` other than `standard` are refused", "{\"effort\":\"low\",\"summary\":\"auto\"}"),
        new("truncation", Treatment.Honoured, "`auto`: the oldest turns are left out where the conversation is longer than the context", "\"auto\""),
        new("service_tier", Treatment.Honoured, "as in chat completions", "\"flex\""),
        new("metadata", Treatment.Honoured, "at most 16 strings; kept with the response", "{\"a\":\"b\"}"),
        new("user", Treatment.Accepted, "a name for the client's own books", "\"u\""),
        new("safety_identifier", Treatment.Accepted, "a name for the client's own books", "\"u\""),
        new("prompt_cache_key", Treatment.Accepted, "prefixes are found by their content; `cache_salt` keeps them apart", "\"k\""),
        new("prompt_cache_retention", Treatment.Accepted, "prefixes stay while there is room", "\"24h\""),
        new("prompt_cache_options", Treatment.Accepted, "prefixes stay while there is room", "{}"),
        new("conversation", Treatment.Refused, "use `previous_response_id`", "\"conv_1\""),
        new("prompt", Treatment.Refused, "no prompts are kept", "{\"id\":\"p\"}"),
        new("context_management", Treatment.Refused, "nothing is summed up; an empty list is taken", "[{\"type\":\"compaction\"}]"),
        new("moderation", Treatment.Refused, "no moderation", "{\"model\":\"x\"}"),
    ];

    /// <summary>Of <c>POST /v1/embeddings</c>.</summary>
    public static IReadOnlyList<FieldEntry> Embeddings { get; } =
    [
        new("input", Treatment.Honoured, "a string, strings, token ids, or lists of token ids; at most 2048 texts, none empty, each within the model's context", "[\"x\",\"y\"]"),
        new("model", Treatment.Honoured, "may be left out where one model serves; one whose folder pools otherwise than by the last token is refused", "\"hash\""),
        new("encoding_format", Treatment.Honoured, "`float`, or `base64` of little-endian float32", "\"base64\""),
        new("dimensions", Treatment.Honoured, "1 to the model's width: the first so many numbers, scaled to length 1 again", "4"),
        new("user", Treatment.Accepted, "a name for the client's own books", "\"u\""),
    ];

    /// <summary>Of embeddings and in no specification of OpenAI's.</summary>
    public static IReadOnlyList<FieldEntry> EmbeddingsBeyond { get; } =
    [
        new("cache_salt", Treatment.Honoured, "prefixes are shared with those of the same salt only", "\"s\""),
        new("messages", Treatment.Refused, "send `input`", "[]"),
        new("add_special_tokens", Treatment.Refused, "texts get the tokens that the model wants; `true` is taken", "false"),
        new("normalize", Treatment.Refused, "vectors have length 1; `true` is taken", "false"),
        new("truncate_prompt_tokens", Treatment.Refused, "nothing is cut", "5"),
    ];

    /// <summary>Of chat completions and in no specification of OpenAI's.</summary>
    public static IReadOnlyList<FieldEntry> Beyond { get; } =
    [
        new("top_k", Treatment.Honoured, "0 or -1: all", "5"),
        new("min_p", Treatment.Honoured, "0 to 1", "0.1"),
        new("repetition_penalty", Treatment.Honoured, "1 is off", "1.1"),
        new("stop_token_ids", Treatment.Honoured, "up to 256", "[65]"),
        new("ignore_eos", Treatment.Honoured, "for measuring", "true"),
        new("cache_salt", Treatment.Honoured, "prefixes are shared with those of the same salt only", "\"s\""),
        new("add_generation_prompt", Treatment.Honoured, "", "true"),
        new("chat_template_kwargs", Treatment.Honoured, "further variables of the chat template, for instance `enable_thinking`", "{\"enable_thinking\":false}"),
        new("guided_json", Treatment.Honoured, "as `response_format`", "{}"),
        new("guided_regex", Treatment.Honoured, "as `response_format`", "\"[a-z]+\""),
        new("guided_choice", Treatment.Honoured, "as `response_format`", "[\"yes\",\"no\"]"),
        new("guided_grammar", Treatment.Honoured, "as `response_format`", "\"root ::= \\\"a\\\"\""),
        new("structured_outputs", Treatment.Honoured, "as `response_format`", "{\"json_object\":true}"),
        new("min_tokens", Treatment.Refused, "0 is taken", "3"),
        new("continue_final_message", Treatment.Refused, "`false` is taken", "true"),
        new("prompt_logprobs", Treatment.Refused, "prompts have none here", "1"),
    ];
}
