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
    /// <summary>Suite files whose schemas need keywords that are refused by name; all others must be supported but for what is listed below.</summary>
    private static readonly string[] RefusedFiles =
    [
        "dependentRequired", "dependentSchemas", "dynamicRef", "if-then-else", "maxContains", "multipleOf", "not", "refRemote", "unevaluatedItems",
        "unevaluatedProperties", "uniqueItems", "vocabulary",
    ];

    [Fact]
    public void Suite_EverySchema_IsRefusedOrAcceptsExactlyTheValidInstances()
    {
        List<string> failures = [];
        int supported = 0;
        int refused = 0;
        int valid = 0;
        int invalid = 0;
        SortedDictionary<string, (int Supported, int Refused)> files = [];
        foreach (string file in Directory.GetFiles(SharedData.Require("conformance/json-schema-test-suite/draft2020-12"), "*.json").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            files[name] = default;
            using JsonDocument groups = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in groups.RootElement.EnumerateArray())
            {
                string title = $"{name}: {group.GetProperty("description").GetString()}";
                TokenConstraint constraint;
                try
                {
                    constraint = TokenConstraint.FromJsonSchema(group.GetProperty("schema"), Constrained.Bytes, new JsonSchemaOptions { Whitespace = JsonWhitespace.Compact });
                }
                catch (ConstraintException exception)
                {
                    files[name] = (files[name].Supported, files[name].Refused + 1);
                    refused++;
                    TestContext.Current.SendDiagnosticMessage($"refused {title}: {exception.Message}");
                    continue;
                }
                files[name] = (files[name].Supported + 1, files[name].Refused);
                supported++;
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    bool isValid = test.GetProperty("valid").GetBoolean();
                    bool accepts = constraint.Accepts(InstanceWriter.Write(test.GetProperty("data"), group.GetProperty("schema")));
                    valid += isValid ? 1 : 0;
                    invalid += isValid ? 0 : 1;
                    if (accepts != isValid)
                        failures.Add($"{title}: {test.GetProperty("description").GetString()}: {(accepts ? "accepted" : "rejected")} {test.GetProperty("data").GetRawText()}");
                }
            }
        }
        foreach ((string name, (int ok, int no)) in files)
            TestContext.Current.SendDiagnosticMessage($"{name}: {ok} supported, {no} refused");
        TestContext.Current.SendDiagnosticMessage($"{supported} schemas supported with {valid} valid and {invalid} invalid instances; {refused} refused");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
