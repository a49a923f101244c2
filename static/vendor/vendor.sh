#!/bin/sh
# Copies the vendored files, with their licences, from the exact npm packages of package-lock.json to
# NAME-VERSION/ beside this script and writes SHA256SUMS. "vendor.sh --check" copies nothing: it repeats the work
# in a temporary folder and fails if a file differs from what is committed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error >&2)

# take PACKAGE FOLDER FILE…: copies the files of an installed package, without their folders.
take() {
	package=$work/node_modules/$1
	folder=$work/out/$2
	shift 2
	mkdir -p "$folder"
	for file in "$@"; do
		cp "$package/$file" "$folder/"
		chmod 644 "$folder/$(basename "$file")"
	done
}

take echarts echarts-6.1.0 dist/echarts.min.js LICENSE NOTICE licenses/LICENSE-d3
take @fontsource-variable/public-sans public-sans-5.3.0 files/public-sans-latin-wght-normal.woff2 LICENSE
fonts=dist/fonts/public-sans
take @uswds/uswds uswds-3.14.0 LICENSE.md \
	$fonts/PublicSans-Regular.ttf $fonts/PublicSans-SemiBold.ttf $fonts/PublicSans-Bold.ttf
cp "$work/out/public-sans-5.3.0/LICENSE" "$work/out/uswds-3.14.0/LICENSE-public-sans"
# The npm package of the WebAssembly file has no licence text; its sibling of the same repository and version has.
take @resvg/resvg-wasm resvg-wasm-2.6.2 index_bg.wasm README.md
take @resvg/resvg-js resvg-wasm-2.6.2 LICENSE
take us-atlas us-atlas-3.0.1 LICENSE
node "$here/counties.mjs" "$work/node_modules/us-atlas/counties-10m.json" "$work/out/us-atlas-3.0.1/connecticut-counties.json"

(cd "$work/out" && find . -type f | LC_ALL=C sort | sed 's|^\./||' | xargs sha256sum) >"$work/sums"
mv "$work/sums" "$work/out/SHA256SUMS"
if [ "${1:-}" = --check ]; then
	(cd "$here" && sha256sum --quiet -c "$work/out/SHA256SUMS") && cmp "$work/out/SHA256SUMS" "$here/SHA256SUMS"
	exit
fi
for folder in "$work"/out/*/; do
	rm -rf "$here/$(basename "$folder")"
done
cp -R "$work/out/." "$here/"
