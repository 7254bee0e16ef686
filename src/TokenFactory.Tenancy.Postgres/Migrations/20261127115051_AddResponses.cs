using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TokenFactory.Tenancy.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class AddResponses : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "responses",
                columns: table => new
                {
                    Number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Id = table.Column<string>(type: "text", nullable: true),
                    TenantId = table.Column<Guid>(type: "uuid", nullable: false),
                    PreviousId = table.Column<string>(type: "text", nullable: true),
                    Input = table.Column<string>(type: "text", nullable: false),
                    Body = table.Column<string>(type: "text", nullable: false),
                    IsOpen = table.Column<bool>(type: "boolean", nullable: false),
                    Length = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_responses", x => x.Number);
                });

            migrationBuilder.CreateIndex(
                name: "IX_responses_ExpiresAt",
                table: "responses",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_responses_Id",
                table: "responses",
                column: "Id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_responses_IsOpen",
                table: "responses",
                column: "IsOpen");

            migrationBuilder.CreateIndex(
                name: "IX_responses_TenantId_Number_Length",
                table: "responses",
                columns: new[] { "TenantId", "Number", "Length" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "responses");
        }
    }
}
