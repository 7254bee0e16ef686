namespace TokenFactory.Web.Playground;

/// <summary>Bounds of the playground's fields; the engine's own where it has any.</summary>
public static class PlaygroundBounds
{
    public const int MostTokens = 131_072;
    public const float MostTemperature = 2;
    public const float LeastTopP = 0.01f;
    public const int MostTopK = 1_000_000;
    public const float LeastRepetition = 0.1f;
    public const float MostRepetition = 10;
    public const float MostPenalty = 2;
}
