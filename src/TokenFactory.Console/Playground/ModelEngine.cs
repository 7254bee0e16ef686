using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Playground;

/// <summary>The one place where the playground reaches a model's engine.</summary>
internal static class ModelEngine
{
    /// <summary>Tokens of prompt and answer together.</summary>
    public static int ContextOf(ServedModel model) => model.Engine.MaxContext;

    /// <summary>Token ids run below this.</summary>
    public static int VocabularyOf(ServedModel model) => model.Engine.Limits.VocabularySize;

    /// <summary>The device that computes the model's answers.</summary>
    public static string DeviceOf(ServedModel model) => model.Engine.Device.Id;

    /// <summary>How exact it computes.</summary>
    public static string PrecisionOf(ServedModel model) => model.Engine.Device.Precision;

    /// <summary>Queues a request; why it was refused, or null.</summary>
    public static Rejection? TrySubmit(ServedModel model, GenerationRequest request, out Generation? generation) =>
        model.Engine.TrySubmit(request, out generation);
}
