// Package static embeds what the pages are served with: the style sheet, the one small script, and the vendored
// ECharts and font with their licences.
package static

import "embed"

// FS holds the files of this folder.
//
//go:embed *
var FS embed.FS
