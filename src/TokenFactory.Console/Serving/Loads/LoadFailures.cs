using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.ChatTemplates;
using TokenFactory.Models.Tokenization;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Loads;

/// <summary>Why a load failed, and what to do about it, in words.</summary>
internal static class LoadFailures
{
    public static string Explain(Exception problem) => problem switch
    {
        DiskFullException or CudaMemoryException => problem.Message,
        CudaException => $"{Sentence(problem.Message)} Look at the GPU by nvidia-smi; restart this process where the device is lost.",
        NotSupportedException => Sentence(problem.Message),
        // These name the file and say what would be right.
        ModelFormatException or TokenizerFormatException or ChatTemplateException => Sentence(problem.Message),
        InsufficientMemoryException or OutOfMemoryException => $"{Sentence(problem.Message)} The machine ran out of memory: take int4, fewer sequences, a shorter context or less KV memory, or unload another model.",
        UnauthorizedAccessException => $"{Sentence(problem.Message)} Let this process read the model's folder and write its data folder.",
        FileNotFoundException or DirectoryNotFoundException => $"{Sentence(problem.Message)} The folder changed while it was read: look whether it is still there.",
        IOException => $"{Sentence(problem.Message)} Check the disk that holds the model and the one with the data folder.",
        StartupException or ArgumentException or ModelOperationException => problem.Message,
        _ => $"{Sentence(problem.Message)} This was not foreseen; the log has the details. Another precision may load.",
    };

    /// <summary>Whether the message says all there is to say, so that a stack trace would only hide it.</summary>
    public static bool IsExpected(Exception problem) => problem
        is ModelFormatException or TokenizerFormatException or ChatTemplateException or StartupException or ArgumentException or IOException
        or ModelOperationException or CudaException or CudaMemoryException or NotSupportedException or InsufficientMemoryException or UnauthorizedAccessException;

    private static string Sentence(string message) => message.TrimEnd() is var text && text.EndsWith('.') ? text : $"{message.TrimEnd()}.";
}
