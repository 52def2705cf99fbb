# shellcheck shell=bash
# To be sourced by scripts that test with node. Stands in the project's root.
#   $node            a node of version 20 or later, and its folder first in PATH
#   install_locked   installs what a folder's package-lock.json says, once

# Debian 12 has node 18, for which the SDKs and playwright-core are too new: npm has later ones as a
# package.

script=ci/$(basename "$0")

quietly() {
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "$script: failed: $*" >&2; exit 1; }
  rm -f "$log"
}

node=$(command -v node) || { echo "$script: no node; ci/setup --test installs one" >&2; exit 1; }
if (($("$node" -p 'process.versions.node.split(".")[0]') < 20)); then
  bin=$PWD/build/node20/node_modules/node/bin
  [[ -x "$bin/node" ]] || quietly npm install --prefix build/node20 --no-audit --no-fund node@20
  export PATH=$bin:$PATH
  node=$bin/node
fi

install_locked() {
  local folder=$1
  if grep -q '://' "$folder/package-lock.json"; then
    echo "$script: $folder/package-lock.json names a host; write it with npm run lock" >&2
    exit 1
  fi
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed.json" && return
  echo "$script: installing what $folder needs"
  quietly npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --prefer-offline
  cp "$folder/package-lock.json" "$folder/node_modules/.installed.json"
}
