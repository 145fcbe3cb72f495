# serve: run the service. test: run the tests. check: everything a change must pass. schema: write the API documents.
# explorer: bundle the packages that the explorer stands on (needs Node.js 20 and npm, which nothing else does).
.PHONY: serve test check lint types imports migrations schema documents explorer venv venv-dev
PY = .venv/bin/python

serve: venv
	@exec $(PY) -m backend.serve --with-parent

test: venv-dev
	@$(PY) -m tests $(ARGS)

check: lint types imports migrations documents test

lint: venv-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: venv-dev
	$(PY) -m mypy

imports: venv-dev
	$(PY) .venv/bin/lint-imports

migrations: venv-dev
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run

schema: venv-dev
	$(PY) -m tests.documents write

documents: venv-dev
	$(PY) -m tests.documents check

explorer:
	cd backend/schema/explorer/packages && npm ci && node build.mjs

venv:
	@.ci/venv requirements.lock

venv-dev:
	@.ci/venv requirements-dev.lock
