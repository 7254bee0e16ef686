namespace TokenFactory.Tenancy.Plans;

/// <summary>The lanes that requests may take.</summary>
[Flags]
public enum LaneRights
{
    None = 0,
    Interactive = 1,
    Agentic = 2,
    Batch = 4,
    All = Interactive | Agentic | Batch,
}
