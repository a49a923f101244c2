// Package templates embeds the HTML templates, one file a page, with the layout and the partials.
package templates

import "embed"

// FS holds the files of this folder.
//
//go:embed *
var FS embed.FS
