# Makefile -- build, run, test, measure. `make run` comes first: see README.md.

# The routes that are part of the bundle, and are used when the Worker has no ROUTES_CONFIG.
ROUTES ?= scripts/routes.example.json
FUZZ_SECONDS ?= 30
# The revision that `make bench-compare` compares this one with; ARGS is passed to the benchmark.
BASE ?= HEAD~1
ARGS ?=

# npm's node and wrangler take precedence over the machine's, which may be too old.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# A wasi-sdk has everything in one folder; otherwise use the distribution's packages.
ifdef WASI_SDK_PATH
  WASI_CC = $(WASI_SDK_PATH)/bin/clang
  WASI_LD = $(WASI_SDK_PATH)/bin/wasm-ld
  WASI_LIBS = $(firstword $(wildcard $(WASI_SDK_PATH)/share/wasi-sysroot/lib/wasm32-wasi*))
else
  WASI_CC = clang
  WASI_LD = wasm-ld
  WASI_LIBS = /usr/lib/wasm32-wasi
endif
# Some distributions have no compiler-rt for wasm32. The linker reports it if the code needs it.
WASI_RT = $(wildcard $(shell $(WASI_CC) --target=wasm32-wasi -print-libgcc-file-name))
NATIVE_CC ?= clang

# Three toolchains make the same module: wasi (clang for wasm32), yowasp (the same as an npm package
# that needs only Node) and emscripten. wasi is used if it is installed, otherwise yowasp.
HAVE_WASI := $(shell test -e "$(WASI_LIBS)/libc.a" && command -v "$(WASI_LD)" >/dev/null && \
  echo 'int x;' | "$(WASI_CC)" --target=wasm32-wasi -c -x c - -o /dev/null 2>/dev/null && echo yes)
TOOLCHAIN ?= $(if $(HAVE_WASI),wasi,yowasp)
export TOOLCHAIN
# The target that installs what wasi needs; npm's packages belong to it in any case.
WASI_SETUP := $(if $(HAVE_WASI),build/.setup,build/.setup-tests)

include scripts/toolchain.mk
CFLAGS := $(C_FLAGS) -MMD -MP
# In wasm32's ABI, structs by value are passed in memory. LTO avoids that and makes the module a
# quarter smaller. Clang versions after 14 no longer do so, but can pass the members instead.
IS_NEW = $(filter-out 14.%,$(shell $(WASI_CC) -dumpversion))
PARTS = $(if $(IS_NEW),$(PASS_PARTS))
# The oldest has no option for what a call costs, but takes a threshold below 0.
WASI_LINK = $(LINK_FLAGS) $(if $(IS_NEW),$(INLINE_FLAGS),-mllvm -inline-threshold=-15)
# The newest clang has another name for the target, which the oldest does not know.
WASI_FLAGS = --target=wasm32-wasi -Wno-deprecated -flto $(PARTS) $(WASM_FLAGS)
FAST = $(if $(filter $(HOT:%=wasm/%.c),$<),$(HOT_FLAGS))
WASM_OPT := wasm-opt $(WASM_OPT_FLAGS)
# The checker of routes, and the files that it needs.
CHECKER := scripts/checker.c $(wildcard $(CHECKER_FOLDERS:%=wasm/%/*.c))
# C grows the memory itself, so that Emscripten has no reason to import anything.
EMCC_LINK := -s STANDALONE_WASM --no-entry -s ALLOW_MEMORY_GROWTH=1 \
  -s INITIAL_MEMORY=524288 -s TOTAL_STACK=65536
NATIVE_FLAGS := -O1 -g -fno-omit-frame-pointer -Itests \
  -fsanitize=address,undefined -fno-sanitize-recover=all
BENCH_FLAGS := -O3 -gdwarf-4 -DPOOL_PAGED -flto

TOOLCHAINS := wasi emscripten yowasp
SOURCES := $(wildcard wasm/*.c wasm/*/*.c)
HEADERS := $(wildcard wasm/*.h wasm/*/*.h wasm/*/*.def)
objects = $(SOURCES:wasm/%.c=build/$(1)/%.o)
UNITS := $(patsubst tests/%.c,build/native/%,$(wildcard tests/unit/*/*.c tests/vectors.c))
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))

