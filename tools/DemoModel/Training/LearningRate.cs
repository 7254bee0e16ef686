namespace TokenFactory.DemoModel.Training;

/// <summary>Linear warm-up over the first steps, then a cosine from the peak to a twentieth of it over the whole training.</summary>
internal static class LearningRate
{
    private const int WarmupSteps = 60;
    private const double Floor = 0.05;

    /// <param name="peak">The highest rate.</param>
    /// <param name="step">Updates done so far.</param>
    /// <param name="progress">The share of the training that is over, from 0 to 1.</param>
    public static double At(double peak, long step, double progress)
    {
        double warmup = Math.Min(1.0, (step + 1.0) / WarmupSteps);
        double cosine = 0.5 * (1.0 + Math.Cos(Math.PI * Math.Clamp(progress, 0.0, 1.0)));
        return peak * warmup * (Floor + ((1.0 - Floor) * cosine));
    }
}
