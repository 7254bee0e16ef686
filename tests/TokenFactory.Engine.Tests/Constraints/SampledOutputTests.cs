using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.Vocabulary;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>
/// What a model that knows nothing writes under a schema: normally distributed logits, temperature 1.2, nothing but the mask to steer it. Every
/// output that ends by itself must satisfy the schema as an independent validator judges it; those cut at the token limit are only counted.
/// </summary>
public sealed class SampledOutputTests
{
    private const int OutputsEach = 100;
    private const int MostTokens = 600;
    private const float Temperature = 1.2f;

    private static readonly Dictionary<string, string> Schemas = new()
    {
        ["object"] = """{"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":150},"ok":{"type":"boolean"}},"required":["name","age"],"additionalProperties":false}""",
        ["open object"] = """{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"},"maxProperties":4}""",
        ["pattern properties"] = """{"type":"object","patternProperties":{"^n":{"type":"integer"},"x$":{"type":["integer","null"]}},"additionalProperties":{"type":"string","maxLength":3},"minProperties":1,"maxProperties":3}""",
        ["property names"] = """{"type":"object","propertyNames":{"pattern":"^[a-c]{1,4}$"},"additionalProperties":{"type":"null"},"maxProperties":5}""",
        ["array"] = """{"type":"array","items":{"type":"string","minLength":1,"maxLength":4},"minItems":1,"maxItems":5}""",
        ["tuple"] = """{"type":"array","prefixItems":[{"type":"integer"},{"type":"boolean"}],"items":{"type":"null"},"minItems":1,"maxItems":4}""",
        ["contains"] = """{"type":"array","items":{"type":"integer","minimum":-20,"maximum":20},"contains":{"minimum":15},"minContains":2,"maxItems":6}""",
        ["string"] = """{"type":"string"}""",
        ["string lengths"] = """{"type":"string","minLength":3,"maxLength":7}""",
        ["pattern"] = """{"type":"string","pattern":"^[A-Z]{2,3}-[0-9]{1,4}(/[^/]{0,3})?$"}""",
        ["loose pattern"] = """{"type":"string","pattern":"a+b|é","maxLength":9}""",
        ["number"] = """{"type":"array","items":{"type":"number"},"maxItems":3}""",
        ["number range"] = """{"type":"array","items":{"type":"number","exclusiveMinimum":-1.25,"maximum":12.5},"minItems":3,"maxItems":3}""",
        ["integer range"] = """{"type":"array","items":{"type":"integer","minimum":-105,"exclusiveMaximum":1200},"minItems":4,"maxItems":4}""",
        ["enum"] = """{"type":"object","properties":{"e":{"enum":["a","ab",12,null,true,["x",{"y":1.5}],"日本"]},"c":{"const":{"k":[1]}}},"required":["e","c"],"additionalProperties":false}""",
        ["recursion"] = """{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"v":{"type":"integer","minimum":0,"maximum":9},"l":{"anyOf":[{"$ref":"#/$defs/tree"},{"type":"null"}]}},"required":["v"],"additionalProperties":false}}}""",
        ["anyOf"] = """{"anyOf":[{"type":"object","properties":{"kind":{"const":"a"},"n":{"type":"integer","minimum":1,"maximum":3}},"required":["kind","n"],"additionalProperties":false},{"type":"object","properties":{"kind":{"const":"ab"},"s":{"type":"string","maxLength":3}},"required":["kind"],"additionalProperties":false},{"type":"boolean"}]}""",
        ["allOf"] = """{"allOf":[{"type":"object","properties":{"a":{"minimum":2}},"required":["a"]},{"properties":{"a":{"type":"integer","maximum":40},"b":{"type":"string","maxLength":2}},"additionalProperties":false}]}""",
        ["oneOf"] = """{"oneOf":[{"type":"integer","maximum":5},{"type":"integer","minimum":7,"maximum":100},{"type":"string","pattern":"^x"},{"type":"string","pattern":"^y{1,3}$"}]}""",
        ["formats"] = """{"type":"object","properties":{"d":{"type":"string","format":"date"},"t":{"type":"string","format":"time"},"dt":{"type":"string","format":"date-time"},"u":{"type":"string","format":"uuid"},"e":{"type":"string","format":"email"},"i4":{"type":"string","format":"ipv4"},"i6":{"type":"string","format":"ipv6"},"uri":{"type":"string","format":"uri"}},"required":["d","t","dt","u","e","i4","i6"],"additionalProperties":false}""",
    };

