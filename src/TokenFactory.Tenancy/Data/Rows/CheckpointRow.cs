namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>What a running request had used when it was looked at last.</summary>
internal sealed class CheckpointRow : UsageColumns;
