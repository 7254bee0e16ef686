using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Responses;

/// <summary>Takes a request from its body to the prompt, the conversation that it goes on with read from the database.</summary>
internal sealed class ResponsesPreparer(ModelLookup models, Conversations conversations, ApiOptions options)
{
    /// <exception cref="ApiException">A field is malformed or not supported, or what it names is not there.</exception>
    public async Task<PreparedResponse> PrepareAsync(HttpContext context, Caller caller)
    {
        // The body's memory goes back before the first token: an answer may take long.
        using JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes);
        ResponsesRequest request = ResponsesReader.Read(body.Fields);
        if (request.Background && caller.Acting is not null)
        {
            throw ApiException.Invalid("A line of a batch is in the background already. Leave background out.", "background");
        }
        ServedModel model = models.Find(body.Fields.Text("model"), caller.Grant);
        AnswerHead head = AnswerHead.New(ItemIds.Response, model.Name);
        ItemIds ids = new(head.Id);
        ResponseItem[] input = InputItems.Read(body.Fields, ids);
        Guid tenant = caller.Grant.Tenant.Id;
        await conversations.ResolveAsync(tenant, input, context.RequestAborted);
        List<ResponseItem> items = await conversations.ReadAsync(tenant, request.PreviousId, context.RequestAborted);
        items.AddRange(input);
        if (items.Count == 0)
        {
            throw ApiException.Invalid("input is missing or empty; it must be a string or an array of items.", "input");
        }
        (ChatCompletionRequest chat, EncodedChat encoded) = Encode(body.Fields, request, model, CollectionsMarshal.AsSpan(items));
        caller = ServiceTiers.Apply(caller, chat.ServiceTier);
        head = head with { ServiceTier = ServiceTiers.Used(caller, chat.ServiceTier ?? "auto") };
        (float, float) sampling = (chat.Temperature ?? model.Defaults.Temperature, chat.TopP ?? model.Defaults.TopP);
        return new PreparedResponse(caller, model, request, encoded.Complete(chat), encoded, input, ids, request.Begin(head, sampling));
    }

    /// <summary>Encodes the conversation; one that may be shortened and is too long, from the earliest turn from which on it fits.</summary>
    private static (ChatCompletionRequest Chat, EncodedChat Encoded) Encode(JsonFields fields, ResponsesRequest request, ServedModel model, ReadOnlySpan<ResponseItem> items)
    {
        (ChatCompletionRequest Chat, EncodedChat Encoded) best = EncodeAll(fields, request, model, items);
        if (!request.Truncates || Fits(best.Encoded, request, model))
        {
            return best;
        }
        List<int> turns = [];
        for (int i = 1; i < items.Length; i++)
        {
            if (items[i] is { Type: ResponseItem.Message, Role: "user" })
            {
                turns.Add(i);
            }
        }

        // Later turns make shorter prompts.
        for (int low = 0, high = turns.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (ChatCompletionRequest, EncodedChat Encoded) tried = EncodeAll(fields, request, model, items[turns[middle]..]);
            if (Fits(tried.Encoded, request, model))
            {
                best = tried;
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return best;
    }

    private static bool Fits(EncodedChat encoded, ResponsesRequest request, ServedModel model) =>
        encoded.Tokens.Length + Math.Min(request.MaxOutputTokens ?? 1, model.MaxContext / 2) <= model.MaxContext;

    private static (ChatCompletionRequest Chat, EncodedChat Encoded) EncodeAll(JsonFields fields, ResponsesRequest request, ServedModel model, ReadOnlySpan<ResponseItem> items)
    {
        // The translation is some levels deeper than the body, whose depth was checked.
        using JsonDocument translated = JsonDocument.Parse(
            ResponsesTranslator.ToChat(fields, request, items), new JsonDocumentOptions { MaxDepth = 2 * JsonText.MaxDepth });
        ChatCompletionRequest chat = ChatCompletionReader.Read(new JsonFields(translated.RootElement));
        return (chat, ChatPromptEncoder.Encode(model, chat));
    }
}
