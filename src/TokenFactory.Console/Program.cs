using TokenFactory.Web;

await ConsoleApplication.Build(args).RunAsync();
