using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Answers <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionEndpoint(RequestAdmission admission, ModelLookup models, GenerationSubmitter submitter, ApiOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        ChatCompletionRequest request;
        ServedModel model;
        EncodedChat chat;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            // The body's memory goes back before the first token: an answer may take long.
            request = ChatCompletionReader.Read(body.Fields);
            model = models.Find(request.Model, caller.Grant);
            chat = ChatPromptEncoder.Encode(model, request);
        }
        caller = ServiceTiers.Apply(caller, request.ServiceTier);
        request = chat.Complete(request);
        AnswerHead head = AnswerHead.New("chatcmpl-", model.Name) with { ServiceTier = ServiceTiers.Used(caller, request.ServiceTier) };
        GenerationSet set = submitter.Submit(context, model, caller, head.Id, [chat.Tokens], "messages", request);
        await (request.Stream
            ? AnswerStream.RunAsync(context, set, sse => WriterFor(sse, head, request, model, set.PromptTokens, chat.Reading), options.KeepAliveInterval)
            : AnswerAsync(context, set, head, request, model, chat.Reading));
    }

    private static ChatChunkWriter WriterFor(SseWriter sse, AnswerHead head, ChatCompletionRequest request, ServedModel model, int promptTokens, ReadingPlan reading) =>
        reading.IsPlain
            ? new ChatChunkWriter(sse, head, request, model.Tokenizer, promptTokens)
            : new PartsChunkWriter(sse, head, request, model.Tokenizer, promptTokens, reading);

    private static async Task AnswerAsync(
        HttpContext context, GenerationSet set, AnswerHead head, ChatCompletionRequest request, ServedModel model, ReadingPlan reading)
    {
        AnswerMessage[] messages = [.. set.Items.Select(_ => new AnswerMessage())];
        AnswerReader[] readers = Array.ConvertAll(messages, reading.CreateReader);
        CollectedAnswer[] answers = await CollectedAnswer.CollectAsync(context, set, readers);
        ChatChoice[] choices = [.. answers.Select((answer, index) => ToChoice(answer, messages[index], index, request, model))];
        Usage usage = set.Usage with { CompletionTokensDetails = new CompletionTokensDetails(readers.Sum(reader => (long)reader.ReasoningTokens)) };
        ChatCompletionResponse response = new(head.Id, head.Created, head.Model, choices, usage) { ServiceTier = head.ServiceTier };
        await ApiJson.WriteAsync(context, response, ApiJson.Context.ChatCompletionResponse);
    }

    private static ChatChoice ToChoice(CollectedAnswer answer, AnswerMessage message, int index, ChatCompletionRequest request, ServedModel model) => new(
        index,
        AssistantMessage.Of(message),
        request.Logprobs ? ChatLogprobs.Of(model.Tokenizer, answer.Tokens, answer.Alternatives) : null,
        FinishReasons.Name(answer.Outcome.Reason, message.Calls.Count > 0));
}