.PHONY: run test wasm native bundle bench bench-compare size fuzz lint check-routes deploy setup clean
.PHONY: ALWAYS bench-core instructions
.DELETE_ON_ERROR:
.SECONDARY:

run: build/gateway.wasm build/routes.json build/console.html.gz
	@node scripts/run.js

test: native bundle build/stand-in.wasm $(TOOLCHAINS:%=build/%/gateway.wasm)
	@node scripts/test.js

wasm: build/gateway.wasm

native: $(call objects,native) $(UNITS)

bundle: build/worker/worker.js

bench: bundle
	@node tests/bench/bench.js $(ARGS)

# Measure the module alone, and the C core natively; compare instruction counts with the known ones.
bench-core: wasm build/bench/core
	@node tests/bench/core.js && build/bench/core

instructions: build/bench/core
	@node tests/bench/instructions.js $(ARGS)

# Measure the same cases for the revision BASE as well.
bench-compare: bundle
	@git worktree remove --force build/base 2>/dev/null; rm -rf build/base
	@git worktree add -q --detach build/base $(BASE)
	@ln -s $(CURDIR)/node_modules build/base/node_modules
	@mkdir -p build/base/build && touch build/base/build/.setup build/base/build/.setup-tests
	@$(MAKE) -s -C build/base bundle
	@node tests/bench/bench.js --beside build/base $(ARGS)

size: bundle
	@node scripts/size.js

