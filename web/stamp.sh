#!/bin/sh
# Puts the version of a build (a checksum of all its files) and the list of its
# files into its service worker. Trunk runs this after each build, with the
# folder of the build in TRUNK_STAGING_DIR.
set -eu
cd "${1:-${TRUNK_STAGING_DIR:?}}"
names=$(find . -type f ! -name sw.js ! -name index.html | sed 's|^\./||' | LC_ALL=C sort)
version=$( (cat sw.js index.html; for name in $names; do cat "$name"; done) | cksum | tr ' ' '-')
files=$(for name in $names; do printf '"./%s", ' "$name"; done)
sed -e "s|__VERSION__|$version|" -e "s|__FILES__|${files%, }|" sw.js > sw.js.new
mv sw.js.new sw.js
