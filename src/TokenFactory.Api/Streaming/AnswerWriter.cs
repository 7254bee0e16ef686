using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Streaming;

/// <summary>Writes a streamed answer in the events of a protocol.</summary>
/// <param name="sse">Where to.</param>
internal abstract class AnswerWriter(SseWriter sse)
{
    protected SseWriter Sse => sse;

    /// <summary>What comes before a choice's first text.</summary>
    public abstract void WriteStart(int index);

    /// <summary>Writes a piece of a choice; false where there is nothing in it to write.</summary>
    public abstract bool WriteDelta(int index, GenerationDelta delta);

    /// <summary>Writes how a choice ended.</summary>
    public abstract void WriteFinish(int index, GenerationOutcome outcome);

    /// <summary>Keeps the answer where that is asked for, after the last choice has ended and before the stream does.</summary>
    public virtual Task KeepAsync(Usage usage) => Task.CompletedTask;

    /// <summary>Ends the stream.</summary>
    public abstract void WriteEnd(Usage usage);

    /// <summary>Ends a stream that has begun and cannot go on.</summary>
    public virtual void WriteFailure(ApiException failure) => sse.Event("error"u8, new ErrorResponse(failure.Error), ApiJson.Context.ErrorResponse);

    /// <summary>Keeps the connection alive before the first event.</summary>
    public virtual void WriteKeepAlive() => sse.KeepAlive();
}