fuzz: $(FUZZERS)
	@node tests/fuzz/seeds.js build/fuzz/corpus/gateway
	@for f in $^; do \
	  corpus=build/fuzz/corpus/$${f##*/}; mkdir -p $$corpus; echo $$f; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -timeout=5 -verbosity=0 -max_len=16384 $$corpus || exit 1; \
	done

lint: build/.setup-tests
	@node scripts/lint.js

check-routes: build/gateway.wasm
	@node scripts/check-routes.js "$${FILE:-$(ROUTES)}"

deploy: build/gateway.wasm
	@node scripts/deploy.js

setup: build/.setup

clean:
	rm -rf build

# Missing tools are installed once, and again when the list of them changes.
build/.setup: scripts/setup.sh package-lock.json
	@scripts/setup.sh && touch $@

build/.setup-tests: build/.setup
	@scripts/setup.sh tests && touch $@

build/wasi/%.o: wasm/%.c Makefile scripts/toolchain.mk | $(WASI_SETUP)
	@echo $@ && mkdir -p $(@D)
	@$(WASI_CC) $(WASI_FLAGS) $(FAST) $(CFLAGS) -c $< -o $@

build/emscripten/%.o: wasm/%.c Makefile scripts/toolchain.mk | build/.setup-tests
	@echo $@ && mkdir -p $(@D)
	@emcc $(WASM_FLAGS) $(FAST) $(CFLAGS) -c $< -o $@

build/native/%.o: wasm/%.c Makefile scripts/toolchain.mk | build/.setup-tests
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(NATIVE_FLAGS) $(CFLAGS) -c $< -o $@

# For measurements: optimized for speed, with the memory pool of the WebAssembly build.
build/bench/%.o: wasm/%.c Makefile scripts/toolchain.mk | build/.setup-tests
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(BENCH_FLAGS) $(CFLAGS) -c $< -o $@

build/fuzz/%.o: wasm/%.c Makefile scripts/toolchain.mk | build/.setup-tests
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(NATIVE_FLAGS) -fsanitize=fuzzer-no-link $(CFLAGS) -c $< -o $@

# Written only when it differs, so that a change of TOOLCHAIN is noticed in both directions.
build/gateway.wasm: build/$(TOOLCHAIN)/gateway.wasm ALWAYS
	@cmp -s $< $@ || cp $< $@

# The linker is called directly, since clang would also run wasm-opt, without the features' flags.
build/wasi/gateway.wasm: $(call objects,wasi)
	@echo $@
	@$(WASI_LD) $(WASI_LINK) $^ -L$(WASI_LIBS) -lc $(WASI_RT) -o $(@D)/linked.wasm
	@$(WASM_OPT) $(@D)/linked.wasm -o $@
	@node scripts/imports.js $@

build/yowasp/gateway.wasm: $(SOURCES) $(HEADERS) scripts/toolchain.mk scripts/yowasp.js \
  | build/.setup
	@echo $@ && node scripts/yowasp.js $@ $(SOURCES)

# The module that the shim's own tests run instead of the gateway.
build/stand-in.wasm: tests/e2e/stand-in.c build/wasi/base/str.o
	@echo $@
	@$(WASI_CC) $(WASI_FLAGS) $(CFLAGS) -Wno-missing-prototypes -MF $@.d -c $< -o $@.o
	@$(WASI_LD) $(LINK_FLAGS) $@.o build/wasi/base/str.o -L$(WASI_LIBS) -lc -o $@

build/emscripten/gateway.wasm: $(call objects,emscripten)
	@echo $@
	@emcc $(WASM_FLAGS) $(EMCC_LINK) $^ -o $@
	@node scripts/imports.js $@

build/native/%: tests/%.c $(call objects,native) Makefile
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(NATIVE_FLAGS) $(CFLAGS) -MF $@.d $< $(filter %.o,$^) -o $@

build/bench/core: tests/bench/core.c $(call objects,bench) Makefile
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(BENCH_FLAGS) $(CFLAGS) -MF $@.d $< $(filter %.o,$^) -o $@

build/fuzz/%: tests/fuzz/%.c $(call objects,fuzz) Makefile
	@echo $@ && mkdir -p $(@D)
	@$(NATIVE_CC) $(NATIVE_FLAGS) -fsanitize=fuzzer $(CFLAGS) -MF $@.d $< $(filter %.o,$^) -o $@

# The checker of routes as a module for the console's editor.
CHECKER_NEEDS := $(CHECKER) $(HEADERS) Makefile scripts/toolchain.mk
CHECKER_OBJECTS := $(patsubst wasm/%.c,build/wasi/%.o,$(filter wasm/%,$(CHECKER)))
build/checker.wasm: build/$(TOOLCHAIN)/checker.wasm ALWAYS
	@cmp -s $< $@ || cp $< $@

build/wasi/checker.wasm: $(CHECKER_NEEDS) $(CHECKER_OBJECTS)
	@echo $@
	@$(WASI_CC) $(WASI_FLAGS) $(CFLAGS) -c scripts/checker.c -o $(@D)/checker.o
	@$(WASI_LD) $(WASI_LINK) $(@D)/checker.o $(CHECKER_OBJECTS) -L$(WASI_LIBS) -lc $(WASI_RT) \
	  -o $(@D)/checker-linked.wasm
	@$(WASM_OPT) $(@D)/checker-linked.wasm -o $@
	@node scripts/imports.js $@

build/emscripten/checker.wasm: $(CHECKER_NEEDS) | build/.setup-tests
	@echo $@ && mkdir -p $(@D)
	@emcc -flto $(WASM_FLAGS) $(CFLAGS) $(EMCC_LINK) $(CHECKER) -o $(@D)/checker-linked.wasm
	@$(WASM_OPT) $(@D)/checker-linked.wasm -o $@
	@node scripts/imports.js $@

build/yowasp/checker.wasm: $(CHECKER_NEEDS) scripts/yowasp.js build/yowasp/gateway.wasm
	@echo $@ && node scripts/yowasp.js $@ $(CHECKER)

build/console.html.gz: build/checker.wasm scripts/build-console.js scripts/routes.example.json \
  $(wildcard shim/console/*) | build/.setup
	@echo $@ && node scripts/build-console.js

# Compared each time and written only when it differs, so that a change of ROUTES is noticed.
build/routes.json: ALWAYS
	@mkdir -p $(@D) && { cmp -s $(ROUTES) $@ || cp $(ROUTES) $@; }

build/worker/worker.js: build/gateway.wasm build/routes.json build/console.html.gz wrangler.toml \
  $(wildcard shim/*.js)
	@echo $@ && rm -rf $(@D)
	@wrangler deploy --dry-run --outdir $(@D) >build/bundle.log 2>&1 || { cat build/bundle.log; false; }
	@touch $@

-include $(wildcard build/*.d build/*/*.d build/*/*/*.d build/native/unit/*/*.d)
