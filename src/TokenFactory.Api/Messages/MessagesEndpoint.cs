using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Messages;

/// <summary>Answers <c>POST /v1/messages</c> and <c>POST /v1/messages/count_tokens</c> in Anthropic's protocol.</summary>
internal sealed class MessagesEndpoint(RequestAdmission admission, ModelLookup models, GenerationSubmitter submitter, ApiOptions options)
{
    /// <summary>Where Anthropic's clients read the request's id.</summary>
    private const string IdHeader = "request-id";

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers[IdHeader] = context.TraceIdentifier;
        Caller caller = admission.Identify(context);
        (ChatCompletionRequest request, ServedModel model, EncodedChat chat) = await ReadAsync(context, caller, needsMaxTokens: true);
        caller = ServiceTiers.Apply(caller, request.ServiceTier);
        request = chat.Complete(request);
        AnswerHead head = AnswerHead.New("msg_", model.Name);
        GenerationSet set = submitter.Submit(context, model, caller, head.Id, [chat.Tokens], "messages", request);
        await (request.Stream
            ? AnswerStream.RunAsync(
                context, set, sse => new MessagesEventWriter(sse, head, set.Items[0], context.TraceIdentifier, chat.Reading), options.KeepAliveInterval)
            : AnswerAsync(context, set, head, chat.Reading));
    }

    /// <summary>Counts a prompt's tokens and generates nothing.</summary>
    public async Task CountAsync(HttpContext context)
    {
        context.Response.Headers[IdHeader] = context.TraceIdentifier;
        Caller caller = admission.Identify(context);
        (_, _, EncodedChat chat) = await ReadAsync(context, caller, needsMaxTokens: false);
        await ApiJson.WriteAsync(context, new TokenCount(chat.Tokens.Length), ApiJson.Context.TokenCount);
    }

    private async Task<(ChatCompletionRequest Request, ServedModel Model, EncodedChat Chat)> ReadAsync(HttpContext context, Caller caller, bool needsMaxTokens)
    {
        using JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes);
        if (needsMaxTokens && body.Fields.Find("max_tokens") is null)
        {
            throw ApiException.Invalid("max_tokens is missing; say how many tokens the answer may have at most.", "max_tokens");
        }

        // The translation is some levels deeper than the body, whose depth was checked.
        using JsonDocument translated = JsonDocument.Parse(
            MessagesTranslator.ToChat(body.Fields), new JsonDocumentOptions { MaxDepth = 2 * JsonText.MaxDepth });
        ChatCompletionRequest request = ChatCompletionReader.Read(new JsonFields(translated.RootElement));
        ServedModel model = models.Find(request.Model, caller.Grant);
        return (request, model, ChatPromptEncoder.Encode(model, request));
    }

    private static async Task AnswerAsync(HttpContext context, GenerationSet set, AnswerHead head, ReadingPlan reading)
    {
        AnswerMessage message = new();
        CollectedAnswer answer = (await CollectedAnswer.CollectAsync(context, set, [reading.CreateReader(message)])).Single();
        MessagesResponse response = new(
            head.Id, head.Model, ContentBlock.ListOf(message), StopReasons.Name(answer.Outcome, message.Calls.Count > 0), answer.Outcome.StopString, MessagesUsage.Of(answer.Outcome));
        await ApiJson.WriteAsync(context, response, ApiJson.Context.MessagesResponse);
    }
}
