using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Cuda.Tests.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Faults;

/// <summary>Two devices, a replica on each; one is lost in the midst of an answer.</summary>
public sealed class ReplicaFaultTests(EmulatedDevice device)
{
    [Theory]
    [InlineData("cuGraphLaunch", Emulator.LaunchFailed, 5)]
    [InlineData("cuEventSynchronize", Emulator.Unknown, 8)]
    public async Task Device_Lost_AnswerGoesOnOnTheOtherAsTheGolden(string function, int code, int after)
    {
        const int Tokens = 16;
        Emulator emulator = device.Require();
        emulator.SetDevices(2);
        EmulatedEngine[] engines = [.. Enumerable.Range(0, 2).Select(i => new EmulatedEngine(device, GoldenCases.Folder(), EmulatedEngine.Options with { Device = i }))];
        using ServedModel model = new(
            "stories", [.. engines.Select(engine => engine.Loop)], new ByteTokenizer(2048), null, SamplingParameters.Greedy, new ModelFacts("Llama", 1, "/", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        (int[] prompt, int[] output) = GoldenCases.Load()[0];
        emulator.Fail(function, code, after, device: 0);

        Generation generation = engines[0].Submit(prompt, Tokens);
        EmulatedEngine.Answer answer = await EmulatedEngine.ReadAsync(generation);

        Assert.Equal(output[..Tokens], answer.Ids);
        Assert.Equal(Tokens, answer.Outcome.GeneratedTokens);
        Assert.Equal("cuda:1", generation.Replica.Device.Id);
        Assert.Equal(Tokens, engines.Sum(engine => engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens)));
        Assert.All(engines, engine => Assert.InRange(engine.Loop.Accounts.All.Single().GeneratedTokens, 1, Tokens - 1));
        Assert.Contains("The device is lost", engines[0].Loop.FindProblem());
        Assert.Null(model.FindProblem());
        Assert.Same(engines[1].Loop, model.ChooseReplica());
    }
}
