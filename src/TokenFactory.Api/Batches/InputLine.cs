namespace TokenFactory.Api.Batches;

/// <summary>A line of a batch's input that is not blank.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Bytes">Its bytes without the line end; empty where it is too long to be read.</param>
/// <param name="IsTooLong">Whether it exceeds the bound.</param>
internal readonly record struct InputLine(int Number, byte[] Bytes, bool IsTooLong);
