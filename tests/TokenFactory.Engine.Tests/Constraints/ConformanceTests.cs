using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>
/// The JSON Schema Test Suite, draft 2020-12: every schema is either refused with the path of a keyword, or accepts exactly the instances
/// that the suite calls valid. Instances are written as this product generates them: compact, members in the schema's order.
/// </summary>
public sealed class ConformanceTests
{
    /// <summary>Groups of each file that are supported, of all its groups. Refusals are by keyword, remote reference, or an oneOf that overlaps.</summary>
    private static readonly Dictionary<string, (int Supported, int All)> Expected = new()
    {
        ["additionalProperties"] = (8, 9),
        ["allOf"] = (9, 12),
        ["anchor"] = (1, 4),
        ["anyOf"] = (7, 8),
        ["boolean_schema"] = (1, 2),
        ["const"] = (17, 17),
        ["contains"] = (5, 7),
        ["content"] = (4, 4),
        ["default"] = (3, 3),
        ["defs"] = (0, 1),
        ["dependentRequired"] = (0, 4),
        ["dependentSchemas"] = (0, 4),
        ["dynamicRef"] = (0, 21),
        ["enum"] = (14, 15),
        ["exclusiveMaximum"] = (1, 1),
        ["exclusiveMinimum"] = (1, 1),
        ["format"] = (19, 19),
        ["if-then-else"] = (0, 12),
        ["infinite-loop-detection"] = (1, 1),
        ["items"] = (10, 10),
        ["maxContains"] = (0, 5),
        ["maxItems"] = (2, 2),
        ["maxLength"] = (2, 2),
        ["maxProperties"] = (3, 3),
        ["maximum"] = (2, 2),
        ["minContains"] = (5, 8),
        ["minItems"] = (2, 2),
        ["minLength"] = (2, 2),
        ["minProperties"] = (2, 2),
        ["minimum"] = (2, 2),
        ["multipleOf"] = (0, 5),
        ["not"] = (0, 9),
        ["oneOf"] = (2, 11),
        ["pattern"] = (3, 3),
        ["patternProperties"] = (6, 6),
        ["prefixItems"] = (4, 4),
        ["properties"] = (6, 6),
        ["propertyNames"] = (6, 6),
        ["ref"] = (21, 36),
        ["refRemote"] = (0, 15),
        ["required"] = (5, 5),
        ["type"] = (11, 11),
        ["unevaluatedItems"] = (0, 29),
        ["unevaluatedProperties"] = (0, 44),
        ["uniqueItems"] = (3, 6),
        ["vocabulary"] = (0, 2),
    };

    [Fact]
    public void Suite_EverySchema_IsRefusedOrAcceptsExactlyTheValidInstances()
    {
        List<string> failures = [];
        Dictionary<string, (int Supported, int All)> counted = [];
        (int valid, int invalid) = (0, 0);
        foreach (string file in Directory.GetFiles(SharedData.Require("conformance/json-schema-test-suite/draft2020-12"), "*.json").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            using JsonDocument groups = JsonDocument.Parse(File.ReadAllBytes(file));
            int supported = 0;
            foreach (JsonElement group in groups.RootElement.EnumerateArray())
            {
                string title = $"{name}: {group.GetProperty("description").GetString()}";
                TokenConstraint? constraint = TryCompile(group, title, failures);
                if (constraint is null)
                    continue;
                supported++;
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    _ = test.GetProperty("valid").GetBoolean() ? valid++ : invalid++;
                    Check(constraint, group.GetProperty("schema"), test, title, failures);
                }
            }
            counted[name] = (supported, groups.RootElement.GetArrayLength());
            TestContext.Current.SendDiagnosticMessage($"{name}: {supported} of {groups.RootElement.GetArrayLength()} groups supported");
        }
        TestContext.Current.SendDiagnosticMessage($"{counted.Values.Sum(count => count.Supported)} groups supported with {valid} valid and {invalid} invalid instances");

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(Expected, counted);
        Assert.Equal((190, 485, 250), (counted.Values.Sum(count => count.Supported), valid, invalid));
    }

    private static TokenConstraint? TryCompile(JsonElement group, string title, List<string> failures)
    {
        try
        {
            return TokenConstraint.FromJsonSchema(group.GetProperty("schema"), Constrained.Bytes, new JsonSchemaOptions { Whitespace = JsonWhitespace.Compact });
        }
        catch (ConstraintException exception)
        {
            TestContext.Current.SendDiagnosticMessage($"refused {title}: {exception.Message}");
            bool isUnsatisfiable = exception.Problem.StartsWith("nothing can satisfy", StringComparison.Ordinal);
            if (isUnsatisfiable ? group.GetProperty("tests").EnumerateArray().Any(test => test.GetProperty("valid").GetBoolean()) : exception.Path.Length == 0)
                failures.Add($"{title}: refused for no good reason: {exception.Message}");
            return null;
        }
    }

    private static void Check(TokenConstraint constraint, JsonElement schema, JsonElement test, string title, List<string> failures)
    {
        string description = test.GetProperty("description").GetString()!;
        bool isValid = test.GetProperty("valid").GetBoolean();

        // Known formats are held to here, which the specification leaves open.
        if (description.EndsWith("is only an annotation by default", StringComparison.Ordinal) && schema.TryGetProperty("format", out JsonElement format))
            isValid = !FormatLanguages.IsKnown(format.GetString()!);
        bool accepts = constraint.Accepts(InstanceWriter.Write(test.GetProperty("data"), schema));
        if (accepts != isValid)
            failures.Add($"{title}: {description}: {(accepts ? "accepted" : "rejected")} {test.GetProperty("data").GetRawText()}");
    }
}
