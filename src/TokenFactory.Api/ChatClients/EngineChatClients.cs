using TokenFactory.Api.Admission;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.ChatClients;

/// <summary>Gives chat clients of this process's own models. What they ask counts as the console's, which has no limits. Safe for any thread.</summary>
public sealed class EngineChatClients
{
    private readonly GenerationSubmitter _submitter;

    internal EngineChatClients(GenerationSubmitter submitter) => _submitter = submitter;

    /// <summary>A client of one model.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="lane">The lane that its requests wait in.</param>
    public EngineChatClient ClientOf(ServedModel model, Lane lane = Lane.Interactive) => new(model, lane, _submitter);

    /// <summary>Who asks.</summary>
    internal static Caller CallerIn(Lane lane, string requestId) => new(KeyGrant.Console, lane, Feature: null, requestId, HasChosenLane: true);
}
