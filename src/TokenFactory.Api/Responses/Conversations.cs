using System.Text.Json;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Api.Responses;

/// <summary>Reads what earlier responses said, for requests that go on from them.</summary>
internal sealed class Conversations(ResponseBook book, ApiOptions options)
{
    /// <summary>Most responses of a conversation; a longer one has to be sent as input.</summary>
    private const int MostResponses = 1000;

    /// <summary>
    /// Most characters of one kept response, as a multiple of what a request may have: a row is parsed whole, its tools and log probabilities too,
    /// of which nothing is sent on.
    /// </summary>
    private const int MostBodiesEach = 4;

    /// <summary>All items of a conversation up to and with a response, the oldest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="lastId">Its last response; null: there is none, and nothing to read.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ApiException">A response of it is not there, or has not ended.</exception>
    public async Task<List<ResponseItem>> ReadAsync(Guid tenant, string? lastId, CancellationToken cancellation)
    {
        List<IReadOnlyList<ResponseItem>> newestFirst = [];
        long length = 0;
        for (string? id = lastId; id is not null;)
        {
            StoredResponse response = await book.FindAsync(tenant, id, cancellation) ?? throw Missing(id, isLast: id == lastId);
            if (response.IsOpen)
            {
                throw Refuse($"{id} has not ended. Wait until it has, or cancel it.", "response_in_progress");
            }
            if (newestFirst.Count == 2 * MostResponses)
            {
                throw Refuse($"The conversation has more than {MostResponses} responses. Send what still matters of it as input.", "conversation_too_long");
            }
            if (response.Length > MostBodiesEach * options.MaxBodyBytes)
            {
                throw Refuse($"{id} is too long to go on from: with its tools and log probabilities it has {response.Length} characters. Send what still matters of it as input.", "conversation_too_long");
            }
            IReadOnlyList<ResponseItem> output = BodyOf(response).Output;
            IReadOnlyList<ResponseItem> input = InputOf(response);
            // What is sent on is in memory whole, and bodies have a bound for the same reason.
            length += output.Sum(item => item.Length) + input.Sum(item => item.Length);
            if (length > options.MaxBodyBytes)
            {
                throw Refuse($"The conversation is longer than the {options.MaxBodyBytes} bytes that a request may have. Send what still matters of it as input.", "conversation_too_long");
            }
            newestFirst.Add(output);
            newestFirst.Add(input);
            id = response.PreviousId;
        }
        newestFirst.Reverse();
        return [.. newestFirst.SelectMany(items => items)];
    }

    /// <summary>Puts the items in the place of the references to them.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="items">Items, references among them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ApiException">There is no such item.</exception>
    public async Task ResolveAsync(Guid tenant, ResponseItem[] items, CancellationToken cancellation)
    {
        // References to one response mostly stand together; it is read and taken apart once for them.
        StoredResponse? last = null;
        ResponseItem[] known = [];
        long length = 0;
        HashSet<string> resolved = [];
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Type == ResponseItem.Reference)
            {
                string id = items[i].Id;
                if (!resolved.Add(id))
                {
                    throw ApiException.Invalid($"input refers to the item {AdminPaths.Shown(id)} twice. Refer to it once.", "input", "duplicate_item");
                }
                string? responseId = ItemIds.ResponseOf(id);
                if (responseId is not null && last?.Id != responseId)
                {
                    last = await book.FindAsync(tenant, responseId, cancellation);
                    known = last is null ? [] : [.. InputOf(last), .. BodyOf(last).Output];
                    length += last?.Length ?? 0;
                }
                // A short reference may stand for much; what all of them are read from is bounded as a body is.
                if (length > options.MaxBodyBytes)
                {
                    throw ApiException.Invalid(
                        $"What input refers to is longer than the {options.MaxBodyBytes} bytes that a request may have. Send what still matters of it.", "input", "conversation_too_long");
                }
                items[i] = (last?.Id == responseId ? Array.Find(known, item => item.Id == id) : null)
                    ?? throw ApiException.Invalid($"There is no item {AdminPaths.Shown(id)}. Send the item itself.", "input", "item_not_found");
            }
        }
    }

    public static ResponseObject BodyOf(StoredResponse response) => JsonSerializer.Deserialize(response.Body, ApiJson.Context.ResponseObject)!;

    public static IReadOnlyList<ResponseItem> InputOf(StoredResponse response) => JsonSerializer.Deserialize(response.Input, ApiJson.Context.IReadOnlyListResponseItem)!;

    private static ApiException Missing(string id, bool isLast) => Refuse(
        isLast
            ? $"There is no response {AdminPaths.Shown(id)}."
            : $"The conversation is not whole: its response {AdminPaths.Shown(id)} was deleted or has expired. Send what still matters of it as input.",
        "previous_response_not_found");

    private static ApiException Refuse(string message, string code) => ApiException.Invalid(message, "previous_response_id", code);
}
