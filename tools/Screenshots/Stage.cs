using Microsoft.Playwright;

namespace TokenFactory.Screenshots;

/// <summary>What somebody does in the pages before the pictures are taken, and in each page before its own.</summary>
internal static class Stage
{
    /// <summary>By the page's name in <c>ConsolePages</c>: what is opened, chosen or asked before its picture.</summary>
    private static readonly Dictionary<string, Func<IPage, Task>> Acts = new()
    {
        ["queue"] = async page =>
        {
            await page.Locator("tbody tr", new() { HasText = "waiting" }).Last.Locator(".id").ClickAsync();
            await page.Locator("section.request").WaitForAsync();
            // Shares are of what was served while somebody watched.
            await Assertions.Expect(page.GetByTestId("jain")).Not.ToHaveTextAsync("–", new() { Timeout = 30_000 });
        },
        ["models"] = async page =>
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Estimate and load" }).First.ClickAsync();
            await page.GetByTestId("verdict").WaitForAsync();
            await page.EvaluateAsync("() => scrollTo(0, 0)");
        },
        ["tenants"] = async page =>
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "support-desk", Exact = true }).ClickAsync();
            await page.GetByTestId("tenant-state").WaitForAsync();
        },
        ["playground"] = async page =>
        {
            await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync("What is this console?");
            await page.Keyboard.PressAsync("Enter");
            await page.GetByTestId("ending").WaitForAsync(new() { Timeout = 120_000 });
        },
    };

    /// <summary>Changes a policy and makes accounts, as an administrator does.</summary>
    public static async Task PrepareAsync(Camera camera)
    {
        IPage page = await camera.OpenPageAsync("/policies", ColorScheme.Light, 1280, 800);
        await page.GetByTestId("most-running-requests").FillAsync("3");
        await page.GetByTestId("reason").FillAsync("Shorter answers first while the night reports run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply", Exact = true }).ClickAsync();
        await page.GetByText("Version 2 by admin").WaitForAsync();
        await page.GotoAsync("/accounts");
        foreach ((string name, string role) in new[] { ("ada", "operator"), ("grace", "quota-admin"), ("wall-screen", "viewer") })
        {
            await page.GetByLabel("Name of the new account").FillAsync(name);
            await page.GetByLabel("Role of the new account").SelectOptionAsync(role);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
            await page.GetByRole(AriaRole.Rowheader, new() { Name = name, Exact = true }).WaitForAsync();
        }
        await page.Context.CloseAsync();
    }

    public static Task ActAsync(string name, IPage page) => Acts.TryGetValue(name, out Func<IPage, Task>? act) ? act(page) : Task.CompletedTask;
}
