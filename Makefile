# The only commands a newcomer needs. PYTHON=… chooses the interpreter; PORT=… the address of `make run`.
PYTHON ?= python3
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test chaos bench mail-preview pictures lint check lock clean environment

help:  ## List these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: environment  ## Start the whole site and print where it is; Ctrl-C stops it
	@exec $(BIN)/python -m probio.local run

test: environment  ## Run every test on servers of their own (ARGS="-k booking" narrows it)
	@$(BIN)/python -m probio.local with-servers -- $(BIN)/python -m pytest $(ARGS)

chaos: environment  ## Break a running site part by part and time how it recovers
	@$(BIN)/python -m probio.local with-servers -- $(BIN)/python -m pytest -m chaos -s tests/chaos $(ARGS)

bench: environment  ## Measure listing, booking and mail, as ratios against a yardstick
	@DJANGO_SETTINGS_MODULE=probio.settings $(BIN)/python -m probio.local with-servers -- $(BIN)/python -m bench

mail-preview: environment  ## Write every message, with sample people, into .local/mail-preview/
	@DJANGO_SETTINGS_MODULE=probio.settings $(BIN)/python -m probio.local with-servers -- $(BIN)/python manage.py mail_preview --folder .local/mail-preview

pictures: environment  ## Take the pictures of docs/team.md anew
	@PICTURES=1 $(BIN)/python -m probio.local with-servers -- $(BIN)/python -m pytest tests/browser/test_team_tasks.py

lint: environment  ## Check code style and template format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z -- 'templates/*.html' | xargs -0 $(BIN)/djade --check --target-version 5.2

check: environment  ## Check migrations, docs/privacy/, production settings and static files
	@$(BIN)/python -m probio.local with-servers -- $(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m probio.local with-servers -- $(BIN)/python manage.py write_privacy_docs --check
	@$(BIN)/python -m probio.local check-production

lock: environment  ## Lock requirements*.in with hashes
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements-dev.txt requirements-dev.in

clean:  ## Delete the Python environment and everything `make run` and `make test` have stored
	rm -rf .venv .local staticfiles

environment:
	@$(PYTHON) probio/local/bootstrap.py
