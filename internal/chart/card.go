package chart

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// The size of a card in pixels, as the sites that show cards ask for it.
const (
	CardWidth  = 1200
	CardHeight = 630
)

const cardMargin = 56.0

// CardText is what a card says besides the question and the figure.
type CardText struct {
	Site     string // Tallystick Connecticut
	Answer   string // the answer to the question, one or two sentences
	Coverage string // who reported, or that it is not known
}

// Card makes the picture that stands for an indicator where its address is shared, as an SVG file of 1200 × 630 in
// light colours for PNG: the question, the answer, the panel that answers it first, coverage, source and release.
func Card(ind stat.Indicator, obs []stat.Observation, ctx Context, text CardText) ([]byte, error) {
	one := ind
	one.Panels = ind.Panels[:min(1, len(ind.Panels))]
	if len(ind.Answer) > 0 {
		if i := slices.IndexFunc(ind.Panels, func(p stat.Panel) bool { return p.ID == ind.Answer[0] }); i >= 0 {
			one.Panels = ind.Panels[i : i+1]
		}
	}
	s, err := compose(one, obs, ctx, WideWidth)
	if err != nil {
		return nil, fmt.Errorf("card of %s: %w", ind.ID, err)
	}
	options, err := s.options(ctx.Alt)
	if err != nil {
		return nil, fmt.Errorf("card of %s: %w", ind.ID, err)
	}
	drawing, err := s.draw(options, ind.ID+"-c", ctx.Alt)
	if err != nil {
		return nil, fmt.Errorf("card of %s: %w", ind.ID, err)
	}
	c := card{}
	fmt.Fprintf(&c.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d"`+
		` font-family="%s"><rect width="100%%" height="100%%" fill="var(--paper)"/>`, CardWidth, CardHeight, family)
	c.line(face{22, bold, ink}, 64, text.Site)
	c.lines(face{42, bold, ink}, 128, 50, 2, ind.Question)
	c.lines(face{25, regular, ink}, c.y+42, 34, 3, text.Answer)
	if text.Coverage != "" {
		c.lines(face{19, regular, muted}, c.y+32, 26, 1, text.Coverage)
	}
	const room = CardWidth - 2*cardMargin
	top := c.y + 26
	scale := min(room/WideWidth, (CardHeight-40-top)/s.height)
	top = max(top, CardHeight-40-s.height*scale) // the source stands at the foot
	fmt.Fprintf(&c.b, `<g transform="translate(%v %v) scale(%v)">`, round(cardMargin), round(top), round4(scale))
	c.b.Write(inner(drawing))
	c.b.WriteString("</g></svg>\n")
	return []byte(lightPalette.Replace(c.b.String())), nil
}

// card is a card while it is written, from top to bottom.
type card struct {
	b bytes.Buffer
	y float64 // baseline of the last line
}

func (c *card) line(f face, y float64, text string) {
	c.y = y
	fmt.Fprintf(&c.b, `<text x="%v" y="%v" fill="%s" font-size="%vpx" font-weight="%d">%s</text>`,
		cardMargin, y, f.colour, f.size, f.weight, escape(text))
}

// lines sets a text in at most n lines; what does not fit is cut at a word and marked as cut.
func (c *card) lines(f face, y, pitch float64, n int, text string) {
	lines := wrap(text, f.size, f.weight, CardWidth-2*cardMargin)
	if len(lines) > n {
		lines = lines[:n]
		lines[n-1] = strings.TrimRight(lines[n-1], " ,;:.") + " …"
	}
	for i, line := range lines {
		c.line(f, y+pitch*float64(i), line)
	}
}

// inner gives what is inside the svg element of a drawing.
func inner(drawing []byte) []byte {
	return drawing[bytes.IndexByte(drawing, '>')+1 : bytes.LastIndex(drawing, []byte("</svg>"))]
}
