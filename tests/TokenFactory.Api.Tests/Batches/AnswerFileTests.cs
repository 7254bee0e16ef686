using System.Text;
using TokenFactory.Api.Batches;
using TokenFactory.Tenancy.Batches;
using Xunit;

namespace TokenFactory.Api.Tests.Batches;

/// <summary>Files of answers as a crash leaves them.</summary>
public sealed class AnswerFileTests : IDisposable
{
    private static readonly Batch Of = new() { Id = Batch.NewId() };

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void File_CutAnywhere_KeepsItsWholeLines()
    {
        byte[][] lines = [.. Enumerable.Range(1, 5).Select(Line)];
        byte[] whole = [.. lines.SelectMany(line => line)];
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(_path, whole[..cut]);
            int expected = lines.Select((_, i) => lines[..(i + 1)].Sum(line => line.Length)).Count(end => end <= cut);

            List<int> read = [];
            using (AnswerFile file = AnswerFile.Open(_path, AnswerLine.HeadOf(Of), read.Add))
            {
                Assert.Equal(Enumerable.Range(1, expected), read);
                Assert.Equal(expected, file.Lines);
                file.Append([Line(77)]);
            }

            Assert.Equal([.. lines[..expected].SelectMany(line => line), .. Line(77)], File.ReadAllBytes(_path));
        }
    }

    [Theory]
    [InlineData("\0\0\0\0\0\0\n")]
    [InlineData("{\"id\":\"batch_req_\n")]
    [InlineData("\n")]
    [InlineData("{\"id\":\"batch_req_00000000000000000000000000000000000000aa\",\"custom_id\":\"of another batch\"}\n")]
    public void File_WithSomethingElse_IsCutThere(string other)
    {
        File.WriteAllBytes(_path, [.. Line(1), .. Encoding.UTF8.GetBytes(other), .. Line(2)]);

        List<int> read = [];
        using AnswerFile file = AnswerFile.Open(_path, AnswerLine.HeadOf(Of), read.Add);

        Assert.Equal([1], read);
        Assert.Equal(Line(1).Length, new FileInfo(_path).Length);
    }

    [Fact]
    public void File_OfLongLines_ReadsTheirNumbers()
    {
        int[] numbers = [1, 50_000, int.MaxValue];
        File.WriteAllBytes(_path, [.. numbers.SelectMany(number => Line(number, new string('ä', 100_000)))]);

        List<int> read = [];
        using AnswerFile file = AnswerFile.Open(_path, AnswerLine.HeadOf(Of), read.Add);

        Assert.Equal(numbers, read);
    }

    private static byte[] Line(int number) => Line(number, "why");

    private static byte[] Line(int number, string message) => AnswerLine.Unanswered(Of.LineId(number), $"custom {number}", "code", message).Bytes.ToArray();
}
