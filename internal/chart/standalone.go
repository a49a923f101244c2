package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// lightPalette is what the colours stand for in a file that no style sheet accompanies.
var lightPalette = strings.NewReplacer(
	ink, "#16202c", muted, "#56606b", hairs, "#d8dbdf", paper, "#ffffff",
	"var(--series-1)", "#1f4e79", "var(--series-2)", "#c4561b", "var(--caution)", "#fdf4e3",
)

// margin is the white around a drawing that stands alone.
const margin = 24.0

// standalone makes a file of its own from the wide drawing: title above, white ground, light colours. Unit,
// source and release are in the drawing already.
func standalone(title, alt string, wide []byte, height float64) []byte {
	face := face{20, bold, ink}
	lines := wrap(title, face.size, face.weight, WideWidth-margin)
	head := float64(len(lines))*25 + 10
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%v" height="%v" viewBox="0 0 %[1]v %[2]v" role="img"`+
		` font-family="%s">`, WideWidth+2*margin, height+head+2*margin, family)
	b.WriteString("<title>" + escape(title) + "</title><desc>" + escape(alt) + "</desc>")
	b.WriteString(`<rect width="100%" height="100%" fill="var(--paper)"/>`)
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%v" y="%v" fill="%s" font-size="%vpx" font-weight="%d">%s</text>`,
			margin, margin+20+25*float64(i), face.colour, face.size, face.weight, escape(line))
	}
	fmt.Fprintf(&b, `<g transform="translate(%v %v)">`, margin, margin+head)
	b.Write(inner(wide))
	b.WriteString("</g></svg>\n")
	return []byte(lightPalette.Replace(b.String()))
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
