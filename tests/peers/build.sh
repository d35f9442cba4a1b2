#!/bin/sh
# Compiles the Mono client and server into target/peers/. Exit code 3: Mono is missing, and what to install is said.
set -eu
cd "$(dirname "$0")"
out=${1:-../../target/peers}
packages='mono-mcs mono-runtime libmono-system-servicemodel4.0a-cil libmono-system-runtime-serialization4.0-cil'
missing=
for program in mcs mono; do
  command -v "$program" > /dev/null || missing="$missing $program"
done
# each library where Debian has it
for library in System.ServiceModel System.Runtime.Serialization; do
  ls /usr/lib/mono/gac/"$library"/*/"$library".dll > /dev/null 2>&1 || missing="$missing $library.dll"
done
if [ -n "$missing" ]; then
  echo "Mono is missing, or a part of it:$missing" >&2
  echo "To install it on Debian or Ubuntu: sudo apt-get install $packages" >&2
  exit 3
fi
mkdir -p "$out"
for peer in client server; do
  mcs -warnaserror -out:"$out/$peer.exe" -r:System.ServiceModel.dll -r:System.Runtime.Serialization.dll -r:System.Xml.dll \
    contract.cs "$peer.cs" >&2
done
