using System.Text.Json;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>
/// Fields of the protocol that this server knows and does not honour. Ignoring one would give an answer that the client did not ask
/// for, so it is refused by name, save where its value asks for nothing.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, Func<JsonElement, bool> AsksNothing)[] Everywhere =
    [
        ("logits_processors", IsEmpty),
        ("prompt_logprobs", IsFalse),
        ("use_beam_search", IsFalse),
        ("min_tokens", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int least) && least == 0),
        ("bad_words", IsEmpty),
        ("include_stop_str_in_output", IsFalse),
        ("skip_special_tokens", IsTrue),
        ("truncate_prompt_tokens", Never),
    ];

    private static readonly (string Name, Func<JsonElement, bool> AsksNothing)[] OfChat =
    [
        ("functions", IsEmpty),
        ("function_call", IsNone),
        ("modalities", value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText)),
        ("audio", Never),
        ("verbosity", value => value.ValueKind == JsonValueKind.String && value.ValueEquals("medium"u8)),
        ("store", IsFalse),
        ("moderation", Never),
        ("web_search_options", Never),
        ("documents", IsEmpty),
        ("continue_final_message", IsFalse),
    ];

    private static readonly (string Name, Func<JsonElement, bool> AsksNothing)[] OfResponses =
    [
        ("conversation", Never),
        ("prompt", Never),
        ("moderation", Never),
        ("context_management", IsEmpty),
    ];

    private static readonly (string Name, Func<JsonElement, bool> AsksNothing)[] OfCompletions =
    [
        ("suffix", value => value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8)),
    ];

    private static readonly (string Name, Func<JsonElement, bool> AsksNothing)[] OfEmbeddings =
    [
        ("messages", Never),
        ("add_special_tokens", IsTrue),
        ("normalize", IsTrue),
        ("truncate_prompt_tokens", Never),
    ];

    /// <summary>Refuses a chat completion that asks for what is not supported.</summary>
    public static void RefuseInChat(JsonFields fields)
    {
        Refuse(fields, OfChat);
        Refuse(fields, Everywhere);
    }

    /// <summary>Refuses a response that asks for what is not supported.</summary>
    public static void RefuseInResponses(JsonFields fields)
    {
        Refuse(fields, OfResponses);
        Refuse(fields, Everywhere);
    }

    /// <summary>Refuses a completion that asks for what is not supported.</summary>
    public static void RefuseInCompletions(JsonFields fields)
    {
        Refuse(fields, OfCompletions);
        Refuse(fields, Everywhere);
    }

    /// <summary>Refuses a request for embeddings that asks for what is not supported.</summary>
    public static void RefuseInEmbeddings(JsonFields fields) => Refuse(fields, OfEmbeddings);

    private static void Refuse(JsonFields fields, (string Name, Func<JsonElement, bool> AsksNothing)[] unsupported)
    {
        foreach ((string name, Func<JsonElement, bool> asksNothing) in unsupported)
        {
            if (fields.Find(name) is { } value && !asksNothing(value))
            {
                throw ApiException.Invalid($"{name} is not supported by this server. Leave it out.", name, "unsupported_parameter");
            }
        }
    }

    private static bool Never(JsonElement value) => false;

    private static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.True;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool IsNone(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("none"u8);

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("text"u8);
}
