using TokenFactory.Tests.Shared;

namespace TokenFactory.Api.Tests.Fields;

/// <summary>
/// The fields of a request schema in OpenAI's published description, those of the schemas that it is composed of among them. Reads the
/// file's own regular layout (two spaces a level, one key a line); it is no reader of YAML.
/// </summary>
internal static class SpecFields
{
    private const int SchemaIndent = 4;

    /// <summary>The names, each once, in the order in which they stand.</summary>
    public static string[] Of(string schema) => [.. Read(File.ReadAllLines(SharedData.Require("conformance/openai-openapi.yaml")), schema).Distinct()];

    private static IEnumerable<string> Read(string[] lines, string schema)
    {
        int start = Array.IndexOf(lines, $"{new string(' ', SchemaIndent)}{schema}:");
        int propertiesIndent = -1;
        for (int i = start + 1; i < lines.Length && (lines[i].Length == 0 || Indent(lines[i]) > SchemaIndent); i++)
        {
            string line = lines[i];
            string text = line.Trim();
            if (text.Length == 0)
            {
                continue;
            }
            int indent = Indent(line);
            if (propertiesIndent >= 0 && indent <= propertiesIndent)
            {
                propertiesIndent = -1;
            }
            if (propertiesIndent >= 0)
            {
                if (indent == propertiesIndent + 2 && text.EndsWith(':'))
                {
                    yield return text[..^1];
                }
            }
            else if (text == "properties:")
            {
                propertiesIndent = indent;
            }
            else if (text.StartsWith("- $ref: \"#/components/schemas/", StringComparison.Ordinal))
            {
                foreach (string inherited in Read(lines, text[(text.LastIndexOf('/') + 1)..^1]))
                {
                    yield return inherited;
                }
            }
        }
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;
}
