using System.Text;
using TokenFactory.Api.Batches;
using Xunit;

namespace TokenFactory.Api.Tests.Batches;

public sealed class InputReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n \t\r\n", "")]
    [InlineData("a", "1:a")]
    [InlineData("a\n", "1:a")]
    [InlineData("a\r\n\r\nb", "1:a 3:b")]
    [InlineData("\uFEFFa\n\uFEFFb", "1:a 2:\uFEFFb")]
    [InlineData("12345678\n123456789\n12345678\r\nx", "1:12345678 2:! 3:12345678 4:x")]
    [InlineData("123456789", "1:!")]
    [InlineData("123456789012345678901234567890\n", "1:!")]
    public async Task Lines_OfAFile_AreNumberedAndBounded(string content, string expected)
    {
        foreach (int piece in new[] { 1, 3, 1000 })
        {
            await using InputReader reader = new(new Pieces(Encoding.UTF8.GetBytes(content), piece), 8);
            List<string> read = [];
            while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } line)
            {
                read.Add($"{line.Number}:{(line.IsTooLong ? "!" : Encoding.UTF8.GetString(line.Bytes))}");
            }

            Assert.Equal(expected, string.Join(' ', read));
        }
    }

    /// <summary>Gives its bytes in pieces of a size.</summary>
    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
