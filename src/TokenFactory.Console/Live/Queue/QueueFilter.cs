using Microsoft.AspNetCore.WebUtilities;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Queue;

/// <summary>Which requests are shown; the page's address holds it.</summary>
/// <param name="Tenant">One tenant; null: all.</param>
/// <param name="Lane">One lane; null: all.</param>
/// <param name="Model">One model; null: all.</param>
/// <param name="State">One state; null: all.</param>
public sealed record QueueFilter(string? Tenant = null, Lane? Lane = null, string? Model = null, SequenceState? State = null)
{
    public static QueueFilter FromQuery(string query)
    {
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> values = QueryHelpers.ParseQuery(query);
        return new QueueFilter(Text("tenant"), Parse<Lane>("lane"), Text("model"), Parse<SequenceState>("state"));

        string? Text(string name) => values.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) && !string.IsNullOrEmpty(value) ? (string?)value : null;

        T? Parse<T>(string name)
            where T : struct, Enum => Enum.TryParse(Text(name), ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : null;
    }

    public string ToQuery() => QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["tenant"] = Tenant,
        ["lane"] = Lane?.ToString().ToLowerInvariant(),
        ["model"] = Model,
        ["state"] = State?.ToString().ToLowerInvariant(),
    }.Where(pair => pair.Value is not null));

    public bool Shows(QueueRow row) =>
        (Tenant is null || row.Request.Tenant == Tenant) && (Lane is null || row.Request.Lane == Lane)
        && (Model is null || row.Model == Model) && (State is null || row.Request.State == State);
}
