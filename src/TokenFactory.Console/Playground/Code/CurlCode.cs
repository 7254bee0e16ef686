namespace TokenFactory.Web.Playground.Code;

/// <summary>The request as a curl command. Every argument stands in single quotes, in which a shell reads nothing but their end.</summary>
public static class CurlCode
{
    public static string Write(CodeRequest request)
    {
        List<string> lines =
        [
            $"curl -sS {Quote($"{request.BaseUrl}/{request.Path}")}",
            $"  -H \"Authorization: Bearer ${CodeRequest.KeyVariable}\"",
            $"  -H {Quote("Content-Type: application/json")}",
        ];
        if (request.Lane is { } lane)
        {
            lines.Add($"  -H {Quote($"{LaneNames.Header}: {lane}")}");
        }
        lines.Add($"  -d {Quote(CodeValue.Write(request.ToBody(), CodeValue.Json, 0))}");
        return string.Join(" \\\n", lines) + "\n";
    }

    /// <summary>A shell word that means exactly this text.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
