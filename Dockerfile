# Whose in one image: web, worker, beat and every command of manage.py. PostgreSQL and the broker run beside it.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/whose
COPY requirements-image.lock .
RUN /opt/whose/bin/pip install --no-cache-dir --disable-pip-version-check --no-compile --require-hashes -r requirements-image.lock \
 && find /opt/whose -name tests -type d -prune -exec rm -rf {} +

FROM python:3.13-slim
ENV PATH=/opt/whose/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=triage.config.settings WHOSE_VAR=/var/lib/whose WHOSE_LOG_FORMAT=json \
    PROMETHEUS_MULTIPROC_DIR=/tmp/whose-metrics
RUN useradd --system --uid 10001 --home-dir /var/lib/whose --create-home whose \
 && mkdir -p /tmp/whose-metrics && chown whose:whose /tmp/whose-metrics
COPY --from=build /opt/whose /opt/whose
WORKDIR /app
COPY manage.py ./
COPY alerts ./alerts
COPY ownership ./ownership
COPY triage ./triage
USER whose
EXPOSE 8000
# The web process answers for itself; worker and beat switch this off and are watched by the age of the last tick.
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "manage.py", "web", "--host", "0.0.0.0"]
