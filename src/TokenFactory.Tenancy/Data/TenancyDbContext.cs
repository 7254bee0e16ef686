using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data.Rows;
using TokenFactory.Tenancy.Files;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Tenancy.Data;

/// <summary>The database of tenants, plans, keys, accounts, changes, files, batches, responses and the ledger. On the way of a request to a model only a conversation that it goes on with is read.</summary>
public sealed class TenancyDbContext(DbContextOptions<TenancyDbContext> options) : DbContext(options)
{
    private const int NameLength = 64;

    internal DbSet<TenantRow> Tenants => Set<TenantRow>();

    internal DbSet<PlanRow> Plans => Set<PlanRow>();

    internal DbSet<KeyRow> Keys => Set<KeyRow>();

    internal DbSet<Account> Accounts => Set<Account>();

    internal DbSet<AuditRow> Audit => Set<AuditRow>();

    internal DbSet<UsageRow> Usage => Set<UsageRow>();

    internal DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    internal DbSet<RollUpRow> RollUps => Set<RollUpRow>();

    internal DbSet<LedgerDayRow> LedgerDays => Set<LedgerDayRow>();

    internal DbSet<PriceRow> Prices => Set<PriceRow>();

    internal DbSet<StoredFile> Files => Set<StoredFile>();

    internal DbSet<Batch> Batches => Set<Batch>();

    internal DbSet<StoredResponse> Responses => Set<StoredResponse>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<PlanRow>(plan =>
        {
            plan.ToTable("plans");
            plan.Property(row => row.Name).HasMaxLength(NameLength);
            plan.HasIndex(row => row.Name).IsUnique();
        });
        modelBuilder.Entity<TenantRow>(tenant =>
        {
            tenant.ToTable("tenants");
            tenant.Property(row => row.Name).HasMaxLength(NameLength);
            tenant.HasIndex(row => row.Name).IsUnique();
            tenant.HasOne<PlanRow>().WithMany().HasForeignKey(row => row.PlanId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<KeyRow>(key =>
        {
            key.ToTable("keys");
            key.HasIndex(row => row.Hash).IsUnique();
            key.HasOne<TenantRow>().WithMany().HasForeignKey(row => row.TenantId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<AuditRow>(change =>
        {
            change.ToTable("audit");
            change.HasIndex(row => row.At);
        });
        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.Property(row => row.Name).HasMaxLength(NameLength);
            account.Property(row => row.NormalizedName).HasMaxLength(NameLength);
            account.Property(row => row.ConcurrencyStamp).IsConcurrencyToken();
            account.HasIndex(row => row.NormalizedName).IsUnique();
            account.HasIndex(row => new { row.LoginProvider, row.LoginKey }).IsUnique();
        });
        modelBuilder.Entity<PriceRow>(price =>
        {
            price.ToTable("prices");
            price.HasIndex(row => new { row.Model, row.ValidFrom }).IsUnique();
        });
        CreateLedger(modelBuilder);
        CreateBatches(modelBuilder);
        CreateResponses(modelBuilder);
    }

    private static void CreateBatches(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<StoredFile>(file =>
        {
            file.ToTable("files");
            file.HasKey(row => row.Number);
            file.HasIndex(row => row.Id).IsUnique();
            file.HasIndex(row => new { row.TenantId, row.Number });
        });
        modelBuilder.Entity<Batch>(batch =>
        {
            batch.ToTable("batches");
            batch.HasKey(row => row.Number);
            batch.HasIndex(row => row.Id).IsUnique();
            batch.HasIndex(row => new { row.TenantId, row.Number });
            batch.HasIndex(row => row.State);
        });
    }

    private static void CreateResponses(ModelBuilder modelBuilder) => modelBuilder.Entity<StoredResponse>(response =>
    {
        response.ToTable("responses");
        response.HasKey(row => row.Number);
        response.HasIndex(row => row.Id).IsUnique();

        // Tenants' sums are taken from the index alone.
        response.HasIndex(row => new { row.TenantId, row.Number, row.Length });
        response.HasIndex(row => row.ExpiresAt);
        response.HasIndex(row => row.IsOpen);
    });

    private static void CreateLedger(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<UsageRow>(usage =>
        {
            usage.ToTable("usage");
            usage.HasIndex(row => row.IdempotencyKey).IsUnique();
            usage.HasIndex(row => new { row.Day, row.Position }).IsUnique();
            usage.HasIndex(row => new { row.TenantId, row.EndedAt });
            usage.HasIndex(row => row.EndedAt);
        });
        modelBuilder.Entity<CheckpointRow>(running =>
        {
            running.ToTable("checkpoints");
            running.HasKey(row => row.IdempotencyKey);
        });
        modelBuilder.Entity<RollUpRow>(sum =>
        {
            sum.ToTable("rollups");
            sum.HasKey(row => new { row.Period, row.TenantId, row.Start, row.KeyId, row.Model, row.Lane, row.Feature });
        });
        modelBuilder.Entity<LedgerDayRow>(day =>
        {
            day.ToTable("ledger_days");
            day.HasKey(row => row.Day);
            day.Property(row => row.Day).ValueGeneratedNever();
        });
    }

    /// <summary>Instants are stored as UTC ticks: they sort and compare alike in every database.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(instant => instant.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
