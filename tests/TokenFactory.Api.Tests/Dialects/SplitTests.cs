using System.Globalization;
using TokenFactory.Engine.Text;
using Xunit;

namespace TokenFactory.Api.Tests.Dialects;

/// <summary>What an answer says does not depend on how its text arrives, and no text makes a parser fail.</summary>
public sealed class SplitTests
{
    private static readonly ChatDialect[] All = [.. Dialect.Answers.Select(answer => answer.Dialect).Distinct()];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Dialect.Answers.Count)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Read_LetterByLetter_GivesTheWholesParts(int index)
    {
        (ChatDialect dialect, string answer) = Dialect.Answers[index];

        Assert.Equal(Parts.Read(dialect, answer).ToString(), Parts.Read(dialect, Letters(answer)).ToString());
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Read_CutAnywhereTwice_GivesTheWholesParts(int index)
    {
        (ChatDialect dialect, string answer) = Dialect.Answers[index];
        string whole = Parts.Read(dialect, answer).ToString();
        string[] letters = Letters(answer);

        for (int first = 0; first <= letters.Length; first++)
        {
            for (int second = first; second <= letters.Length; second += 7)
            {
                string[] pieces = [string.Concat(letters[..first]), string.Concat(letters[first..second]), string.Concat(letters[second..])];
                Assert.Equal(whole, Parts.Read(dialect, pieces).ToString());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_RandomTextOfMarksInEveryDialect_EndsAndDoesNotDependOnCuts(int seed)
    {
        Random random = new(seed);
        string[] atoms =
        [
            "<tool_call>", "</tool_call>", "<think>", "</think>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "<|python_tag|>", "<|channel|>", "<|message|>", "<|end|>",
            "<|start|>", "<|call|>", "<|constrain|>", "analysis", "commentary", "assistant", " to=functions.", "get_weather", "{", "}", "[", "]", "\"", "\\", ":", ",", " ", "\n",
            "\"name\": \"add\"", "\"arguments\":", "\"parameters\": ", "{\"a\": 1}", "世", "<", "<|", "true", "1", "x;",
        ];
        for (int round = 0; round < 2000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => atoms[random.Next(atoms.Length)]));
            foreach (ChatDialect dialect in All)
            {
                string whole = Parts.Read(dialect, text).ToString();
                string[] letters = Letters(text);
                List<string> pieces = [];
                for (int at = 0; at < letters.Length;)
                {
                    int count = Math.Min(random.Next(1, 9), letters.Length - at);
                    pieces.Add(string.Concat(letters.AsSpan(at, count).ToArray()));
                    at += count;
                }
                Assert.True(whole == Parts.Read(dialect, pieces).ToString(), $"{dialect} on {string.Join('|', pieces)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Read_EveryPrefix_GivesTheWholesPartsAsFarAsTheyWerePassedOn(int index)
    {
        (ChatDialect dialect, string answer) = Dialect.Answers[index];
        string[] letters = Letters(answer);

        for (int length = 0; length <= letters.Length; length++)
        {
            // An answer that was cut off has parts too, and none of its calls is lost or doubled.
            Parts cut = Parts.Read(dialect, string.Concat(letters[..length]));
            Assert.True(cut.Ids.Distinct().Count() == cut.Ids.Count, string.Create(CultureInfo.InvariantCulture, $"{length}: {cut}"));
        }
    }

    private static string[] Letters(string text) => [.. text.EnumerateRunes().Select(rune => rune.ToString())];
}
