using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TokenFactory.Web.Playground.Code;

/// <summary>The request with the official package <c>openai</c>, which sends properties that it does not know as they are.</summary>
public static class JavaScriptCode
{
    private const long MostExact = (1L << 53) - 1;

    // A number of JavaScript would round what is longer; JSON.rawJSON sends the digits.
    private static readonly CodeWords Words = new("true", "false", integer =>
        integer is >= -MostExact and <= MostExact ? Digits(integer) : $"JSON.rawJSON(\"{Digits(integer)}\") /* Node 22 or newer */");

    public static string Write(CodeRequest request)
    {
        StringBuilder code = new();
        code.Append("import OpenAI from \"openai\";\n\n");
        code.Append($"const client = new OpenAI({{ baseURL: {QuotedText.Of(request.BaseUrl)}, apiKey: process.env.{CodeRequest.KeyVariable} }});\n\n");
        code.Append(request.IsChat ? "const completion = await client.chat.completions.create(\n  {\n" : "const completion = await client.completions.create(\n  {\n");
        foreach ((string name, JsonNode? value) in request.ToBody())
        {
            code.Append($"    {name}: {CodeValue.Write(value, Words, 4)},\n");
        }
        code.Append("  },\n");
        if (request.Lane is { } lane)
        {
            code.Append($"  {{ headers: {{ \"{LaneNames.Header}\": {QuotedText.Of(lane)} }} }},\n");
        }
        code.Append(");\n");
        code.Append(request.IsChat ? "console.log(completion.choices[0].message.content);\n" : "console.log(completion.choices[0].text);\n");
        return code.ToString();
    }

    private static string Digits(long integer) => integer.ToString(CultureInfo.InvariantCulture);
}
