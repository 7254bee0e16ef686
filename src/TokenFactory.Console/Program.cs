using TokenFactory.Web.Hosting;

return await ConsoleProcess.RunAsync(args);
