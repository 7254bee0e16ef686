using System.Text.Json.Nodes;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Playground;
using TokenFactory.Web.Playground.Code;
using TokenFactory.Web.Playground.Parameters;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class CodeRequestTests : IDisposable
{
    private const string Address = "http://host:5080/v1";

    private readonly HashModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Of_NothingSet_WritesMaxTokensOnly() =>
        Assert.Equal(
            """{"model":"hash","messages":[{"role":"user","content":"Hi"}],"max_tokens":256}""",
            Chat(ParameterSet.Empty).ToBody().ToJsonString());

    [Fact]
    public void Of_EverythingSet_WritesEachByItsWireName()
    {
        ParameterSet set = ParameterSet.Empty with { Stop = StopStrings.Parse("END\n\\n"), Bias = LogitBiases.Parse("42 -5.5") };
        foreach ((string key, string text) in (IEnumerable<(string, string)>)[
            ("max_tokens", "7"), ("temperature", "0.7"), ("top_p", "0.25"), ("top_k", "40"), ("min_p", "0.1"), ("presence_penalty", "-1"),
            ("frequency_penalty", "1.5"), ("repetition_penalty", "1.1"), ("seed", "9007199254740993")])
        {
            set = set.With(PlaygroundParameters.Find(key)!, text);
        }

        JsonObject body = Chat(set, system: "Be kind.", tokens: true).ToBody();

        Assert.Equal(
            """{"model":"hash","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}],"max_tokens":7,"temperature":0.7,"top_p":0.25,"top_k":40,"min_p":0.1,"presence_penalty":-1,"frequency_penalty":1.5,"repetition_penalty":1.1,"seed":9007199254740993,"stop":["END","\n"],"logit_bias":{"42":-5.5},"logprobs":true,"top_logprobs":5}""",
            body.ToJsonString());
    }

    [Fact]
    public void Of_ACompletion_HasNoMessagesAndTheOlderLogprobs()
    {
        AnswerSetup setup = Setup(ParameterSet.Empty, tokens: true);

        Assert.Equal("""{"model":"hash","prompt":"Once","max_tokens":256,"logprobs":5}""", CodeRequest.Of(Address, setup, null, "Once").ToBody().ToJsonString());
    }

    [Fact]
    public void Write_EveryLanguage_NamesAddressModelAndKeyVariable() => Assert.All(CodeLanguage.All, language =>
    {
        string code = language.Write(Chat(ParameterSet.Empty));
        Assert.Contains(Address, code);
        Assert.Contains("hash", code);
        Assert.Contains(CodeRequest.KeyVariable, code);
        Assert.EndsWith("\n", code);
    });

    [Fact]
    public void Write_OtherLane_SendsItsHeader() => Assert.All(CodeLanguage.All, language =>
    {
        AnswerSetup setup = Setup(ParameterSet.Empty) with { Lane = Lane.Batch };
        Assert.Contains("x-lane", language.Write(CodeRequest.Of(Address, setup, null, "Once")));
        Assert.DoesNotContain("x-lane", language.Write(Chat(ParameterSet.Empty)));
    });

    [Fact]
    public void Python_FieldsWithoutAnArgument_GoInTheExtraBody()
    {
        string code = PythonCode.Write(Chat(ParameterSet.Empty.With(PlaygroundParameters.Find("top_k")!, "40").With(PlaygroundParameters.Find("temperature")!, "0.5")));

        Assert.Contains("    temperature=0.5,\n    extra_body={\n        \"top_k\": 40\n    },\n", code);
    }

    [Fact]
    public void JavaScript_SeedBeyondExactNumbers_KeepsItsDigits()
    {
        Assert.Contains("seed: JSON.rawJSON(\"9007199254740993\")", JavaScriptCode.Write(Chat(ParameterSet.Empty.With(PlaygroundParameters.Find("seed")!, "9007199254740993"))));
        Assert.Contains("seed: 42,", JavaScriptCode.Write(Chat(ParameterSet.Empty.With(PlaygroundParameters.Find("seed")!, "42"))));
    }

    [Fact]
    public void CSharp_FieldsWithoutAMember_GoInAPatch()
    {
        string code = CSharpCode.Write(Chat(ParameterSet.Empty.With(PlaygroundParameters.Find("top_k")!, "40") with { Bias = LogitBiases.Parse("42 -5.5") }));

        Assert.Contains("options.Patch.Set(\"$.top_k\"u8, BinaryData.FromString(\"40\"));", code);
        Assert.Contains("options.Patch.Set(\"$.logit_bias\"u8, BinaryData.FromString(\"{\\\"42\\\":-5.5}\"));", code);
    }

    private AnswerSetup Setup(ParameterSet set, string system = "", bool tokens = false)
    {
        AnswerSetup setup = new(_model.Served, set.Compose(_model.Served)!, system);
        return tokens ? setup with { Settings = setup.Settings with { Sampling = setup.Settings.Sampling with { Logprobs = true, TopLogprobs = 5 } } } : setup;
    }

    private CodeRequest Chat(ParameterSet set, string system = "", bool tokens = false) =>
        CodeRequest.Of(Address, Setup(set, system, tokens), [new CodeMessage("user", "Hi")], null);
}
