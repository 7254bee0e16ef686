using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>Lane rights as a list of names.</summary>
internal static class LaneList
{
    /// <returns>The rights; null where the list is absent.</returns>
    /// <exception cref="ApiException">A name is no lane's.</exception>
    public static LaneRights? Read(IReadOnlyList<string>? names) => names?.Aggregate(LaneRights.None, (rights, name) => rights | RightOf(name));

    public static string[] Of(LaneRights rights) =>
        [.. Enum.GetValues<Lane>().Where(lane => (rights & WireNames.RightOf(lane)) != 0).Select(WireNames.Of)];

    private static LaneRights RightOf(string name) => WireNames.FindLane(name) is { } lane
        ? WireNames.RightOf(lane)
        : throw ApiException.Invalid("lanes may hold interactive, agentic and batch, and nothing else.", "lanes");
}
