using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Embeddings;

/// <summary>Answers <c>POST /v1/embeddings</c>: the hidden state of each text's last token, scaled to length 1.</summary>
internal sealed class EmbeddingEndpoint(RequestAdmission admission, ModelLookup models, GenerationSubmitter submitter, ApiOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        EmbeddingRequest request;
        ServedModel model;
        int[][] texts;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            request = EmbeddingReader.Read(body.Fields);
            model = models.Find(request.Model, caller.Grant);
            texts = EmbeddingReader.ReadTexts(request, model);
        }
        GenerationSet set = submitter.SubmitEmbeddings(context, model, caller, AnswerHead.New("embd-", model.Name).Id, texts, request);
        CollectedAnswer[] answers = await CollectedAnswer.CollectAsync(context, set);
        Embedding[] data =
        [
            .. answers.Select((answer, index) => new Embedding(index, EmbeddingVector.Of(answer.Outcome.Pooled!, request.Dimensions, request.IsBase64))),
        ];
        EmbeddingUsage usage = new(set.Usage.PromptTokens, set.Usage.TotalTokens);
        await ApiJson.WriteLongAsync(context, new EmbeddingResponse(data, model.Name, usage), ApiJson.Context.EmbeddingResponse);
    }
}
