# One image for web, worker, beat and the listener for HL7 v2. Runs as an ordinary user on a read-only file system;
# only /tmp, and /uploads for registry files, are written to.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY .requirements/bootstrap.txt .requirements/runtime.txt .requirements/
RUN python -m venv /opt/bootstrap \
    && /opt/bootstrap/bin/pip install --no-cache-dir --require-hashes -r .requirements/bootstrap.txt \
    && python -m venv --without-pip /opt/venv \
    && /opt/bootstrap/bin/uv pip sync --no-cache --python /opt/venv/bin/python \
       --require-hashes --compile-bytecode .requirements/runtime.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=hepcalc_site.settings \
    STATIC_ROOT=/app/staticfiles \
    DATA_DIR=/tmp
# Pango sets the letters; DejaVu is the typeface they fall back to.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libpango-1.0-0 \
       libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 hepcalc && useradd --uid 10001 --gid hepcalc --no-create-home hepcalc \
    && install -d -m 0700 -o hepcalc -g hepcalc /uploads
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY hepcalc_site hepcalc_site
COPY patients patients
COPY surveillance surveillance
COPY templates templates
RUN python -m compileall -q . && python manage.py collectstatic --noinput --verbosity 0
USER 10001:10001
EXPOSE 8000 2575
CMD ["python", "-m", "gunicorn", "--config", "python:hepcalc_site.gunicorn_conf", "--bind", "0.0.0.0:8000", "hepcalc_site.wsgi:application"]
