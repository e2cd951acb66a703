#!/bin/sh
# What a GPU does with this project, in under ten minutes. Needs the packages of requirements.lock,
# but not DVC, and torch 2.11 or newer.
#   sh tests/gpu/run.sh [--cifar10 ARCHIVE] [--out FOLDER] [--device cpu] [--tiny]
cd "$(dirname "$0")/../.." || exit 2
PYTHONPATH="$PWD/src" exec "${PYTHON:-python}" tests/gpu/run.py "$@"
