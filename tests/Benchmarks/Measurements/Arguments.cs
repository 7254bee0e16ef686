namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Reads <c>--name value</c> pairs.</summary>
internal static class Arguments
{
    public static string? Find(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and int index && index + 1 < args.Length ? args[index + 1] : null;

    public static string Require(string[] args, string name, string meaning) =>
        Find(args, name) ?? throw new ArgumentException($"{name} is missing: {meaning}.");
}
