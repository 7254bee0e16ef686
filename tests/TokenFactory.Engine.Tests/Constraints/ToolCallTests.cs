using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Constraints.ToolCalls;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>Free text whose calls are held: what passes and what does not, in each format.</summary>
public sealed class ToolCallTests
{
    private const string City = """{"type":"object","properties":{"city":{"enum":["Rome","Oslo"]}},"required":["city"],"additionalProperties":false}""";

    private static readonly CallableTool[] Tools = [new("get_weather", City), new("add", null)];

    [Theory]
    [InlineData("")]
    [InlineData("Any text, {\"name\": 1} 世界 <tool_cal <tool_ca<tool_call <<tool_call</tool_call>")]
    [InlineData("Look.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>")]
    [InlineData("<<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"Oslo\"}}</tool_call> and <tool_call>{\"name\":\"add\",\"arguments\":{\"a\":[{}],\"t\":\"</tool_call>\"}}</tool_call> so <t")]
    public void Hermes_FreeTextAndValidCalls_Pass(string text) => Assert.True(Form(ToolFormat.Hermes).Accepts(text));

    [Theory]
    [InlineData("<tool_call>", "x")]
    [InlineData("<tool_call>\n{\"name\": \"", "set_weather")]
    [InlineData("<tool_call>\n{\"name\": \"", "get_weather2")]
    [InlineData("see <<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"", "town")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"", "Paris")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {", "}")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": ", "[]")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": {}}", "</tool_cull>")]
    [InlineData("<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call> on <tool_call>{\"name\": \"", "sub")]
    public void Hermes_InvalidCall_IsMaskedAndCannotEnd(string passes, string refused)
    {
        ConstraintState state = Form(ToolFormat.Hermes).CreateState();

        Assert.Equal(-1, RefusedAt(state, passes));
        Assert.False(state.IsComplete);
        Assert.NotEqual(-1, RefusedAt(state, refused));
    }

    [Theory]
    [InlineData(ToolFormat.Hermes, "<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call> on ", "<tool_call>")]
    [InlineData(ToolFormat.MistralList, "[TOOL_CALLS][{\"name\": \"add\", \"arguments\": {}}", ",")]
    [InlineData(ToolFormat.MistralList, "[TOOL_CALLS][{\"name\": \"add\", \"arguments\": {}}] ", "[TOOL_CALLS]")]
    [InlineData(ToolFormat.Llama, "{\"name\": \"add\", \"parameters\": {}}", "; {")]
    public void OneCall_AnotherCall_IsMasked(ToolFormat format, string first, string another)
    {
        ConstraintState one = Form(format, oneCall: true).CreateState();
        ConstraintState many = Form(format).CreateState();

        Assert.Equal((-1, -1), (RefusedAt(one, first), RefusedAt(many, first)));
        Assert.NotEqual(-1, RefusedAt(one, another));
        Assert.Equal(-1, RefusedAt(many, another));
    }

    [Theory]
    [InlineData("Any text {\"name\": \"x\"} and [TOOL_CALLS", true)]
    [InlineData("So: [TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}, {\"name\": \"add\", \"arguments\": {\"a\": 1}}] bye", true)]
    [InlineData("[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bonn\"}}]", false)]
    [InlineData("[TOOL_CALLS]add", false)]
    [InlineData("[TOOL_CALLS][]", false)]
    public void Mistral_Text_PassesWhereItsCallsAreValid(string text, bool passes) => Assert.Equal(passes, Form(ToolFormat.MistralList).Accepts(text));

    [Theory]
    [InlineData("", true)]
    [InlineData("Text with {\"name\": \"none\"} in it <|python_ta", true)]
    [InlineData("{\"people\": [{\"name\": \"Bob\"}]} is it", true)]
    [InlineData("{braces} and more", true)]
    [InlineData("{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Rome\"}}", true)]
    [InlineData("{\"type\": \"function\", \"name\": \"get_weather\", \"parameters\": {\"city\": \"Rome\"}}; {\"name\": \"add\", \"parameters\": {\"a\": 1}}", true)]
    [InlineData("I call.<|python_tag|>{\"name\": \"add\", \"parameters\": {}} there", true)]
    [InlineData("{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Bonn\"}}", false)]
    [InlineData("{\"name\": \"sub\", \"parameters\": {}}", false)]
    [InlineData("{\"parameters\": {}, \"name\": \"get_weather\"}", false)]
    [InlineData("{\"parameters\": {}, \"n\\u0061me\": \"get_weather\"}", false)]
    [InlineData("I call.<|python_tag|>{\"name\": \"get_weather\", \"parameters\": {}}", false)]
    [InlineData("{\"name\": \"add\", \"parameters\": {}}; {\"name\": \"get_weather\", \"parameters\": {}}", false)]
    public void Llama_Text_PassesWhereItsCallsAreValid(string text, bool passes) => Assert.Equal(passes, Form(ToolFormat.Llama).Accepts(text));

    [Theory]
    [InlineData(CallReasoning.Open, "I could <tool_call>{ it.</think>\n\nNo.", true)]
    [InlineData(CallReasoning.Open, "hm</think><tool_call>{\"name\": \"sub\"", false)]
    [InlineData(CallReasoning.Possible, " <think>I could <tool_call>{ it.</think> No.", true)]
    [InlineData(CallReasoning.Possible, "No <think><tool_call>{ it.</think>", false)]
    [InlineData(CallReasoning.Possible, "<think>a</think><tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>", true)]
    [InlineData(CallReasoning.Possible, "<think>a</think> <tool_call>x", false)]
    [InlineData(CallReasoning.None, "<think><tool_call>x", false)]
    public void Reasoning_HasNoCalls(CallReasoning reasoning, string text, bool passes) =>
        Assert.Equal(passes, Form(ToolFormat.Hermes, reasoning: reasoning).Accepts(text));

    [Fact]
    public void Forced_OneObject_IsAll()
    {
        TokenConstraint form = Compile(new CallForm(ToolFormat.Hermes, CallReasoning.None, IsForced: true, OneCall: true, Tools), Constrained.Bytes);

        Assert.True(form.Accepts("{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}"));
        Assert.False(form.Accepts(""));
        Assert.False(form.Accepts("{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bonn\"}}"));
    }

    /// <summary>The mark as one token, also one that is special, leads where its letters lead.</summary>
    [Fact]
    public void Mark_AsOneTokenOrAsSeveral_LeadsToTheSame()
    {
        string[] tokens = ["<tool_call>", "a<tool", "_call>\n{\"", "<tool_call>x"];
        ConstraintVocabulary vocabulary = ConstraintVocabulary.Create([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. tokens.Select(Encoding.UTF8.GetBytes), "<end>"u8.ToArray()], [260]);
        ConstraintState one = Compile(new CallForm(ToolFormat.Hermes, CallReasoning.None, IsForced: false, OneCall: false, Tools), vocabulary).CreateState();
        ConstraintState several = one.Clone();

        Assert.False(one.TryAccept(259));
        Assert.True(one.TryAccept(256) && one.TryAccept('\n') && one.TryAccept('{') && one.TryAccept('"'));
        Assert.True(several.TryAccept(257) && several.TryAccept(258));
        Assert.Equal(MaskOf(one), MaskOf(several));
        Assert.False(several.TryAccept(260));
    }

    [Fact]
    public void FreeText_Mask_IsAllButWhatBreaksACall()
    {
        ConstraintState state = Form(ToolFormat.Hermes).CreateState();

        Assert.All(Enumerable.Range(0, 257), token => Assert.Equal(1u, (MaskOf(state)[token >> 5] >> (token & 31)) & 1));
    }

    [Fact]
    public void Vocabulary_SpecialMark_MatchesOnlyWhereItIsShown()
    {
        ByteTokenizer tokenizer = new(vocabularySize: 259);
        string name = Encoding.UTF8.GetString(tokenizer.GetTokenBytes(256));

        Assert.True(ConstraintVocabulary.Create(tokenizer, [258]).BytesOf(256).IsEmpty);
        Assert.Equal(name, Encoding.UTF8.GetString(ConstraintVocabulary.Create(tokenizer, [258], shown: [name]).BytesOf(256)));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","maxLength":9999}}}""", "t/properties/a")]
    [InlineData("""{"type":"object","properties":{"a":{"not":{}}}}""", "t/properties/a")]
    public void Compile_SchemaThatCannotBeHeld_NamesToolAndPlace(string schema, string place)
    {
        CallForm form = new(ToolFormat.Hermes, CallReasoning.None, IsForced: false, OneCall: false, [new CallableTool("ok", City), new CallableTool("t", schema)]);

        ConstraintException refused = Assert.Throws<ConstraintException>(() => Compile(form, Constrained.Bytes));

        Assert.StartsWith(place, refused.Path);
    }

    private static TokenConstraint Form(ToolFormat format, bool oneCall = false, CallReasoning reasoning = CallReasoning.None) =>
        Compile(new CallForm(format, reasoning, IsForced: false, oneCall, Tools), Constrained.Bytes);

    private static TokenConstraint Compile(CallForm form, ConstraintVocabulary vocabulary) =>
        TokenConstraint.FromToolCalls(JsonElement.Parse(form.ToSource().Text), vocabulary, new JsonSchemaOptions());

    /// <summary>The first byte that may not come, by the mask as by the step; -1 where all may.</summary>
    private static int RefusedAt(ConstraintState state, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < bytes.Length; i++)
        {
            bool isAllowed = ((MaskOf(state)[bytes[i] >> 5] >> (bytes[i] & 31)) & 1) == 1;
            Assert.Equal(isAllowed, state.TryAccept(bytes[i]));
            if (!isAllowed)
                return i;
        }
        return -1;
    }

    private static uint[] MaskOf(ConstraintState state)
    {
        uint[] mask = new uint[state.Constraint.Vocabulary.MaskWords];
        state.FillMask(mask);
        return mask;
    }
}
