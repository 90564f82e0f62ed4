# One image for the web process, the job worker and the commands. Build:  docker build -t octe-certs .
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements/prod.txt requirements/prod.txt
RUN /opt/venv/bin/pip install --require-hashes --no-deps -r requirements/prod.txt
COPY . .
# Collecting files reads the settings; these stand-ins live for this one command and open nothing.
RUN OCTE_ENVIRONMENT=production SECRET_KEY=stands-in-while-static-files-are-collected-and-opens-nothing ALLOWED_HOSTS=none \
    DATABASE_URL=postgresql://none/none BASE_URL=https://none EMAIL_URL=dummy: \
    /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 octe && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin octe
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OCTE_ENVIRONMENT=production
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
# Owned by root: the process cannot change its own code.
COPY --from=build /app /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "octe_certs.wsgi"]
