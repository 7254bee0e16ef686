using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// How the sequences on the device sample, by the rows that they hold. Bias and penalties need memory of their own, which a row gets when
/// the first sequence asks for it there, and keeps. A constraint's mask comes anew with every step that samples its row.
/// </summary>
internal sealed class SamplingRows : IDisposable
{
    private const int BitsOfWord = 32;

    private readonly int _vocabulary;
    private readonly CudaStream _stream;
    private readonly DeviceMemory?[] _bias;
    private readonly DeviceMemory?[] _counts;
    private readonly DeviceMemory?[] _prompts;
    private readonly DeviceMemory _masks;

    /// <param name="rows">Rows that sequences hold, and one for fill-ups.</param>
    /// <param name="vocabulary">Tokens.</param>
    /// <param name="stream">Where copies are enqueued.</param>
    public SamplingRows(int rows, int vocabulary, CudaStream stream)
    {
        _vocabulary = vocabulary;
        _stream = stream;
        _bias = new DeviceMemory?[rows];
        _counts = new DeviceMemory?[rows];
        _prompts = new DeviceMemory?[rows];
        MaskWords = (vocabulary + BitsOfWord - 1) / BitsOfWord;
        _masks = DeviceMemory.For<uint>((long)rows * MaskWords);
        Settings = DeviceMemory.For<SamplingSettings>(rows);
        SamplingSettings[] none = new SamplingSettings[rows];
        Array.Fill(none, new SamplingSettings { Logprobs = -1 });
        Settings.Write<SamplingSettings>(none, stream);
    }

    /// <summary>Words of a row's mask.</summary>
    public int MaskWords { get; }

    /// <summary>A <see cref="SamplingSettings"/> for each row.</summary>
    public DeviceMemory Settings { get; }

    /// <summary>What a sequence's row of the settings has to be. Where it has bias or penalties, their tables are brought to the device now.</summary>
    public SamplingSettings Prepare(int row, SamplingState state)
    {
        SamplingParameters parameters = state.Parameters;
        SamplingSettings settings = new()
        {
            Temperature = parameters.Temperature,
            MinP = parameters.MinP,
            TopP = parameters.TopP,
            RepetitionPenalty = parameters.RepetitionPenalty,
            PresencePenalty = parameters.PresencePenalty,
            FrequencyPenalty = parameters.FrequencyPenalty,
            TopK = parameters.TopK,
            Logprobs = parameters.Logprobs ? parameters.TopLogprobs : -1,
            Seed = state.Seed,
            Drawn = state.Drawn,
            Mask = state.IsConstrained ? _masks.Value + (nint)MaskOffset(row) : 0,
        };
        if (parameters.LogitBias is { Count: > 0 } bias)
        {
            WriteBias(ref settings, row, bias);
        }
        if (state.GeneratedCounts is { } counts)
        {
            settings.Generated = WriteCounts(row, counts);
        }
        if (state.PromptTokens is { } prompt)
        {
            settings.Prompt = WritePrompt(row, prompt);
        }
        return settings;
    }

    /// <summary>Enqueues the upload of the masks of rows that follow one another.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="from">Address of the first one's mask in pinned memory.</param>
    public void UploadMasks(int first, int count, nint from) => _masks.Upload(from, MaskOffset(count), _stream, MaskOffset(first));

    public void Dispose()
    {
        _masks.Dispose();
        Settings.Dispose();
        foreach (DeviceMemory memory in _bias.Concat(_counts).Concat(_prompts).OfType<DeviceMemory>())
        {
            memory.Dispose();
        }
    }

    private long MaskOffset(int row) => (long)row * MaskWords * sizeof(uint);

    private void WriteBias(ref SamplingSettings settings, int row, IReadOnlyDictionary<int, float> bias)
    {
        // Tokens first, then as many values.
        int[] both = new int[bias.Count * 2];
        int i = 0;
        foreach ((int token, float value) in bias)
        {
            both[i] = token;
            both[bias.Count + i++] = BitConverter.SingleToInt32Bits(value);
        }
        DeviceMemory memory = Room(_bias, row, (long)both.Length * sizeof(int));
        memory.Write<int>(both, _stream);
        settings.BiasCount = bias.Count;
        settings.BiasTokens = memory.Value;
        settings.BiasValues = memory.Value + (bias.Count * sizeof(int));
    }

    private nint WriteCounts(int row, Dictionary<int, int> counts)
    {
        ushort[] table = new ushort[_vocabulary];
        foreach ((int token, int count) in counts)
        {
            table[token] = (ushort)Math.Min(count, ushort.MaxValue);
        }
        DeviceMemory memory = Room(_counts, row, (long)table.Length * sizeof(ushort));
        memory.Write<ushort>(table, _stream);
        return memory.Value;
    }

    private nint WritePrompt(int row, HashSet<int> prompt)
    {
        uint[] bits = new uint[MaskWords];
        foreach (int token in prompt)
        {
            bits[token / BitsOfWord] |= 1u << (token % BitsOfWord);
        }
        DeviceMemory memory = Room(_prompts, row, (long)bits.Length * sizeof(uint));
        memory.Write<uint>(bits, _stream);
        return memory.Value;
    }

    private DeviceMemory Room(DeviceMemory?[] memories, int row, long bytes)
    {
        if (memories[row] is not { } memory || memory.Bytes < bytes)
        {
            // A step under way may still read the smaller one.
            _stream.Synchronize();
            memories[row]?.Dispose();
            memories[row] = memory = new DeviceMemory(bytes);
        }
        return memory;
    }
}
