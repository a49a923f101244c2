// Package static embeds what the pages are served with: the style sheet, two small scripts, and the vendored
// ECharts and font with their licences.
package static

import "embed"

// FS holds what is served or drawn with; the pictures of the README in readme are not among it.
//
//go:embed *.css *.js *.svg vendor
var FS embed.FS
