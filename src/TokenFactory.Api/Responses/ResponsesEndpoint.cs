using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Responses;

/// <summary>Answers <c>POST /v1/responses</c> and <c>POST /v1/responses/input_tokens</c>.</summary>
internal sealed class ResponsesEndpoint(
    RequestAdmission admission, ResponsesPreparer preparer, GenerationSubmitter submitter, ResponseKeeper keeper, ResponseService service, ApiOptions options)
{
    public async Task CreateAsync(HttpContext context)
    {
        PreparedResponse prepared = await preparer.PrepareAsync(context, admission.Identify(context));
        GenerationSet set = submitter.Submit(
            context, prepared.Model, prepared.Caller, prepared.Begun.Id, [prepared.Encoded.Tokens], "input", prepared.Chat);
        if (prepared.Request.Background)
        {
            await BeginAsync(context, set, prepared);
        }
        else if (prepared.Request.Stream)
        {
            await AnswerStream.RunAsync(context, set, sse => new ResponsesEventWriter(sse, prepared, keeper), options.KeepAliveInterval);
        }
        else
        {
            await AnswerAsync(context, set, prepared);
        }
    }

    /// <summary>Counts a prompt's tokens and generates nothing.</summary>
    public async Task CountAsync(HttpContext context)
    {
        PreparedResponse prepared = await preparer.PrepareAsync(context, admission.Identify(context));
        await ApiJson.WriteAsync(context, new InputTokenCount(prepared.Encoded.Tokens.Length), ApiJson.Context.InputTokenCount);
    }

    private async Task AnswerAsync(HttpContext context, GenerationSet set, PreparedResponse prepared)
    {
        using CancellationTokenRegistration departure = context.RequestAborted.UnsafeRegister(static set => ((GenerationSet)set!).Cancel(), set);
        ResponseAnswer answer = new(prepared, new OutputItems(prepared.Ids));
        Generation generation = set.Items[0];
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            answer.Append(delta);
        }
        if (EngineErrors.From(generation.Outcome!) is { } error)
        {
            throw error;
        }
        answer.Finish(generation.Outcome!);
        ResponseObject ended = await keeper.KeepAsync(prepared, answer.Complete(generation.Outcome!, set.Usage, keeper.Now));
        await ApiJson.WriteAsync(context, ended, ApiJson.Context.ResponseObject);
    }

    /// <summary>Leaves the generation to the service, which reads it whether or not the client stays.</summary>
    private async Task BeginAsync(HttpContext context, GenerationSet set, PreparedResponse prepared)
    {
        try
        {
            await keeper.OpenAsync(prepared);
        }
        catch
        {
            set.Cancel();
            throw;
        }
        ResponseRun run = new(prepared, set, keeper, prepared.Request.Stream ? service.OpenLog() : null);
        service.Begin(run);
        await (run.Log is { } events
            ? events.SendAsync(context, after: -1, options.KeepAliveInterval)
            : ApiJson.WriteAsync(context, prepared.Begun, ApiJson.Context.ResponseObject));
    }
}
