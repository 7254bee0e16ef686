namespace TokenFactory.Web.Hosting;

/// <summary>The process cannot start as it was asked to. The message is for whoever started it and says what to do.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
