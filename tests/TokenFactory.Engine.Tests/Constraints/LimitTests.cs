using System.Diagnostics;
using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>What costs too much is refused, soon and with a path.</summary>
public sealed class LimitTests
{
    public static TheoryData<string, string> Schemas => new()
    {
        { """{"properties":{"a":{"maxLength":1000000000}}}""", "/properties/a/maxLength" },
        { """{"minLength":1e9}""", "/minLength" },
        { """{"maxItems":100000000000000000000000}""", "/maxItems" },
        { """{"minItems":5000}""", "/minItems" },
        { """{"pattern":"^(a{1,1000}){1,1000}$"}""", "/pattern" },
        { """{"pattern":"(a|b)*a(a|b){200}"}""", "/pattern" },
        { """{"pattern":"x{1,100000}"}""", "/pattern (position 1)" },
        { $$"""{"enum":[{{string.Join(',', Enumerable.Range(0, 6000))}}]}""", "/enum" },
        { $$"""{"allOf":[{{string.Join(',', Enumerable.Repeat("""{"anyOf":[{"minimum":1},{"maximum":0},{"minLength":2}]}""", 12))}}]}""", "/allOf/5" },
        { $$$"""{"patternProperties":{{{{string.Join(',', Enumerable.Range(0, 9).Select(i => $"\"p{i}\":true"))}}}}}""", "/patternProperties" },
    };

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Schema_TooMuch_IsRefusedWithItsPath(string schema, string path)
    {
        long start = Stopwatch.GetTimestamp();

        ConstraintException exception = Assert.Throws<ConstraintException>(() => Constrained.Schema(schema));

        Assert.Equal(path, exception.Path);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), $"refused only after {Stopwatch.GetElapsedTime(start)}");
    }

    [Fact]
    public void Schema_NestedDeeply_IsRefused()
    {
        string schema = "true";
        for (int i = 0; i < 200; i++)
            schema = $$"""{"items":{{schema}}}""";

        JsonElement element = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;

        Assert.StartsWith("/items/items", Assert.Throws<ConstraintException>(() => TokenConstraint.FromJsonSchema(element, Constrained.Bytes)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Regex_NestedDeeply_IsRefused() =>
        Assert.Throws<ConstraintException>(() => Constrained.Regex(new string('(', 5000) + new string(')', 5000)));

    [Fact]
    public void Grammar_NestedDeeply_IsRefused() =>
        Assert.Throws<ConstraintException>(() => Constrained.Grammar("root ::= " + new string('(', 5000) + "\"a\"" + new string(')', 5000)));

    [Fact]
    public void Grammar_DoublingRules_IsRefusedOrStaysSmall()
    {
        string grammar = "root ::= r0 r0\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"r{i} ::= r{i + 1} r{i + 1}\n")) + "r40 ::= \"a\" | \"b\"\n";

        Assert.True(Constrained.Grammar(grammar).StateCount < 5_000);
    }

    [Fact]
    public void Source_TooLong_IsRefused() => Assert.Throws<ConstraintException>(() => Constrained.Regex(new string('a', 300_000)));

    [Fact]
    public void Compile_Cancelled_Ends()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            TokenConstraint.FromJsonSchema(JsonElement.Parse("""{"maxLength":1500}"""), Constrained.Bytes, new JsonSchemaOptions(), cancelled.Token));
    }

    [Fact]
    public void Limits_Raised_AllowMore()
    {
        ConstraintLimits limits = new() { MostRepeats = 5_000 };

        Assert.True(Constrained.Schema("""{"type":"array","minItems":3000,"items":{"const":1}}""", new JsonSchemaOptions { Limits = limits }).StateCount > 3000);
    }
}
