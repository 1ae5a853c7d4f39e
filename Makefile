# `make report` and `make test` are all that a fresh machine needs: Python 3.11 to 3.14, git and make.
# Everything is installed into .venv and nowhere else. A Python of your choice:  make report PYTHON=/path/to/python3.12
# Options for the command behind a target:  make test ARGS="-k rounding"

CANDIDATES = python3.14 python3.13 python3.12 python3.11 python3 python
ARGS =

# In the conda environment of environment.yml that one is used, and no .venv is built.
ifeq ($(CONDA_DEFAULT_ENV),golden-thread)
RUN = python
READY =
QUARTO_TRIED =
else
RUN = .venv/bin/python
READY = .venv/.ready
QUARTO_TRIED = .venv/.quarto-tried
endif

# Another version's modules, or another folder's, must not get in; compiled modules are kept, for they start faster.
unexport PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL = help
.PHONY: help report test check lab verify bench lock stages fresh docs clean FORCE

help:     ## list these targets
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-14s %s\n", $$1, $$2 }'

report: $(READY) $(QUARTO_TRIED)     ## run the pipeline: from the raw data to the reports in reports/site
	@$(RUN) -m pipeline run $(ARGS)

test: $(READY)     ## run every test
	@$(RUN) -m pytest -n auto --dist loadfile $(ARGS)

check: $(READY)     ## lint, types and the fast tests, in about a minute: before each commit
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(RUN) -m pytest -n auto --dist loadfile -q -m "not slow" $(ARGS)

lab: $(READY)     ## open the notebooks in JupyterLab
	@$(RUN) -m jupyterlab $(ARGS) notebooks

verify: $(READY)     ## make everything again in a copy and compare it with the hashes in dvc.lock
	@$(RUN) -m pipeline verify $(ARGS)

bench: $(READY)     ## measure each stage
	@$(RUN) -m pipeline bench $(ARGS)

lock: $(READY)     ## write requirements.lock and what goes with it for pyproject.toml; newest versions: ARGS=--upgrade
	@$(RUN) -m pipeline.setup.lockfile $(ARGS)

fresh:     ## try report and test in clean Debian systems, as root with debootstrap; others: ARGS=bookworm
	@.ci/fresh $(ARGS)

stages: $(READY)     ## write the lists of modules and reports in dvc.yaml, which follow from the code
	@$(RUN) -m pipeline.workflow.stage_lists

docs: $(READY)     ## write docs/reference: commands.md from the commands' own help, survey-yaml.md from its schema
	@$(RUN) -m typer pipeline.commands.main utils docs --name golden-thread --title Commands --output docs/reference/commands.md
	@$(RUN) -m pipeline.surveys.staff.codebook_reference

clean:     ## remove what the pipeline made, and its caches; raw data and .venv stay
	rm -rf data/processed reports/site reports/published reports/.quarto .dvc/cache .dvc/tmp .pytest_cache .hypothesis
	find pipeline tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.ready: requirements.lock pyproject.toml
	@for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
	    if "$$python" -m pipeline.setup.environment --check >/dev/null 2>&1; then \
	        exec "$$python" -m pipeline.setup.environment; \
	    fi; \
	done; \
	for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
	    said=$$("$$python" -m pipeline.setup.environment --check 2>&1); \
	    if [ $$? -eq 2 ]; then echo "$$said" >&2; break; fi; \
	done; \
	echo 'No Python 3.11, 3.12, 3.13 or 3.14 that can make virtual environments (tried: $(or $(PYTHON),$(CANDIDATES))).' >&2; \
	echo 'Install one (on Debian and Ubuntu with python3-venv; with uv: uv python install 3.14), or name it:' >&2; \
	echo '    make PYTHON=/path/to/python3.14' >&2; \
	exit 2

# The stamp names the folder that the environment was built in: it does not survive a move or a copy.
ifneq ($(shell test -x .venv/bin/python && cat .venv/.ready 2>/dev/null),$(CURDIR))
.venv/.ready: FORCE
endif

# Quarto makes the reports where it can be had. One attempt for each environment, within three minutes.
.venv/.quarto-tried: .venv/.ready
	@.venv/bin/python -m pipeline.setup.toolchain
	@touch $@
