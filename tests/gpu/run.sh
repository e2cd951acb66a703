#!/bin/sh
# What a GPU does with this project, in under ten minutes. Needs the packages of requirements.lock,
# but not DVC, and torch 2.11 or newer. PYTHON is another Python than the usual one; PYTHONPATH may
# name a folder with packages.
#   sh tests/gpu/run.sh [--cifar10 ARCHIVE] [--out FOLDER] [--device cpu] [--tiny]
cd "$(dirname "$0")/../.." || exit 2
python="${PYTHON:-$(command -v python || command -v python3)}"
export PYTHONPATH="$PWD/src${PYTHONPATH:+:$PYTHONPATH}"
"$python" tests/gpu/needed.py || exit 2
exec "$python" tests/gpu/run.py "$@"
