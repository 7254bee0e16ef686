using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Memory;
using TokenFactory.Engine.Onnx.Operators;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>
/// The decoder graph in ONNX Runtime with everything bound that a step needs. The caller writes <see cref="Hidden"/>, runs, and reads
/// <see cref="Logits"/> and <see cref="Pooled"/>; a step of the same extents as the one before binds nothing anew.
/// </summary>
internal sealed unsafe class DecoderSession : IDisposable
{
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly NativeRegion _hidden;
    private readonly NativeRegion _logits;
    private readonly NativeRegion _pooled;
    private readonly long[] _wanted;
    private readonly long[] _pooledRows;
    private readonly BoundTensor _boundHidden;
    private readonly BoundTensor _boundLogits;
    private readonly BoundTensor _boundWanted;
    private readonly BoundTensor _boundPooled;
    private readonly BoundTensor _boundPooledRows;
    private readonly int _hiddenSize;
    private readonly int _vocabulary;

    /// <param name="model">The ModelProto.</param>
    /// <param name="weightsFolder">The folder of its external file.</param>
    /// <param name="operators">The operators that its nodes name.</param>
    /// <param name="spec">The model.</param>
    /// <param name="maxSequences">Most sequences of a step.</param>
    /// <param name="maxSamples">Most tokens of a step whose logits are wanted.</param>
    /// <param name="maxTokens">Most tokens of a step.</param>
    /// <param name="threads">Threads of the session.</param>
    public DecoderSession(byte[] model, string weightsFolder, OperatorSet operators, ModelSpec spec, int maxSequences, int maxSamples, int maxTokens, int threads)
    {
        _hiddenSize = spec.HiddenSize;
        _vocabulary = spec.VocabularySize;
        _options = Options(weightsFolder, threads);
        operators.Register(_options);
        _session = new InferenceSession(model, _options);
        _binding = _session.CreateIoBinding();
        _hidden = new NativeRegion((long)maxTokens * spec.HiddenSize * sizeof(float));
        _logits = new NativeRegion((long)(maxSamples + 1) * spec.VocabularySize * sizeof(float));
        _pooled = new NativeRegion((long)maxSequences * spec.HiddenSize * sizeof(float));
        _wanted = GC.AllocateArray<long>(maxSamples + 1, pinned: true);
        _pooledRows = GC.AllocateArray<long>(maxSequences, pinned: true);
        _boundHidden = new BoundTensor(_binding, DecoderInputs.Hidden, isOutput: false, TensorElementType.Float, sizeof(float), spec.HiddenSize);
        _boundLogits = new BoundTensor(_binding, DecoderInputs.Logits, isOutput: true, TensorElementType.Float, sizeof(float), spec.VocabularySize);
        _boundWanted = new BoundTensor(_binding, DecoderInputs.Wanted, isOutput: false, TensorElementType.Int64, sizeof(long));
        _boundPooled = new BoundTensor(_binding, DecoderInputs.Pooled, isOutput: true, TensorElementType.Float, sizeof(float), spec.HiddenSize);
        _boundPooledRows = new BoundTensor(_binding, DecoderInputs.PooledRows, isOutput: false, TensorElementType.Int64, sizeof(long));
    }

    /// <summary>The embedding of token <paramref name="index"/> of the step, [hidden]; the caller's to write.</summary>
    public Span<float> Hidden(int index) => new((float*)_hidden.Base + ((long)index * _hiddenSize), _hiddenSize);

    /// <summary>The logits of wanted row <paramref name="index"/>, [vocabulary]; valid until the next run, and free to be changed.</summary>
    public Span<float> Logits(int index) => new((float*)_logits.Base + ((long)index * _vocabulary), _vocabulary);

    /// <summary>The hidden state of pooled row <paramref name="index"/>, [hidden]; valid until the next run.</summary>
    public ReadOnlySpan<float> Pooled(int index) => new((float*)_pooled.Base + ((long)index * _hiddenSize), _hiddenSize);

    /// <summary>Computes the step.</summary>
    /// <param name="tokens">Tokens of all slices.</param>
    /// <param name="wanted">Tokens whose logits are wanted; where there are none, the first token's are computed, since the graph takes no empty product.</param>
    /// <param name="pooled">Tokens that are pooled.</param>
    public void Run(int tokens, ReadOnlySpan<int> wanted, ReadOnlySpan<int> pooled)
    {
        _wanted[0] = 0;
        Widen(wanted, _wanted);
        Widen(pooled, _pooledRows);
        int rows = Math.Max(wanted.Length, 1);
        _boundHidden.Bind(_hidden.Base, tokens);
        _boundLogits.Bind(_logits.Base, rows);
        _boundPooled.Bind(_pooled.Base, pooled.Length);
        // The arrays are pinned for good, so that their addresses outlive this statement.
        fixed (long* wantedRows = &_wanted[0], pooledRows = &_pooledRows[0])
        {
            _boundWanted.Bind(wantedRows, rows);
            _boundPooledRows.Bind(pooledRows, pooled.Length);
        }
        _session.RunWithBinding(_run, _binding);
    }

    public void Dispose()
    {
        _boundHidden.Dispose();
        _boundLogits.Dispose();
        _boundWanted.Dispose();
        _boundPooled.Dispose();
        _boundPooledRows.Dispose();
        _binding.Dispose();
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
        _hidden.Dispose();
        _logits.Dispose();
        _pooled.Dispose();
    }

    private static void Widen(ReadOnlySpan<int> rows, long[] into)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            into[i] = rows[i];
        }
    }

    private static SessionOptions Options(string weightsFolder, int threads)
    {
        SessionOptions options = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            // Memory patterns are kept for each set of extents seen, and a step's extents vary without end.
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", weightsFolder);
        // Threads spin within a run, where the next node follows at once, and sleep between runs.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return options;
    }
}
