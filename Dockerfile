# The images of all stages, one target each: docker build --target email . ('./pipeline images' builds all five).
# Nothing is run in the final images while they are built: their base has no shell, and no package manager.
# A release names them by digest.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
# Chiseled: no shell. Extra: with the time zones that load --time-zone needs.
ARG RUNTIME=mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled-extra
ARG NODE=node:22-bookworm-slim

# What restoring reads and nothing else, so that an edit of the code does not restore again.
FROM --platform=$BUILDPLATFORM ${SDK} AS projects
WORKDIR /src
COPY . .
RUN find . -type f ! -name '*.csproj' ! -name '*.props' ! -name '*.targets' ! -name packages.lock.json ! -name global.json ! -path '*/native/*' -delete

# Managed code only, the same for every architecture. An empty file stands in for DuckDB's library, which comes from the stage below.
FROM --platform=$BUILDPLATFORM ${SDK} AS build
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DuckDbLibraryPath=/tmp/libduckdb.so \
    UseAppHost=false PublishDocumentationFiles=false PublishReferencesDocumentationFiles=false
WORKDIR /src
RUN touch /tmp/libduckdb.so
COPY --from=projects /src .
RUN dotnet restore cli --locked-mode
COPY . .
RUN dotnet build cli -c Release --no-restore \
 && for stage in load transform train email inject; do dotnet publish stages/$stage -c Release --no-build -o /out/$stage || exit 1; done \
 && rm /out/*/libduckdb.so

FROM build AS sbom
ARG TARGETARCH
RUN for stage in load transform train email inject; do \
      dotnet artifacts/bin/Cli/release/Pipeline.Cli.dll sbom --stage $stage --architecture $TARGETARCH --output /out/$stage.sbom.json || exit 1; \
    done

FROM --platform=$BUILDPLATFORM ${NODE} AS duckdb
ARG TARGETARCH
WORKDIR /fetch
COPY shared/Tables/native .
RUN npm ci --ignore-scripts --no-audit --no-fund --os=linux --cpu=$(echo $TARGETARCH | sed s/amd64/x64/) --libc=glibc \
 && mkdir /duckdb \
 && mv node_modules/@duckdb/node-bindings-*/libduckdb.so /duckdb/ \
 && mv node_modules/@duckdb/node-bindings-*/LICENSE /duckdb/duckdb.LICENSE

FROM ${RUNTIME} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.licenses=MIT \
      sbom.cyclonedx=/app/sbom.json
# No dumps and no door for a debugger, for memory may hold addresses; and no ICU, whatever the base has.
ENV DOTNET_DbgEnableMiniDump=0 DOTNET_EnableDiagnostics=0 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
WORKDIR /app
COPY --from=duckdb /duckdb/ ./
USER 1654:1654
# The only place that is written to. Declared, because an empty volume gets the owner and mode of the image's folder only then.
VOLUME ["/tmp"]

FROM runtime AS load
LABEL org.opencontainers.image.title=pipeline-load
COPY --from=build /out/load/ ./
COPY --from=sbom /out/load.sbom.json sbom.json
ENTRYPOINT ["dotnet", "/app/Pipeline.Load.dll"]

FROM runtime AS transform
LABEL org.opencontainers.image.title=pipeline-transform
COPY --from=build /out/transform/ ./
COPY --from=sbom /out/transform.sbom.json sbom.json
ENTRYPOINT ["dotnet", "/app/Pipeline.Transform.dll"]

FROM runtime AS train
LABEL org.opencontainers.image.title=pipeline-train
COPY --from=build /out/train/ ./
COPY --from=sbom /out/train.sbom.json sbom.json
ENTRYPOINT ["dotnet", "/app/Pipeline.Train.dll"]

FROM runtime AS email
LABEL org.opencontainers.image.title=pipeline-email
COPY --from=build /out/email/ ./
COPY --from=sbom /out/email.sbom.json sbom.json
ENTRYPOINT ["dotnet", "/app/Pipeline.Email.dll"]

FROM runtime AS inject
LABEL org.opencontainers.image.title=pipeline-inject
COPY --from=build /out/inject/ ./
COPY --from=sbom /out/inject.sbom.json sbom.json
ENTRYPOINT ["dotnet", "/app/Pipeline.Inject.dll"]
