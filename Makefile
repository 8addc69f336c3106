# Gongkai (公开). `make` alone explains the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv is only an accelerator; without it the standard library's venv and pip do the same.
UV := $(shell command -v uv 2>/dev/null)
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_PREFERENCE := only-system
WORKERS ?= auto

help: ## 说明各目标 · explain the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## 准备 .venv/bin/gongkai · prepare the environment

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新的版本 · Python 3.11 or newer is needed (make PYTHON=python3.12 …)"; exit 1; }
ifdef UV
	@test -x $(BIN)/python || uv venv -q --python "$$(command -v $(PYTHON))" $(VENV)
	@uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@uv pip install -q --python $(BIN)/python --no-deps -e .
else
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "缺少 venv 模块，请先安装 · install it first: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
endif
	@touch $@

demo: setup ## 建立并打开演示城市 · load the sample city and serve it
	@$(BIN)/gongkai demo

serve: setup ## 用自己的数据启动服务 · serve with your own data
	@$(BIN)/gongkai migrate -v 0
	@$(BIN)/gongkai serve

# What is compiled is kept, also where the environment would have it compiled each time.
test: setup ## 运行全部测试 · run all tests
	@PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/.pytest_cache/bytecode \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: setup ## 检查代码 · ruff, types, imports, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/gongkai makemigrations --check --dry-run -v 0

format: setup ## 整理代码格式 · format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: setup ## 运行基准测试 · run the benchmarks
	@$(BIN)/python -m benchmarks

docs: setup ## 生成文档到 site/ · build the documentation
	@$(BIN)/mkdocs build --strict -q

lock: ## 重新锁定依赖（需要 uv）· recompile the pinned requirements
	@for name in runtime dev; do uv pip compile -q --upgrade --universal --generate-hashes \
	  --no-annotate --no-header --python-version 3.11 \
	  requirements/$$name.in -o requirements/$$name.txt; done

clean: ## 删除环境与演示数据 · remove the environment and the demo's data
	@rm -rf $(VENV) var site .pytest_cache .mypy_cache .ruff_cache

.PHONY: help setup demo serve test lint format bench docs lock clean
