# syntax=docker/dockerfile:1
# The bot in a small image: `docker build -t tariffwire .`
FROM python:3.13.9-slim-trixie AS build
WORKDIR /source
RUN python -m venv /opt/tariffwire
COPY requirements/run.txt requirements/run.txt
RUN /opt/tariffwire/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY bot bot
RUN /opt/tariffwire/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
 && /opt/tariffwire/bin/python -m pip --disable-pip-version-check check

FROM python:3.13.9-slim-trixie
RUN useradd --system --uid 10001 --home-dir /data --create-home tariffwire
COPY --from=build /opt/tariffwire /opt/tariffwire
ENV PATH="/opt/tariffwire/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    TARIFFWIRE_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '8765')}/healthz\", timeout=5)"]
ENTRYPOINT ["tariffwire"]
CMD ["run"]
