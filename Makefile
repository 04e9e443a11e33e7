# Everything a developer does. Tools live in two virtual environments: .venv, and .venv-sam for the SAM CLI,
# whose pins conflict with ours.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
PORT ?= 8000
ARGS ?=
NODE := tests/e2e/clients/node
CONSOLE := functions/console
# What the benches compare with: a virtual environment for each, since their pins conflict.
PEERS := $(patsubst tests/bench/peers/%/requirements.txt,.venv-bench/%/.installed,$(wildcard tests/bench/peers/*/requirements.txt))
# Half of their time tests wait: three workers keep two cores busy. A selection is faster in one process.
WORKERS := --numprocesses 3
# What was compiled once need not be compiled by each of the processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup tools console run test check build invoke smoke eval faults fuzz injection load bench audit screenshots openapi lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.installed ## install what run and test need into .venv

tools: .venv/.installed .venv-sam/.installed $(NODE)/node_modules/.installed console ## install what test and check need, too

console: ## the web console's pages, if they changed (Node 20.19+)
	@$(MAKE) -C $(CONSOLE)

run: .venv/.installed console ## everything on 127.0.0.1:8000 (PORT=…, ARGS="--reload --built --no-demo")
	@exec $(PY) -m infra.local --port $(PORT) $(ARGS)

test: tools ## the test suite (ARGS="-k name")
	@$(PY) -m pytest $(or $(ARGS),$(WORKERS))

check: .venv/.installed .venv-sam/.installed ## locks, formatting, lint, types, import rules, template
	@for folder in .venv .venv-sam; do $$folder/bin/python -m pip check || exit 1; done
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy --num-workers 2
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m infra.openapi --check
	@.venv/bin/cfn-lint template.yaml infra/data.yaml infra/observability.yaml
	@$(SAM) validate --lint >/dev/null && echo "template.yaml is valid"
	@[ ! -d $(CONSOLE)/web/node_modules ] || (cd $(CONSOLE)/web && npm run --silent check)

build: .venv-sam/.installed console ## what `sam deploy` uploads, in .aws-sam/build
	@python=$$(sh infra/python.sh 3.13) && PATH="$$(dirname $$python):$$PATH" $(SAM) build $(ARGS)

invoke: .venv/.installed ## one function, one event: make invoke FUNCTION=parse EVENT=tests/events/parse.json
	@$(PY) -m infra.local invoke $(FUNCTION) $(EVENT)

smoke: .venv/.installed ## the main job on a deployed stack: make smoke URL=https://… KEY=fk_…
	@$(PY) -m infra.smoke --url "$(URL)" --key "$(KEY)"

eval: .venv/.installed ## quality figures on the shared material
	@$(PY) -m tests.eval $(ARGS)

faults: .venv/.installed ## every capability against every fault, into docs/reliability.md
	@$(PY) -m tests.faults $(ARGS)

fuzz: .venv/.installed ## thousands of broken documents, streams and bodies
	@$(PY) -m tests.fuzz $(ARGS)

injection: .venv/.installed ## orders hidden in documents and tools, before a model that obeys
	@$(PY) -m tests.injection $(ARGS)

load: .venv/.installed ## many streams for minutes: errors, gaps, memory, leaks
	@$(PY) -m tests.load $(ARGS)

bench: .venv/.installed .venv-sam/.installed $(PEERS) ## speed and memory, beside others in one run
	@$(PY) -m tests.bench $(ARGS)

audit: tools ## licences, a bill of materials, secrets
	@$(PY) -m infra.audit $(ARGS)

screenshots: tools ## the pictures of the console in docs/images (needs Chromium)
	@$(PY) -m tests.screenshots

openapi: .venv/.installed ## write the OpenAPI document from the functions
	@$(PY) -m infra.openapi

lock: .venv/.installed ## resolve all requirements anew, with hashes
	@sh infra/lock.sh

clean: ## remove what was installed, built and kept
	@rm -rf $(addprefix $(CONSOLE)/web/,node_modules dist)
	@rm -rf .venv .venv-sam .venv-bench dist $(NODE)/node_modules .aws-sam .freshet .mypy_cache .ruff_cache .hypothesis

.venv/.installed: requirements.txt pyproject.toml infra/install.sh
	@sh infra/install.sh .venv requirements.txt
	@.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . >>.venv/install.log 2>&1 \
		|| { tail -n 5 .venv/install.log; echo "Installing freshet itself failed; the whole log is .venv/install.log" >&2; exit 1; }
	@touch $@

.venv-sam/.installed: infra/sam/requirements.txt infra/install.sh
	@sh infra/install.sh .venv-sam infra/sam/requirements.txt
	@touch $@

.venv-bench/%/.installed: tests/bench/peers/%/requirements.txt infra/install.sh
	@sh infra/install.sh $(@D) $<
	@touch $@

$(NODE)/node_modules/.installed: $(NODE)/package-lock.json
	@(cd $(NODE) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.installed) \
		|| echo "npm is missing or failed: the tests of clients from npm are skipped." >&2
