# tickertone as a container: docker build -t tickertone .
#
# Runs as a user of its own, writes nothing, and reads /etc/tickertone/tickertone.yaml (mount it); /metrics, /health and
# /ready are at port 9464 when the configuration says   service: {listen: "0.0.0.0:9464"}
# docker-compose.yml shows it with all it needs around it.

FROM debian:12-slim AS build
WORKDIR /src
# The packages first: they change less often than the code.
COPY script/bootstrap script/lib.sh script/
RUN script/bootstrap build
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX=/usr \
        -DTT_WERROR=OFF -DTT_TESTS=OFF -DTT_BENCH=OFF \
    && ninja -C /build \
    && DESTDIR=/image cmake --install /build --strip

FROM debian:12-slim
# What the program is linked with (tests/config/docker.sh compares), certificates, and curl for the health check.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates \
        curl \
        libbrotli1 \
        libcurl4 \
        libjansson4 \
        libmicrohttpd12 \
        libpq5 \
        librdkafka1 \
        libssl3 \
        libutf8proc2 \
        libxml2 \
        libxxhash0 \
        libyaml-0-2 \
        zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tickertone
COPY --from=build /image/ /
USER 10001:10001
EXPOSE 9464
STOPSIGNAL SIGTERM
# Alive, not ready: a database that is away is no reason to start anew. /ready is for load balancers and alerts.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9464/health"]
ENTRYPOINT ["tickertone"]
CMD ["run", "-c", "/etc/tickertone/tickertone.yaml"]
