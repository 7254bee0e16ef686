using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Web.Bench.Workloads;

/// <summary>
/// The form of Mooncake's traces (github.com/kvcache-ai/Mooncake): a JSON object a line with a moment in milliseconds, two lengths, and
/// names of the prompt's blocks.
/// </summary>
internal static class MooncakeTrace
{
    /// <exception cref="TraceLineException">A line is none.</exception>
    public static IEnumerable<WorkloadRequest> Read(string first, TextReader following)
    {
        int line = 1;
        for (string? text = first; text is not null; text = following.ReadLine(), line++)
        {
            if (text.Length > 0)
            {
                yield return Read(text, line);
            }
        }
    }

    private static WorkloadRequest Read(string text, int line)
    {
        try
        {
            MooncakeRequest request = JsonSerializer.Deserialize(text, MooncakeJson.Default.MooncakeRequest)!;
            return request is { Timestamp: >= 0, InputLength: >= 1, OutputLength: >= 1 }
                ? new WorkloadRequest(request.InputLength, request.OutputLength, TimeSpan.FromMilliseconds(request.Timestamp), request.HashIds)
                : throw new TraceLineException(line, "timestamp must be 0 or more, input_length and output_length at least 1.");
        }
        catch (JsonException wrong)
        {
            throw new TraceLineException(line, wrong.Message);
        }
    }
}

/// <summary>A line of the file.</summary>
internal sealed record MooncakeRequest(double Timestamp, int InputLength, int OutputLength, int[]? HashIds = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MooncakeRequest))]
internal sealed partial class MooncakeJson : JsonSerializerContext;
