using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
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
        int[] prompt;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            // The body's memory goes back before the first token: an answer may take long.
            request = ChatCompletionReader.Read(body.Fields);
            model = models.Find(request.Model, caller.Grant);
            prompt = ChatPromptEncoder.Encode(model, request);
        }
        AnswerHead head = AnswerHead.New("chatcmpl-", model.Name);
        GenerationSet set = submitter.Submit(context, model, caller, head.Id, [prompt], "messages", request);
        if (request.Stream)
        {
            await AnswerStream.RunAsync(context, set, sse => new ChatChunkWriter(sse, head, request, model.Tokenizer), options.KeepAliveInterval);
            return;
        }
        CollectedAnswer[] answers = await CollectedAnswer.CollectAsync(context, set);
        ChatCompletionResponse response = new(
            head.Id, head.Created, head.Model, [.. answers.Select((answer, index) => ToChoice(answer, index, request, model))], set.Usage);
        await ApiJson.WriteAsync(context, response, ApiJson.Context.ChatCompletionResponse);
    }

    private static ChatChoice ToChoice(CollectedAnswer answer, int index, ChatCompletionRequest request, ServedModel model) => new(
        index,
        new AssistantMessage(answer.Text),
        request.Logprobs ? ChatLogprobs.Of(model.Tokenizer, answer.Tokens, answer.Alternatives) : null,
        FinishReasons.Name(answer.Outcome.Reason));
}
