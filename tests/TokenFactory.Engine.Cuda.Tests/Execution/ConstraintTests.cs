using System.Text;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>Texts held to a form by masks that the sampling kernel reads: recorded steps and others, one device and two, beside sequences that are free.</summary>
public sealed class ConstraintTests(EmulatedDevice device)
{
    private const int End = 2;
    private const string Form = "[a-z]{3}(,[a-z]{2}){2,5}";

    // Some of the model's tokens stand for a byte of ASCII, whatever the model means by them; the others never match.
    private static readonly ConstraintVocabulary Vocabulary =
        ConstraintVocabulary.Create([.. Enumerable.Range(0, 2048).Select(token => token is >= 32 and < 127 ? new[] { (byte)token } : [])], [End]);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    public async Task Outputs_BesideFreeSequences_HaveTheirForm(bool graphs, int devices)
    {
        device.Require().SetDevices(devices);
        using EmulatedEngine engine = new(device, GoldenCases.Folder(), EmulatedEngine.Options with { Graphs = graphs }, devices: devices);
        TokenConstraint constraint = TokenConstraint.FromRegex(Form, Vocabulary);
        (int[] prompt, int[] output) = GoldenCases.Load()[0];

        Task<int[]> free = engine.RunAsync(prompt, 30);
        EmulatedEngine.Answer[] held = await Task.WhenAll(Enumerable.Range(0, 5).Select(seed => EmulatedEngine.ReadAsync(engine.Submit(Request(seed)))));

        Assert.Equal(output[..30], await free);
        Assert.All(held, answer =>
        {
            Assert.Equal(End, answer.Ids[^1]);
            Assert.Matches($"^{Form}$", Text(answer));
        });
        Assert.True(held.Select(Text).Distinct().Count() > 2, "seeds differ");

        GenerationRequest Request(int seed)
        {
            SamplingParameters drawn = new() { Temperature = 1.2f, Seed = seed, TopP = seed % 2 == 0 ? 0.9f : 1, Logprobs = true };
            return EmulatedEngine.Request(prompt, 40, seed == 0 ? SamplingParameters.Greedy : drawn) with { Constraint = constraint, IgnoreEndTokens = false, StopTokens = [End] };
        }
    }

    private static string Text(EmulatedEngine.Answer answer) => Encoding.ASCII.GetString([.. answer.Ids[..^1].Select(token => (byte)token)]);
}
