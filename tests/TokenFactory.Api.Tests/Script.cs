using System.Text;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Api.Tests;

/// <summary>Makes the hash executor say a given text and end, as a model that was trained to would.</summary>
internal static class Script
{
    /// <summary>The token that ends an answer: the byte 0, which is in no text.</summary>
    public const int End = 0;

    /// <summary>Goes on with the longest beginning of <paramref name="answer"/> that the context ends with, so also from a prefilled one.</summary>
    public static void Says(this HashExecutor executor, string answer)
    {
        int[] tokens = [.. Encoding.UTF8.GetBytes(answer).Select(value => (int)value), End];
        executor.Choose = context =>
        {
            int said = Math.Min(tokens.Length - 1, context.Length);
            while (!context.AsSpan().EndsWith(tokens.AsSpan(0, said)))
            {
                said--;
            }
            return tokens[said];
        };
    }
}
