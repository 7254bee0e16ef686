using System.Globalization;
using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

public sealed class SchemaTests
{
    public static TheoryData<string> Ranges =>
    [
        """{"minimum":0}""", """{"maximum":0}""", """{"minimum":-7,"maximum":13}""", """{"exclusiveMinimum":-10,"exclusiveMaximum":10}""", """{"minimum":0.25,"maximum":0.75}""",
        """{"exclusiveMinimum":0.5}""", """{"exclusiveMaximum":-0.5}""", """{"minimum":9.99,"exclusiveMaximum":10.01}""", """{"minimum":-100.5,"maximum":-9.5}""", """{"minimum":99,"maximum":101}""",
        """{"exclusiveMinimum":0,"exclusiveMaximum":1}""", """{"minimum":1e1,"maximum":1.05e2}""", """{"maximum":1.000}""", """{"exclusiveMinimum":-0.01,"maximum":0.01}""",
    ];

    [Theory]
    [MemberData(nameof(Ranges))]
    public void NumberRanges_EveryNumeral_IsJudgedByItsValue(string bounds)
    {
        JsonElement schema = JsonElement.Parse(bounds);
        TokenConstraint numbers = Constrained.Schema($$"""{"type":"number",{{bounds[1..]}}""");
        TokenConstraint? integers = TryCompile($$"""{"type":"integer",{{bounds[1..]}}""");
        for (int hundredths = -11_000; hundredths <= 11_000; hundredths += hundredths is > -1100 and < 1100 ? 1 : 25)
        {
            decimal value = hundredths / 100m;
            string text = value.ToString("0.##", CultureInfo.InvariantCulture);
            bool isInside = IsInside(schema, value);
            Assert.True(isInside == numbers.Accepts(text), $"{text} under {bounds}");
            if (hundredths != 0)
                Assert.True(isInside == numbers.Accepts(value.ToString("0.00", CultureInfo.InvariantCulture)), $"{value:0.00} under {bounds}");
            Assert.True((isInside && value == decimal.Truncate(value)) == (integers?.Accepts(text) ?? false), $"{text} as an integer under {bounds}");
        }
        Assert.False(numbers.Accepts("01"));
        Assert.False(numbers.Accepts("1."));
        Assert.False(numbers.Accepts("-"));
    }

