using TokenFactory.Engine.Text;
using Xunit;

namespace TokenFactory.Api.Tests.Dialects;

/// <summary>What each dialect's answers say, faults and all.</summary>
public sealed class ParserTests
{
    [Fact]
    public void Qwen_ThoughtTextAndCalls_AreApart()
    {
        Parts parts = Parts.Read(Dialect.Qwen, Dialect.Answers[0].Answer);

        Assert.Equal("First, 世界 & <tool_call>?", parts.Of("reasoning"));
        Assert.Equal("Let me look.\nDone.", parts.Of("content"));
        Assert.Equal(["get_weather{\"city\": \"Par}is </tool_call> \\\"é\\\"\"}", "add{\"a\": 2, \"b\": [3.5]}"], parts.Calls);
        Assert.All(parts.Ids, id => Assert.Matches("^call_[a-zA-Z0-9]{24}$", id));
    }

    [Fact]
    public void Qwen_MarksThatAreNoCall_AreContentLetterForLetter()
    {
        string text = Dialect.Answers[1].Answer;

        Assert.Equal([("content", text)], Parts.Read(Dialect.Qwen, text).All);
    }

    [Theory]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 2</tool_call>", "add{\"a\": 2")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 2}}}</tool_call>", "add{\"a\": 2}")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 2, }}", "add{\"a\": 2, }")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": 7}</tool_call>", "add7")]
    [InlineData("<tool_call>{\"name\": \"add\"}</tool_call>", "add{}")]
    [InlineData("<tool_call>{\"name\": \"a\\u0064d\", \"arguments\": {}}</tool_call>", "add{}")]
    [InlineData("<tool_call>{\"name\": \"unknown_tool\", \"arguments\": {}}</tool_call>", "unknown_tool{}")]
    public void Hermes_FaultyCall_IsPassedOnAsWritten(string text, string call)
    {
        Parts parts = Parts.Read(Dialect.Hermes, text);

        Assert.Equal([call], parts.Calls);
        Assert.Equal("", parts.Of("content"));
    }

    [Theory]
    [InlineData("<tool_call>{\"name\": 7, \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"\\ud800\", \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>{\"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>add(1, 2)</tool_call>")]
    [InlineData("<tool_call>")]
    [InlineData("a < b and <tool_ca")]
    public void Hermes_NoCall_IsContent(string text) => Assert.Equal([("content", text)], Parts.Read(Dialect.Hermes, text).All);

    [Fact]
    public void Llama_CallsAfterOneAnother_AreAllRead()
    {
        Assert.Equal(["get_weather{\"city\": \"Paris\"}", "add{\"a\": 1}"], Parts.Read(Dialect.Llama, Dialect.Answers[4].Answer).Calls);
        Assert.Equal([("call", "get_weather"), ("arguments", "{\"city\": \"Päris\"}")], Parts.Read(Dialect.Llama, Dialect.Answers[5].Answer).All);
        Assert.Equal(
            [("content", "I will call."), ("call", "add"), ("arguments", "{\"a\": 1}"), ("content", " there")], Parts.Read(Dialect.Llama, Dialect.Answers[7].Answer).All);
    }

    [Fact]
    public void Llama_ObjectThatNamesNoTool_IsContent() =>
        Assert.Equal([("content", Dialect.Answers[6].Answer)], Parts.Read(Dialect.Llama, Dialect.Answers[6].Answer).All);

    [Fact]
    public void Mistral_ListOfCalls_IsRead()
    {
        Parts parts = Parts.Read(Dialect.Mistral, Dialect.Answers[8].Answer);

        Assert.Equal(["get_weather{\"city\": \"[TOOL_CALLS]\"}", "add{\"a\": 2}"], parts.Calls);
        Assert.Equal("Sure. bye", parts.Of("content"));
        Assert.All(parts.Ids, id => Assert.Matches("^[a-zA-Z0-9]{9}$", id));
    }

    [Fact]
    public void Mistral_NamedCalls_AreReadWithTheirIds()
    {
        Parts parts = Parts.Read(Dialect.MistralNamed, Dialect.Answers[10].Answer);

        Assert.Equal(["get_weather{\"city\": \"Paris\"}", "add{\"a\": [1, \"]\"]}"], parts.Calls);
        Assert.Equal("abcdef123", parts.Ids[0]);
        Assert.Equal("", parts.Of("content"));
    }

    [Fact]
    public void Mistral_MarkWithoutCall_IsContentWithoutTheMark() =>
        Assert.Equal([("content", "nothing of the kind")], Parts.Read(Dialect.Mistral, Dialect.Answers[9].Answer).All);

    [Fact]
    public void Harmony_Channels_AreApart()
    {
        Parts parts = Parts.Read(Dialect.Harmony, Dialect.Answers[12].Answer);

        Assert.Equal("Think 世界 < | ", parts.Of("reasoning"));
        Assert.Equal("I'll look.", parts.Of("content"));
        Assert.Equal(["get_weather{\"city\": \"<|\"}"], parts.Calls);
        Assert.Equal(
            [("call", "add"), ("arguments", "{\"a\": 1}"), ("content", "It is 3 <|or|> so.")], Parts.Read(Dialect.Harmony, Dialect.Answers[13].Answer).All);
        Assert.Equal("plain text without channels ", Parts.Read(Dialect.Harmony, Dialect.Answers[14].Answer).Of("content"));
    }

    [Fact]
    public void Think_OpenedByThePrompt_BeginsWithReasoning()
    {
        Assert.Equal([("reasoning", "thoughts"), ("content", "answer")], Parts.Read(Dialect.Thinking, ["thoughts</think>answer"], isReasoningOpen: true).All);
        Assert.Equal([("reasoning", "never closed")], Parts.Read(Dialect.Thinking, ["\nnever closed \n"], isReasoningOpen: true).All);
        Assert.Equal([("content", "thoughts</think>answer")], Parts.Read(Dialect.Thinking, "thoughts</think>answer").All);
        Assert.Equal([("reasoning", "a </thin </think >  b"), ("content", "answer </think> \n")], Parts.Read(Dialect.Thinking, Dialect.Answers[16].Answer).All);
    }

    [Theory]
    [InlineData(ToolFormat.Hermes, " {\"city\": \"Paris\"}}\n</tool_call>")]
    [InlineData(ToolFormat.Llama, " {\"city\": \"Paris\"}}")]
    [InlineData(ToolFormat.MistralList, " {\"city\": \"Paris\"}}]")]
    [InlineData(ToolFormat.MistralNamed, "{\"city\": \"Paris\"}")]
    [InlineData(ToolFormat.Harmony, "{\"city\": \"Paris\"}")]
    public void Forced_Named_IsACallOfThatToolWhateverFollows(ToolFormat format, string answer)
    {
        ChatDialect dialect = new(format, format == ToolFormat.Harmony ? ReasoningFormat.Harmony : ReasoningFormat.None);
        string opening = TokenFactory.Api.Dialects.ForcedCall.Open(format, "get_weather");

        Assert.Equal(["get_weather{\"city\": \"Paris\"}"], Parts.Read(dialect, [answer], prefill: opening).Calls);
        Assert.StartsWith("get_weather", Assert.Single(Parts.Read(dialect, ["nonsense"], prefill: opening).Calls));
        Assert.Equal(["get_weather"], Parts.Read(dialect, [], prefill: opening).Calls);
    }
}
