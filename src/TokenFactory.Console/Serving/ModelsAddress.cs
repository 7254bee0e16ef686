using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace TokenFactory.Web.Serving;

/// <summary>What the page on models shows; its address holds it.</summary>
/// <param name="Folder">The folder whose estimate is shown; null for none.</param>
/// <param name="Draft">How it would be loaded, as typed.</param>
/// <param name="Repository">The repository in the form for downloads; null for none.</param>
/// <param name="Revision">Its revision; null: main.</param>
public sealed record ModelsAddress(string? Folder = null, LoadDraft? Draft = null, string? Repository = null, string? Revision = null)
{
    private const string Page = "models";

    public static ModelsAddress FromQuery(string query)
    {
        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        string? folder = Text("folder");
        return new ModelsAddress(
            folder,
            folder is null ? null : new LoadDraft
            {
                Name = Text("name") ?? "",
                Device = Text("device") ?? LoadDraft.Auto,
                Precision = Text("precision") ?? LoadDraft.Auto,
                KvPrecision = Text("kv-precision") ?? LoadDraft.Auto,
                Sequences = Text("sequences") ?? "",
                Context = Text("context") ?? "",
                KvMegabytes = Text("kv") ?? "",
                Threads = Text("threads") ?? "",
                Replicas = Text("replicas") ?? LoadDraft.OneReplica,
                Devices = Text("devices") ?? LoadDraft.OneDevice,
            },
            Text("repository"), Text("revision"));

        string? Text(string name) => values.TryGetValue(name, out StringValues value) && !string.IsNullOrEmpty(value) ? (string?)value : null;
    }

    /// <summary>The address, relative to the console's own.</summary>
    public override string ToString() => Page + QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["folder"] = Folder,
        ["name"] = Draft?.Name,
        ["device"] = Unless(Draft?.Device, LoadDraft.Auto),
        ["precision"] = Unless(Draft?.Precision, LoadDraft.Auto),
        ["kv-precision"] = Unless(Draft?.KvPrecision, LoadDraft.Auto),
        ["sequences"] = Draft?.Sequences,
        ["context"] = Draft?.Context,
        ["kv"] = Draft?.KvMegabytes,
        ["threads"] = Draft?.Threads,
        ["devices"] = Unless(Draft?.Devices, LoadDraft.OneDevice),
        ["replicas"] = Unless(Draft?.Replicas, LoadDraft.OneReplica),
        ["repository"] = Repository,
        ["revision"] = Revision,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    private static string? Unless(string? text, string usual) => text == usual ? null : text;
}
