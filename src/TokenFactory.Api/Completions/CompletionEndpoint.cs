using System.Text;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Completions;

/// <summary>Answers <c>POST /v1/completions</c>.</summary>
internal sealed class CompletionEndpoint(RequestAdmission admission, ModelLookup models, GenerationSubmitter submitter, ApiOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        CompletionRequest request;
        ServedModel model;
        TextPrompt[] prompts;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            // The body's memory goes back before the first token: an answer may take long.
            request = CompletionReader.Read(body.Fields);
            model = models.Find(request.Model, caller.Grant);
            prompts = request.ReadPrompts(model.Tokenizer);
        }
        AnswerHead head = AnswerHead.New("cmpl-", model.Name);
        GenerationSet set = submitter.Submit(context, model, caller, head.Id, [.. prompts.Select(prompt => prompt.Tokens)], "prompt", request);
        string[]? echoes = request.Echo ? [.. prompts.Select(prompt => prompt.TextBy(model.Tokenizer))] : null;
        await (request.Stream
            ? StreamAsync(context, head, set, request, model.Tokenizer, echoes)
            : AnswerAsync(context, head, set, request, model.Tokenizer, echoes));
    }

    private Task StreamAsync(
        HttpContext context, AnswerHead head, GenerationSet set, CompletionRequest request, ITokenizer tokenizer, string[]? echoes)
    {
        byte[][]? encoded = echoes is null ? null : Array.ConvertAll(echoes, Encoding.UTF8.GetBytes);
        return AnswerStream.RunAsync(
            context, set, sse => new CompletionChunkWriter(sse, head, request, tokenizer, set, encoded), options.KeepAliveInterval);
    }

    private static async Task AnswerAsync(
        HttpContext context, AnswerHead head, GenerationSet set, CompletionRequest request, ITokenizer tokenizer, string[]? echoes)
    {
        CollectedAnswer[] answers = await CollectedAnswer.CollectAsync(context, set);
        CompletionChoice[] choices = [.. answers.Select((answer, index) =>
            ToChoice(answer, index, request, tokenizer, echoes?[index / request.N]))];
        await ApiJson.WriteAsync(
            context, new CompletionResponse(head.Id, head.Created, head.Model, choices, set.Usage), ApiJson.Context.CompletionResponse);
    }

    private static CompletionChoice ToChoice(CollectedAnswer answer, int index, CompletionRequest request, ITokenizer tokenizer, string? echo)
    {
        int offset = 0;
        CompletionLogprobs? logprobs = request.Logprobs is { } top
            ? CompletionLogprobs.Of(tokenizer, answer.Tokens, answer.Alternatives, ref offset, top > 0)
            : null;
        return new CompletionChoice(index, echo + answer.Text, logprobs, FinishReasons.Name(answer.Outcome.Reason));
    }
}
