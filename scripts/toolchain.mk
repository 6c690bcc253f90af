# toolchain.mk -- how C becomes WebAssembly. make includes this file, and scripts/yowasp.js reads it:
# lines of NAME := WORDS, with $(NAME) for one that stands above.

OPT ?= -Oz
WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
C_FLAGS := -std=c11 $(WARNINGS) -fvisibility=hidden -Iwasm
WASM_FLAGS := $(OPT) -msimd128 -mbulk-memory -msign-ext -mnontrapping-fptoint
# What runs for each byte or each event, by profile, is built for speed; the rest for size.
HOT_FLAGS := -O3
HOT := base/scan text/json
# Clangs after 14 pass the parts of a struct by value; only within this module, since nothing of the
# C library takes a struct.
PASS_PARTS := -Xclang -target-abi -Xclang experimental-mv
LINK_FLAGS := --no-entry --stack-first -z stack-size=65536 --gc-sections --strip-all --lto-O2
# The stack comes first, so nothing stands in the low memory, and addresses fold into loads.
WASM_OPT_FLAGS := --flatten --rereloop -Oz -Oz --converge --low-memory-unused --enable-simd \
  --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int
# The folders of wasm/ that the checker of routes needs; the linker leaves out the rest of them.
CHECKER_FOLDERS := base text provider config