    public static TheoryData<string> Names => [.. Schemas.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_OfAModelThatKnowsNothing_SatisfyTheirSchema(string name)
    {
        TokenConstraint constraint = TokenConstraint.FromJsonSchema(JsonElement.Parse(Schemas[name]), SmallVocabulary.Instance);
        JsonSchema validator = JsonSchema.FromText(Schemas[name]);
        EvaluationOptions options = new() { EvaluateAs = SpecVersion.Draft202012, RequireFormatValidation = true, OutputFormat = OutputFormat.List };
        int ended = 0;
        for (int seed = 0; seed < OutputsEach; seed++)
        {
            string? output = Sample(constraint, seed);
            if (output is null)
                continue;
            ended++;
            EvaluationResults results = validator.Evaluate(ParseLeniently(output), options);
            Assert.True(results.IsValid, $"{name}: {output}\n{JsonSerializer.Serialize(results)}");
        }

        TestContext.Current.SendDiagnosticMessage($"{name}: {ended} of {OutputsEach} outputs ended by themselves");
        Assert.True(ended >= OutputsEach * 6 / 10, $"only {ended} of {OutputsEach} outputs ended");
    }

    /// <summary>Two thousand outputs in all: no schema may be dropped unnoticed.</summary>
    [Fact]
    public void Outputs_AllTogether_AreTwoThousand() => Assert.Equal(2_000, Schemas.Count * OutputsEach);

    /// <summary>The validator holds host names to 24 characters (RFC 952), so the runtime judges them.</summary>
    [Fact]
    public void Outputs_HostNames_AreHostNames()
    {
        TokenConstraint constraint = TokenConstraint.FromJsonSchema(JsonElement.Parse("""{"type":"string","format":"hostname"}"""), SmallVocabulary.Instance);

        Assert.All(Enumerable.Range(0, OutputsEach), seed => Assert.Equal(UriHostNameType.Dns, Uri.CheckHostName(Sample(constraint, seed)![1..^1])));
    }

    /// <summary>The text of one sequence, null where it reached the limit.</summary>
    private static string? Sample(TokenConstraint constraint, int seed)
    {
        ConstraintVocabulary vocabulary = constraint.Vocabulary;
        Random random = new(seed);
        ConstraintState state = constraint.CreateState();
        uint[] mask = new uint[vocabulary.MaskWords];
        List<byte> text = [];
        for (int step = 0; step < MostTokens; step++)
        {
            Assert.True(state.FillMask(mask), $"nothing may come after {Encoding.UTF8.GetString([.. text])}");
            int token = Draw(mask, vocabulary.Size, random);
            Assert.True(state.TryAccept(token));
            if (state.HasEnded)
                return Encoding.UTF8.GetString([.. text]);
            text.AddRange(SmallVocabulary.Tokens[token]);
        }
        return null;
    }

    /// <summary>Samples softmax(logits / temperature) over the allowed tokens by the Gumbel-max trick.</summary>
    private static int Draw(uint[] mask, int size, Random random)
    {
        int best = -1;
        double most = double.NegativeInfinity;
        for (int token = 0; token < size; token++)
        {
            if ((mask[token >> 5] >> (token & 31) & 1) == 0)
                continue;
            double logit = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double key = (logit / Temperature) - Math.Log(-Math.Log(1 - random.NextDouble()));
            if (key > most)
                (best, most) = (token, key);
        }
        return best;
    }

    /// <summary>A repeated name, which JSON permits, has its last value, as JSON.parse gives.</summary>
    private static JsonNode? ParseLeniently(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        return ToNode(document.RootElement);
    }

    private static JsonNode? ToNode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JsonObject members = [];
                foreach (JsonProperty member in element.EnumerateObject())
                    members[Simplify(member.Name)] = ToNode(member.Value);
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(ToNode)]);
            case JsonValueKind.String:
                return JsonValue.Create(Simplify(element.GetString()!));
            default:
                return JsonNode.Parse(element.GetRawText());
        }
    }

    /// <summary>
    /// The validator measures strings in text elements and matches patterns in UTF-16, where the specification counts code points. Code points
    /// on which these could differ, none of which a schema here names, become one on which they cannot.
    /// </summary>
    private static string Simplify(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.Value is < 0xFF or (>= 0x4E00 and <= 0x9FFF) && rune.Value is not ('\r' or '\n') ? rune.ToString() : "ÿ"));
}