    [Theory]
    [InlineData("date", "2024-02-29", "2023-02-29")]
    [InlineData("date", "2000-02-29", "1900-02-29")]
    [InlineData("date", "0001-01-01", "0000-01-01")]
    [InlineData("date", "2031-12-31", "2031-04-31")]
    [InlineData("time", "23:59:59Z", "24:00:00Z")]
    [InlineData("time", "12:00:00.5+02:00", "12:00:00")]
    [InlineData("date-time", "2031-03-14T09:26:53-05:30", "2031-03-14 09:26:53Z")]
    [InlineData("duration", "P1Y2M3DT4H5M6S", "P")]
    [InlineData("duration", "P3W", "P1W2D")]
    [InlineData("uuid", "2EB8AA08-AA98-11EA-B4AA-73B441D16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638")]
    [InlineData("email", "joe.bloggs+x@example.com", "joe bloggs@example.com")]
    [InlineData("ipv4", "192.168.0.255", "256.1.1.1")]
    [InlineData("ipv6", "::1", "12345::")]
    [InlineData("ipv6", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9")]
    [InlineData("ipv6", "1::8", "1::2::3")]
    [InlineData("hostname", "www.example-host.com", "-bad.example")]
    [InlineData("uri", "https://example.com/a%20b?q=1#f", "//example.com/")]
    public void Format_Known_IsHeldTo(string format, string good, string bad)
    {
        TokenConstraint constraint = Constrained.Schema($$"""{"type":"string","format":"{{format}}"}""");

        Assert.True(constraint.Accepts($"\"{good}\""));
        Assert.False(constraint.Accepts($"\"{bad}\""));
    }

    [Fact]
    public void Format_Unknown_IsAnAnnotation() => Assert.True(Constrained.Schema("""{"type":"string","format":"colour"}""").Accepts("\"any\""));

    [Theory]
    [InlineData("{\"a\":[1,2],\"b\":2}", true, true)]
    [InlineData("{\"a\": [1, 2], \"b\": 2}", true, false)]
    [InlineData("{\"a\":  [1,2]}", false, false)]
    [InlineData("{\"a\" :[1,2]}", false, false)]
    [InlineData("{ \"a\":[1,2]}", false, false)]
    [InlineData("{\"a\":[ 1]}", false, false)]
    [InlineData("{\"a\":[1]}\n", false, false)]
    [InlineData("{\"b\":1,\"a\":[1]}", false, false)]
    public void Whitespace_AtMostOneSpaceAfterCommaAndColon_AndOrderIsTheSchemas(string text, bool spaced, bool compact)
    {
        const string schema = """{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}},"b":{"type":"integer"}},"additionalProperties":false}""";

        Assert.Equal(spaced, Constrained.Schema(schema).Accepts(text));
        Assert.Equal(compact, Constrained.Schema(schema, new JsonSchemaOptions { Whitespace = JsonWhitespace.Compact }).Accepts(text));
    }

    [Theory]
    [InlineData("\"a\\u00e9\"", true)]
    [InlineData("\"\\ud83d\\ude00é\"", true)]
    [InlineData("\"\\ud83d\"", false)]
    [InlineData("\"\\ude00\\ud83d\"", false)]
    [InlineData("\"\\/\\n\"", true)]
    [InlineData("\"\\x\"", false)]
    [InlineData("\"a\nb\"", false)]
    [InlineData("\"abc\"", false)]
    public void MaxLength_CountsCodePoints_ThroughEscapes(string text, bool accepts) => Assert.Equal(accepts, Constrained.Schema("""{"type":"string","maxLength":2}""").Accepts(text));

    /// <summary>A name that is spelt out cannot come back as another, however it is escaped.</summary>
    [Theory]
    [InlineData("{\"a\":1,\"b\":true}", true)]
    [InlineData("{\"a\":1,\"a\":true}", false)]
    [InlineData("{\"\\u0061\":true}", false)]
    [InlineData("{\"a\\u0062\":true}", true)]
    public void AdditionalProperties_NamedOnes_AreNotAmongThem(string text, bool accepts) =>
        Assert.Equal(accepts, Constrained.Schema("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""").Accepts(text));

    [Fact]
    public void JsonObject_AnyObject_ToItsDepth()
    {
        TokenConstraint constraint = TokenConstraint.JsonObject(Constrained.Bytes);

        Assert.True(constraint.Accepts("""{"a": [1, -2.5e+10, "x\u0000", {}, [], null, true], "a": {"b": false}}"""));
        Assert.False(constraint.Accepts("[1]"));
        Assert.False(constraint.Accepts("{\"a\":tru}"));
        Assert.True(constraint.Accepts($"{{\"a\":{new string('[', 15)}{new string(']', 15)}}}"));
        Assert.False(constraint.Accepts($"{{\"a\":{new string('[', 16)}{new string(']', 16)}}}"));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"not":{}}}}""", "/properties/a/not")]
    [InlineData("""{"items":{"if":{}}}""", "/items/if")]
    [InlineData("""{"$defs":{"x":{"uniqueItems":true}},"properties":{"p/q":{"$ref":"#/$defs/x"}}}""", "/$defs/x/uniqueItems")]
    [InlineData("""{"properties":{"p/q~":{"multipleOf":2}}}""", "/properties/p~1q~0/multipleOf")]
    [InlineData("""{"anyOf":[{},{"unevaluatedProperties":false}]}""", "/anyOf/1/unevaluatedProperties")]
    [InlineData("""{"dependentRequired":{}}""", "/dependentRequired")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "/$ref")]
    [InlineData("""{"$ref":"#/$defs/missing"}""", "/$ref")]
    [InlineData("""{"$ref":"#missing"}""", "/$ref")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""", "/$defs/a")]
    [InlineData("""{"properties":{"a":{"$id":"https://example.com/a"}}}""", "/properties/a/$id")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2}]}""", "/oneOf")]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"type":5}""", "/type")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"minLength":-1}""", "/minLength")]
    [InlineData("""{"pattern":"(?=a)"}""", "/pattern (position 0)")]
    [InlineData("""{"items":[{}]}""", "/items")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    [InlineData("""{"properties":{"a":7}}""", "/properties/a")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}""", "")]
    [InlineData("""{"type":"object","minProperties":2}""", "")]
    [InlineData("""{"enum":[{"a":1}],"properties":{"a":{"type":"string"}}}""", "/enum")]
    [InlineData("""{"const":"\ud800"}""", "/const")]
    [InlineData("7", "")]
    public void Schema_NotSupported_IsRefusedWithItsPath(string schema, string path) =>
        Assert.Equal(path, Assert.Throws<ConstraintException>(() => Constrained.Schema(schema)).Path);

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", null)]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]}},"required":["a"],"additionalProperties":false,"$defs":{"x":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false}}}}""", null)]
    [InlineData("""{"type":"array"}""", "/type")]
    [InlineData("""{"anyOf":[{"type":"object"}]}""", "/anyOf")]
    [InlineData("""{"type":"object","properties":{"a":{}},"required":["a"]}""", "/additionalProperties")]
    [InlineData("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", "/required")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{}},"additionalProperties":false}}},"required":["a"],"additionalProperties":false}""", "/properties/a/items/required")]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":false,"$defs":{"x":{"type":"object"}}}""", "/$defs/x/additionalProperties")]
    public void Strict_BrokenRule_IsNamedWithItsPath(string schema, string? path)
    {
        JsonSchemaOptions options = new() { Strict = true };
        if (path is null)
            Assert.NotNull(Constrained.Schema(schema, options));
        else
            Assert.Equal(path, Assert.Throws<ConstraintException>(() => Constrained.Schema(schema, options)).Path);
    }

    private static TokenConstraint? TryCompile(string schema)
    {
        try
        {
            return Constrained.Schema(schema);
        }
        catch (ConstraintException exception) when (exception.Problem.StartsWith("nothing can satisfy", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static bool IsInside(JsonElement schema, decimal value) =>
        (!schema.TryGetProperty("minimum", out JsonElement least) || value >= least.GetDecimal())
        && (!schema.TryGetProperty("maximum", out JsonElement most) || value <= most.GetDecimal())
        && (!schema.TryGetProperty("exclusiveMinimum", out JsonElement above) || value > above.GetDecimal())
        && (!schema.TryGetProperty("exclusiveMaximum", out JsonElement below) || value < below.GetDecimal());
}
