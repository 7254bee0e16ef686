using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Playground;

/// <summary>Lanes as the API's header <c>x-lane</c> and the page's address write them.</summary>
public static class LaneNames
{
    /// <summary>The header of the API that chooses a lane.</summary>
    public const string Header = "x-lane";

    public static IReadOnlyList<Lane> All { get; } = Enum.GetValues<Lane>();

    public static string Of(Lane lane) => lane switch
    {
        Lane.Agentic => "agentic",
        Lane.Batch => "batch",
        _ => "interactive",
    };

    /// <summary>The lane of a name; null where there is none of that name.</summary>
    public static Lane? Find(string? name) => All.Where(lane => Of(lane) == name).Select(lane => (Lane?)lane).FirstOrDefault();
}
