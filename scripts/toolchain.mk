# toolchain.mk -- the flags that compile C to WebAssembly. make includes this file, and
# scripts/yowasp.js reads it: lines of NAME := WORDS, with $(NAME) for one that is defined above.

OPT ?= -Oz
WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
C_FLAGS := -std=c11 $(WARNINGS) -fvisibility=hidden -Iwasm
WASM_FLAGS := $(OPT) -msimd128 -mbulk-memory -msign-ext -mnontrapping-fptoint
# The files that profiles show to be hot are optimized for speed too, all others for size alone. With
# -O2 a large conversation takes 6 % less time, but the module is 1.6 kB larger, which does not fit.
HOT_FLAGS := -Os -fno-unroll-loops -fno-vectorize -fno-slp-vectorize
HOT := base/scan text/json
# Clang versions after 14 can pass a struct's members as separate parameters. This is safe, since no
# function of the C library takes a struct.
PASS_PARTS := -Xclang -target-abi -Xclang experimental-mv
# Without the elimination of loads that only some paths repeat, the module is shorter.
LINK_FLAGS := --no-entry --stack-first -z stack-size=65536 --gc-sections --strip-all --lto-O2 \
  -mllvm -enable-load-pre=false
# A call from one file into another is replaced by the function itself only where that is shorter.
# Most hot calls are within files: this saves 2 % of the module, and the slowest case of the
# benchmark takes about 2 % longer. These are the words of Clang versions after 14.
INLINE_FLAGS := -mllvm -inline-threshold=0 -mllvm -inline-call-penalty=10
# The stack comes first in memory, so no data has a low address, and wasm-opt can fold address
# arithmetic into loads.
WASM_OPT_FLAGS := --flatten --rereloop -Oz -Oz --converge --low-memory-unused --enable-simd \
  --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int
# The folders of wasm/ that the checker of routes needs; the linker drops what is not used.
CHECKER_FOLDERS := base text provider config
