using TokenFactory.Models;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Backends;

/// <summary>The kinds of device that there are, and which of them a model is loaded to.</summary>
/// <param name="all">In the order in which they are preferred; the last one takes whatever the others do not.</param>
public sealed class ModelBackends(IReadOnlyList<IModelBackend> all)
{
    public IReadOnlyList<IModelBackend> All { get; } = all;

    /// <summary>Where a model is loaded to.</summary>
    /// <exception cref="ArgumentException">The device that was asked for cannot be used, or does not compute in the precision; says why and what to do.</exception>
    /// <exception cref="ModelFormatException">The device that was asked for cannot compute the model.</exception>
    public IModelBackend Choose(ModelFolder folder, ModelOptions options)
    {
        if (options.Device != ModelDevice.Auto)
        {
            IModelBackend asked = All.First(one => one.Device == options.Device);
            if (asked.FindProblem() is { } problem)
            {
                throw new ArgumentException(problem);
            }
            asked.Check(folder);
            return asked;
        }
        IModelBackend chosen = All.FirstOrDefault(one => Computes(one, options.Precision) && one.FindProblem() is null && CanCompute(one, folder)) ?? All[^1];
        if (!Computes(chosen, options.Precision))
        {
            IModelBackend able = All.First(one => Computes(one, options.Precision));
            throw new ArgumentException(
                $"precision is {NameOf(options.Precision)}, which is computed on {NameOf(able.Device)}. {able.FindProblem() ?? "Its kernels do not compute this model."} Here it can be {Names(chosen.Precisions)}.");
        }
        chosen.Check(folder);
        return chosen;
    }

    /// <summary>A device or a precision as operators write it.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    internal static string Names(IEnumerable<ModelPrecision> precisions) => string.Join(" or ", precisions.Select(NameOf<ModelPrecision>));

    private static bool Computes(IModelBackend backend, ModelPrecision precision) => precision == ModelPrecision.Auto || backend.Precisions.Contains(precision);

    private static bool CanCompute(IModelBackend backend, ModelFolder folder)
    {
        try
        {
            backend.Check(folder);
            return true;
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }
}
