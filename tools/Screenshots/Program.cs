using TokenFactory.Screenshots;

string folder = args.Length > 0 ? args[0] : "docs/screenshots";
Directory.CreateDirectory(folder);
await using Factory factory = await Factory.StartAsync();
await History.WriteAsync(factory);
await using Crowd crowd = new(factory);
await using Camera camera = await Camera.OpenAsync(factory.Address, factory.Folder);
await Stage.PrepareAsync(camera);
// The charts show minutes; a chart of nothing says nothing.
await Task.Delay(TimeSpan.FromSeconds(75));
await camera.ShootAsync(folder, args.Skip(1).ToHashSet());
