#!/usr/bin/env bash
# setup.sh -- install what is missing to build; `setup.sh tests` also what is missing to test.
#
# Each tool is tried out instead of looking for a package's name, so that a wasi-sdk or a clang from
# elsewhere is used too. TOOLCHAIN=yowasp builds with npm packages alone.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { missing+=("$@"); }
have() { command -v "$1" >/dev/null 2>&1; }
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# The packages with the sanitizers and the wasm32 builtins have clang's version in their name in some
# releases, none in others, and are part of clang's own package in the oldest.
first_known() {
  for name; do
    if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; return; fi
  done
}
clang_version() {
  apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1
}

sanitizers_work() {
  echo 'int main(void) { return 0; }' |
    clang -fsanitize=address,undefined,fuzzer-no-link -x c - -o /dev/null 2>/dev/null
}
python_makes_venvs() { python3 -c 'import ensurepip, venv' 2>/dev/null; }
# Ubuntu's chromium-browser may be a script that only refers to a snap, and does not start.
browser_exists() {
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    if "$name" --version >/dev/null 2>&1; then return; fi
  done
  return 1
}
wasm_builtins_exist() { [ -e "$(clang --target=wasm32-wasi -print-libgcc-file-name)" ]; }

needs_clang() { [ "${1:-}" = tests ] || [ "${TOOLCHAIN:-wasi}" = wasi ]; }

look_for_tools() {
  if needs_clang "${1:-}"; then
    have clang || need clang
    if [ -z "${WASI_SDK_PATH:-}" ]; then
      have wasm-ld || need lld
      [ -e /usr/lib/wasm32-wasi/libc.a ] || need wasi-libc
    fi
  fi
  have npm || need npm
}
look_for_runtimes() {
  v=$(clang_version)
  if needs_clang "${1:-}" && [ -z "${WASI_SDK_PATH:-}" ] &&
    ! { have clang && wasm_builtins_exist; }; then
    need $(first_known libclang-rt-dev-wasm32 "libclang-rt-$v-dev-wasm32")
  fi
  if [ "$1" = tests ] && ! { have clang && sanitizers_work; }; then
    need $(first_known "libclang-rt-$v-dev" "libclang-common-$v-dev")
  fi
  if [ "$1" = tests ]; then
    have emcc || need emscripten
    have clang-format-14 || have clang-format || need $(first_known clang-format-14 clang-format)
    browser_exists || need $(first_known chromium)
    have curl || need curl
    python_makes_venvs || need python3-venv
  fi
}

install_packages() {
  if ! have apt-get; then
    echo "Please install by hand: ${missing[*]} (or point WASI_SDK_PATH at a wasi-sdk)." >&2
    exit 1
  fi
  echo "Installing ${missing[*]} ..."
  root apt-get update -qq
  root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >build/setup.log 2>&1 || { tail -n 20 build/setup.log >&2; exit 1; }
}

# Programs for tests only, which are too large for package-lock.json or not on npm. If one is
# missing, its tests are skipped, and say so.
install_codex() {
  [ "$(build/codex/node_modules/.bin/codex --version 2>/dev/null)" = 'codex-cli 0.171.0' ] ||
    npm install --prefix build/codex --no-save --no-audit --no-fund --loglevel=error \
      @openai/codex@0.171.0
}
install_uv() {
  python3 -m venv build/uv &&
    build/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.8
}
# The packages that these need in turn are pinned by a date. uv takes seconds where pip takes
# minutes.
PYTHON_PACKAGES_UNTIL=2026-11-28
install_python_packages() {
  local folder="build/$1"
  shift
  [ -x build/uv/bin/uv ] || install_uv || return
  build/uv/bin/uv venv --quiet --clear --python "$(command -v python3)" "$folder" &&
    build/uv/bin/uv pip install --quiet --python "$folder/bin/python" --only-binary :all: \
      --exclude-newer "$PYTHON_PACKAGES_UNTIL" "$@"
}
install_python_client() { install_python_packages python openai==3.54.0 websockets==17.4; }
install_python_frameworks() {
  install_python_packages frameworks openai-agents==0.24.0 'pydantic-ai-slim[openai]==2.68.0' \
    langchain-openai==1.7.4 litellm==1.110.2 agno==3.1.10
}
# It needs an older openai than the others take.
install_llamaindex() { install_python_packages llamaindex llama-index-llms-openai==0.8.3; }
# The linter of workflows, from Go's module proxy, which verifies it against the public checksum.
install_actionlint() {
  GOBIN="$PWD/build/actionlint" GOFLAGS=-mod=mod \
    go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
}
install_client() {
  echo "Installing $1 for the tests ..."
  if ! "$2" >build/setup.log 2>&1; then
    tail -n 5 build/setup.log >&2
    rm -rf "$3"
    echo "$1 could not be installed: its tests will be skipped." >&2
  fi
}

mkdir -p build
look_for_tools "${1:-}"
if have apt-get && needs_clang "${1:-}"; then
  # A fresh machine has no list of packages, so no package would be found.
  if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then root apt-get update -qq; fi
  look_for_runtimes "${1:-}"
fi
if [ ${#missing[@]} -gt 0 ]; then install_packages; fi

# Are the packages those of package-lock.json? Packages for other systems may be missing.
packages_are_here() {
  [ -x node_modules/.bin/wrangler ] && node -e '
    const packages = (path) => JSON.parse(require("fs").readFileSync(path)).packages;
    const here = packages("node_modules/.package-lock.json");
    for (const [name, { version, optional }] of Object.entries(packages("package-lock.json")))
      if (name && here[name]?.version !== version && !(optional && !here[name])) process.exit(1);
  ' 2>/dev/null
}

if ! packages_are_here; then
  echo 'Installing npm packages ...'
  npm ci --no-audit --no-fund --loglevel=error
fi

if [ "${1:-}" = tests ]; then
  install_client 'the Codex CLI' install_codex build/codex
  install_client "Python's openai package" install_python_client build/python
  install_client "Python's agent frameworks" install_python_frameworks build/frameworks
  install_client 'LlamaIndex' install_llamaindex build/llamaindex
  install_client 'actionlint' install_actionlint build/actionlint
fi
