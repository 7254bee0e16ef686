using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TokenFactory.Tenancy.Sqlite.Migrations
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
                    Number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Id = table.Column<string>(type: "TEXT", nullable: true),
                    TenantId = table.Column<Guid>(type: "TEXT", nullable: false),
                    PreviousId = table.Column<string>(type: "TEXT", nullable: true),
                    Input = table.Column<string>(type: "TEXT", nullable: false),
                    Body = table.Column<string>(type: "TEXT", nullable: false),
                    IsOpen = table.Column<bool>(type: "INTEGER", nullable: false),
                    Length = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false)
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
