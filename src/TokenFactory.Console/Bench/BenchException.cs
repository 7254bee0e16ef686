namespace TokenFactory.Web.Bench;

/// <summary>A measurement cannot be made; the message says why and what to do.</summary>
internal sealed class BenchException(string message, Exception? cause = null) : Exception(message, cause);
