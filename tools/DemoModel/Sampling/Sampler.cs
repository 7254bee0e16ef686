using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Sampling;

/// <summary>Writes text with a module, one token at a time. It keeps no cache: it is for looking at samples, not for serving.</summary>
internal sealed class Sampler
{
    private readonly LlamaModule _module;
    private readonly BpeTokenizer _tokenizer;
    private readonly int[] _ends;

    public Sampler(LlamaModule module, BpeTokenizer tokenizer)
    {
        _module = module;
        _tokenizer = tokenizer;
        _ends = [tokenizer.Id(Document.TurnEnd), tokenizer.Id(Document.EndOfText)];
    }

    /// <summary>The assistant's answer to a conversation.</summary>
    public string Answer(IEnumerable<Turn> turns, double temperature, int most, Random random)
    {
        string prompt = string.Concat(turns.Select(turn => $"{Document.TurnStart}{turn.Role}\n{turn.Text}{Document.TurnEnd}\n"));
        return Continue($"{prompt}{Document.TurnStart}{Turn.Assistant}\n", temperature, most, random);
    }

    /// <summary>What follows <paramref name="prompt"/>, up to an end token or <paramref name="most"/> tokens. Temperature 0 is greedy.</summary>
    public string Continue(string prompt, double temperature, int most, Random random)
    {
        List<int> ids = _tokenizer.Encode(prompt);
        int start = ids.Count;
        using IDisposable noGradient = no_grad();
        while (ids.Count < Math.Min(start + most, _module.Shape.Positions))
        {
            int next = Next(ids, temperature, random);
            if (_ends.Contains(next))
                break;
            ids.Add(next);
        }
        return _tokenizer.Decode(ids.Skip(start));
    }

    private int Next(List<int> ids, double temperature, Random random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = _module.forward(tensor(ids.Select(id => (long)id).ToArray()).view(1, -1));
        Tensor logits = _module.Logits(states[0, ids.Count - 1]);
        if (temperature <= 0)
            return (int)logits.argmax().item<long>();
        float[] shares = nn.functional.softmax(logits / temperature, 0).data<float>().ToArray();
        double left = random.NextDouble();
        for (int i = 0; i < shares.Length; i++)
        {
            left -= shares[i];
            if (left < 0)
                return i;
        }
        return shares.Length - 1;
    }
}
