#!/usr/bin/env bash
# Tombi, a TOML checker that knows nothing of us, accepts the corpus by the committed schema and refuses every file
# of tests/wrong-for-schema. Installs it into a virtual environment below the build folder when it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.9.6
venv="${CARGO_TARGET_DIR:-target}/tombi-$version"
tombi="$venv/bin/tombi"

if [ ! -x "$tombi" ]; then
  install() {
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "tombi==$version"
  }
  if ! install; then
    rm -rf "$venv"
    echo "error: tombi $version could not be installed: this check needs python3 with venv and pip, and PyPI" >&2
    exit 1
  fi
fi

export NO_COLOR=1
"$tombi" lint --offline --error-on-warnings scenarios

# A file at a time: each has to be refused on its own.
count=0
for file in tests/wrong-for-schema/*.toml; do
  if said=$("$tombi" lint --offline "$file" 2>&1); then
    echo "error: tombi accepts $file" >&2
    exit 1
  fi
  # Refused by the schema, and not because the schema could not be read.
  if ! grep -q "at $file:" <<<"$said"; then
    echo "error: tombi refuses $file for another reason: $said" >&2
    exit 1
  fi
  count=$((count + 1))
done
if [ "$count" -eq 0 ]; then
  echo "error: there are no wrong files to refuse" >&2
  exit 1
fi
echo "tombi accepts the corpus and refuses $count wrong files"
