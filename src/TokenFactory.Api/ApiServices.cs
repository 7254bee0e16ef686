using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Batches;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Completions;
using TokenFactory.Api.Embeddings;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Files;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Health;
using TokenFactory.Api.Messages;
using TokenFactory.Api.Metrics;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Responses;
using TokenFactory.Api.Tokenization;
using TokenFactory.Api.Usages;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api;

/// <summary>The HTTP API as a host adds and maps it.</summary>
public static class ApiServices
{
    // Clients that forget the header, curl among them, are answered too.
    private const string AnyContentType = "*/*";

    /// <summary>Registers the API. The host registers a <see cref="ModelCatalog"/> and the tenancy, and gives every engine the observers registered here.</summary>
    public static IServiceCollection AddTokenFactoryApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ApiOptions>>().Value);
        services.TryAddSingleton<ModelCatalog>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestAdmission>();
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<IEngineObserver>(provider => provider.GetRequiredService<ApiMetrics>());
        services.AddSingleton<MetricsEndpoint>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<ModelLookup>();
        services.AddSingleton<ModelEndpoints>();
        services.AddSingleton<GenerationSubmitter>();
        services.AddSingleton(provider => new EngineChatClients(provider.GetRequiredService<GenerationSubmitter>()));
        services.AddSingleton<ChatCompletionEndpoint>();
        services.AddSingleton<CompletionEndpoint>();
        services.AddSingleton<EmbeddingEndpoint>();
        services.AddSingleton<MessagesEndpoint>();
        services.AddSingleton<TokenizeEndpoint>();
        services.AddSingleton<ApiPipeline>();
        services.AddSingleton<OwnUsageEndpoint>();
        AddAdministration(services);
        AddBatches(services);
        AddResponses(services);
        services.AddOpenApi();
        return services;
    }

    /// <summary>
    /// Registers what computes batches and responses in the background, and where contents of files lie. It comes after the tenancy and
    /// whatever serves models: hosted services start in the order in which they were added, and end in reverse.
    /// </summary>
    public static IServiceCollection AddBackgroundExecution(this IServiceCollection services, Func<IServiceProvider, FileFolder> folder)
    {
        services.AddSingleton(folder);
        services.AddHostedService(provider => provider.GetRequiredService<BatchService>());
        services.AddHostedService(provider => provider.GetRequiredService<ResponseService>());
        return services;
    }

    private static void AddBatches(IServiceCollection services)
    {
        services.AddSingleton<FileEndpoints>();
        services.AddSingleton<BatchEndpoints>();
        services.AddSingleton<BatchService>();
        services.AddSingleton<BatchRunner>();
        services.AddSingleton<BatchValidator>();
        services.AddSingleton<BatchFinish>();
        services.AddSingleton<LineLoop>();
        services.AddSingleton<LineSender>();
        services.AddSingleton<LinePatience>();
    }

    private static void AddResponses(IServiceCollection services)
    {
        services.AddSingleton<Conversations>();
        services.AddSingleton<ResponsesPreparer>();
        services.AddSingleton<ResponseKeeper>();
        services.AddSingleton<ResponseService>();
        services.AddSingleton<ResponsesEndpoint>();
        services.AddSingleton<StoredResponseEndpoints>();
    }

    private static void AddAdministration(IServiceCollection services)
    {
        services.AddSingleton<AdminGate>();
        services.AddSingleton<PlanEndpoints>();
        services.AddSingleton<TenantEndpoints>();
        services.AddSingleton<KeyEndpoints>();
        services.AddSingleton<UsageEndpoints>();
        services.AddSingleton<LedgerEndpoints>();
        services.AddSingleton<ModelAdministrationEndpoints>();
        services.AddSingleton<AdminRoutes>();
    }

    /// <summary>Maps every route of the API. Unknown paths under <c>/v1</c> and wrong methods get the API's own error body.</summary>
    public static void MapTokenFactoryApi(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        ApiPipeline pipeline = services.GetRequiredService<ApiPipeline>();
        ModelEndpoints models = services.GetRequiredService<ModelEndpoints>();
        HealthEndpoints health = services.GetRequiredService<HealthEndpoints>();

        routes.MapGet("/v1/models", pipeline.Around(models.ListAsync));
        routes.MapGet("/v1/models/{**model}", pipeline.Around(models.ShowAsync));
        routes.MapPost("/v1/chat/completions", (Delegate)pipeline.Around(services.GetRequiredService<ChatCompletionEndpoint>().HandleAsync))
            .Accepts<ChatCompletionRequest>("application/json", AnyContentType).Produces<ChatCompletionResponse>();
        routes.MapPost("/v1/completions", (Delegate)pipeline.Around(services.GetRequiredService<CompletionEndpoint>().HandleAsync))
            .Accepts<CompletionRequest>("application/json", AnyContentType).Produces<CompletionResponse>();
        MapResponses(routes, pipeline);
        routes.MapPost("/v1/embeddings", (Delegate)pipeline.Around(services.GetRequiredService<EmbeddingEndpoint>().HandleAsync))
            .Accepts<EmbeddingRequest>("application/json", AnyContentType).Produces<EmbeddingResponse>();
        MapOtherProtocols(routes, pipeline, services.GetRequiredService<MessagesEndpoint>(), services.GetRequiredService<TokenizeEndpoint>());
        routes.MapGet("/v1/usage", pipeline.Around(services.GetRequiredService<OwnUsageEndpoint>().HandleAsync));
        MapBatches(routes, pipeline);
        routes.MapGet("/health/live", pipeline.Around(health.LiveAsync));
        routes.MapGet("/health/ready", pipeline.Around(health.ReadyAsync));
        routes.MapGet("/metrics", services.GetRequiredService<MetricsEndpoint>().HandleAsync);
        routes.MapOpenApi("/openapi/v1.json");
        services.GetRequiredService<AdminRoutes>().Map(routes);
        routes.Map("/v1/{**path}", pipeline.Around(context => throw ApiException.NoRoute(context.Request)));
    }

    private static void MapResponses(IEndpointRouteBuilder routes, ApiPipeline pipeline)
    {
        ResponsesEndpoint responses = routes.ServiceProvider.GetRequiredService<ResponsesEndpoint>();
        routes.MapPost("/v1/responses", (Delegate)pipeline.Around(responses.CreateAsync, ResponsesErrors.WriteAsync)).Produces<ResponseObject>();
        routes.MapPost("/v1/responses/input_tokens", (Delegate)pipeline.Around(responses.CountAsync, ResponsesErrors.WriteAsync)).Produces<InputTokenCount>();
        StoredResponseEndpoints stored = routes.ServiceProvider.GetRequiredService<StoredResponseEndpoints>();
        routes.MapGet("/v1/responses/{response}", (Delegate)pipeline.Around(stored.ShowAsync)).Produces<ResponseObject>();
        routes.MapDelete("/v1/responses/{response}", (Delegate)pipeline.Around(stored.DeleteAsync)).Produces<DeletedResponse>();
        routes.MapPost("/v1/responses/{response}/cancel", (Delegate)pipeline.Around(stored.CancelAsync)).Produces<ResponseObject>();
        routes.MapGet("/v1/responses/{response}/input_items", (Delegate)pipeline.Around(stored.ListInputAsync)).Produces<ListPage<ResponseItem>>();
    }

    /// <summary>Maps what is not OpenAI's: Anthropic's Messages, and vLLM's routes about tokens.</summary>
    private static void MapOtherProtocols(IEndpointRouteBuilder routes, ApiPipeline pipeline, MessagesEndpoint messages, TokenizeEndpoint tokenization)
    {
        routes.MapPost("/v1/messages", (Delegate)pipeline.Around(messages.HandleAsync, MessagesErrors.WriteAsync)).Produces<MessagesResponse>();
        routes.MapPost("/v1/messages/count_tokens", (Delegate)pipeline.Around(messages.CountAsync, MessagesErrors.WriteAsync)).Produces<TokenCount>();
        routes.MapPost("/tokenize", (Delegate)pipeline.Around(tokenization.TokenizeAsync)).Produces<TokenizeResponse>();
        routes.MapPost("/detokenize", (Delegate)pipeline.Around(tokenization.DetokenizeAsync)).Produces<DetokenizeResponse>();
    }

    private static void MapBatches(IEndpointRouteBuilder routes, ApiPipeline pipeline)
    {
        FileEndpoints files = routes.ServiceProvider.GetRequiredService<FileEndpoints>();
        routes.MapPost("/v1/files", pipeline.Around(files.CreateAsync));
        routes.MapGet("/v1/files", pipeline.Around(files.ListAsync));
        routes.MapGet("/v1/files/{file}", pipeline.Around(files.ShowAsync));
        routes.MapGet("/v1/files/{file}/content", pipeline.Around(files.SendAsync));
        routes.MapDelete("/v1/files/{file}", pipeline.Around(files.DeleteAsync));
        BatchEndpoints batches = routes.ServiceProvider.GetRequiredService<BatchEndpoints>();
        routes.MapPost("/v1/batches", pipeline.Around(batches.CreateAsync));
        routes.MapGet("/v1/batches", pipeline.Around(batches.ListAsync));
        routes.MapGet("/v1/batches/{batch}", pipeline.Around(batches.ShowAsync));
        routes.MapPost("/v1/batches/{batch}/cancel", pipeline.Around(batches.CancelAsync));
    }
}
