# The product on NVIDIA's CUDA runtime: with a GPU it finds the driver through the container runtime, without one it serves on the CPU.
#   docker build -t token-factory .
#   docker run --rm -p 5080:5080 -v token-factory-data:/data [--gpus all] token-factory
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/TokenFactory.Console -c Release -r linux-x64 --self-contained true -o /app

FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04
RUN useradd --create-home --uid 10001 factory && mkdir /data && chown factory /data
COPY --from=build /app /app
USER factory
WORKDIR /app
ENV DOTNET_EnableDiagnostics=0 \
    TokenFactory__DataFolder=/data \
    Urls=http://0.0.0.0:5080
EXPOSE 5080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q 200"]
ENTRYPOINT ["/app/TokenFactory.Console"]
