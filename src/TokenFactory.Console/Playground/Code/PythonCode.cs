using System.Text;
using System.Text.Json.Nodes;

namespace TokenFactory.Web.Playground.Code;

/// <summary>The request with the official package <c>openai</c>. What it has no argument for goes in <c>extra_body</c>.</summary>
public static class PythonCode
{
    private static readonly CodeWords Words = new("True", "False");
    private static readonly string[] Extra = ["top_k", "min_p", "repetition_penalty"];

    public static string Write(CodeRequest request)
    {
        StringBuilder code = new();
        code.Append("import os\n\nfrom openai import OpenAI\n\n");
        code.Append($"client = OpenAI(base_url={QuotedText.Of(request.BaseUrl)}, api_key=os.environ[\"{CodeRequest.KeyVariable}\"])\n\n");
        code.Append(request.IsChat ? "completion = client.chat.completions.create(\n" : "completion = client.completions.create(\n");
        JsonObject extra = [];
        foreach ((string name, JsonNode? value) in request.ToBody())
        {
            if (Extra.Contains(name))
            {
                extra[name] = value!.DeepClone();
                continue;
            }
            code.Append($"    {name}={CodeValue.Write(value, Words, 4)},\n");
        }
        if (extra.Count > 0)
        {
            code.Append($"    extra_body={CodeValue.Write(extra, Words, 4)},\n");
        }
        if (request.Lane is { } lane)
        {
            code.Append($"    extra_headers={{\"{LaneNames.Header}\": {QuotedText.Of(lane)}}},\n");
        }
        code.Append(")\n");
        code.Append(request.IsChat ? "print(completion.choices[0].message.content)\n" : "print(completion.choices[0].text)\n");
        return code.ToString();
    }
}
