using System.Globalization;

namespace TokenFactory.Web.Bench.Workloads;

/// <summary>The form of Azure's traces of 2023 (github.com/Azure/AzurePublicDataset): a moment and two lengths a line.</summary>
internal static class AzureTrace
{
    public const string Header = "TIMESTAMP,ContextTokens,GeneratedTokens";

    /// <summary>Requests of what follows the header; times count from the first of them.</summary>
    /// <exception cref="TraceLineException">A line is none.</exception>
    public static IEnumerable<WorkloadRequest> Read(TextReader lines)
    {
        DateTime? begun = null;
        int line = 1;
        while (lines.ReadLine() is { } text)
        {
            line++;
            if (text.Length == 0)
            {
                continue;
            }
            string[] fields = text.Split(',');
            if (fields.Length != 3
                || !DateTime.TryParse(fields[0], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime at)
                || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int prompt)
                || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int output)
                || prompt < 1 || output < 1)
            {
                throw new TraceLineException(line, $"\"{text}\" is not a moment, prompt tokens and output tokens, with commas between.");
            }
            begun ??= at;
            yield return new WorkloadRequest(prompt, output, at - begun);
        }
    }
}
