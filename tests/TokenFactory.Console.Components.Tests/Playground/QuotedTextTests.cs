using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using TokenFactory.Web.Playground.Code;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

/// <summary>Text survives its way into code: each language is asked what it reads.</summary>
public sealed class QuotedTextTests
{
    private static readonly string[] Awkward =
    [
        "", "'", "''", "'\\''", "\"", "\\", "\\n", "a\\", "$HOME $(id) `id` ${x}", "%s %n {0} {{}}", "line\nline\r\n\ttab", "</script><!-- -->", "\0\u0001\u001b\u007f\u0085",
        "世界 🏭 é e\u0301", "\u2028\u2029\u200b\u202e\ufeff", "!history #comment ~ * ?", "\"\"\" ''' \\\"\"\"", "@file", "\u00a0", "trailing\n",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char["'\"\\$`!</>{}%\n\r\t\0 ab世\u2028\u00a0\u001b"], 0, 30], Gen.String, Gen.Int[0, Awkward.Length - 1].Select(i => Awkward[i]))
        .Select(text => new string([.. text.Where(letter => !char.IsSurrogate(letter))]));

    [Fact]
    public void Of_AnyText_IsJsonOfThatText()
    {
        Texts.Sample(text => JsonSerializer.Deserialize<string>(QuotedText.Of(text)) == text);
        Assert.All(Awkward, text => Assert.Equal(text, JsonSerializer.Deserialize<string>(QuotedText.Of(text))));
    }

    [Fact]
    public void Of_AnyText_ShowsEveryCharacterAndEndsNoScript() => Texts.Sample(text =>
        QuotedText.Of(text) is { } code && !code.Contains("</", StringComparison.Ordinal) && !code.Contains("<!", StringComparison.Ordinal) && !code.Any(char.IsControl));

    [Fact]
    public void Of_HalfAPair_IsAReplacementCharacter() => Assert.Equal("\"a\\ufffdb\\ufffd\"", QuotedText.Of("a\ud83cb\udfed"));

    [Fact]
    public void Quote_AnyText_IsReadBackByTheShell()
    {
        string[] texts = [.. Sampled().Select(text => text.Replace("\0", "", StringComparison.Ordinal))];
        // A shell's arguments end at a zero byte, so that it can stand between them.
        string script = string.Concat(texts.Select(text => $"printf '%s\\0' {CurlCode.Quote(text)}\n"));

        Assert.Equal(texts, Run("bash", script).Split('\0')[..^1]);
    }

    [Fact]
    public void Of_AnyText_IsReadBackByPython()
    {
        string[] texts = Sampled();
        string script = $"import json\nprint(json.dumps([\n{string.Concat(texts.Select(text => QuotedText.Of(text) + ",\n"))}]))\n";

        Assert.Equal(texts, JsonSerializer.Deserialize<string[]>(Run("python3", script)));
    }

    [Fact]
    public void Of_AnyText_IsReadBackByNode()
    {
        string[] texts = Sampled();
        string script = $"console.log(JSON.stringify([\n{string.Concat(texts.Select(text => QuotedText.Of(text) + ",\n"))}]))\n";

        Assert.Equal(texts, JsonSerializer.Deserialize<string[]>(Run("node", script)));
    }

    private static string[] Sampled()
    {
        List<string> texts = [.. Awkward];
        Texts.Array[200].Sample(texts.AddRange, iter: 1, threads: 1);
        return [.. texts];
    }

    /// <summary>What an interpreter prints of a script that it is given as a file; skips where there is no such interpreter.</summary>
    private static string Run(string interpreter, string script)
    {
        bool exists = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, interpreter)));
        Assert.SkipUnless(exists, $"needs {interpreter} in PATH");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, script);
            using Process process = Process.Start(new ProcessStartInfo(interpreter, [file])
            {
                RedirectStandardOutput = true,
                StandardOutputEncoding = new UTF8Encoding(false),
            })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
