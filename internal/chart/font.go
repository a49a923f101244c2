package chart

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"tallystick/static"
)

// family is what drawings ask for. The first is the font that pages send along and whose metrics are used here; the
// others are no wider, so that a file that is opened elsewhere is not cut.
const family = "Public Sans, Public Sans Variable, Arial, Liberation Sans, Helvetica, sans-serif"

// The weights in use, and the files whose metrics stand for them. The variable font that pages send is a woff2
// file, which no Go library reads; the static files of the same design have the same advances.
const (
	regular  = 400
	semibold = 600
	bold     = 700
)

var fontFiles = map[int]string{
	regular:  "vendor/uswds-3.14.0/PublicSans-Regular.ttf",
	semibold: "vendor/uswds-3.14.0/PublicSans-SemiBold.ttf",
	bold:     "vendor/uswds-3.14.0/PublicSans-Bold.ttf",
}

// advances are the widths of characters in ems.
type advances map[rune]float64

// metrics reads the advances of the Latin letters, figures and signs of each weight, once in a process.
var metrics = sync.OnceValue(func() map[int]advances {
	out := map[int]advances{}
	for weight, file := range fontFiles {
		data, err := static.FS.ReadFile(file)
		if err != nil {
			panic(err) // the file is part of the program
		}
		parsed, err := opentype.Parse(data)
		if err != nil {
			panic(err)
		}
		out[weight] = readAdvances(parsed)
	}
	return out
})

func readAdvances(f *sfnt.Font) advances {
	table, buffer := advances{}, &sfnt.Buffer{}
	em := fixed.I(int(f.UnitsPerEm()))
	for _, span := range [][2]rune{{0x20, 0x24f}, {0x2010, 0x2044}, {0x20a0, 0x20bf}, {0x2190, 0x22ff}} {
		for r := span[0]; r <= span[1]; r++ {
			glyph, err := f.GlyphIndex(buffer, r)
			if err != nil || glyph == 0 {
				continue
			}
			advance, err := f.GlyphAdvance(buffer, glyph, em, font.HintingNone)
			if err == nil {
				table[r] = float64(advance) / float64(em)
			}
		}
	}
	return table
}

// measure returns the width of a line of text in units, for a size in units and one of the three weights. A
// character that the font does not have is taken as wide as its fallback is likely to be.
func measure(text string, size float64, weight int) float64 {
	table, width := metrics()[weight], 0.0
	for _, r := range text {
		switch advance, ok := table[r]; {
		case ok:
			width += advance
		case unicode.Is(unicode.Mn, r):
		case r >= 0x2e80:
			width++
		default:
			width += 0.62
		}
	}
	return width * size
}

var fontSize = regexp.MustCompile(`([0-9.]+)px`)

// measureFont is measure for a font in the notation of CSS, "normal 600 15px Public Sans", as ECharts asks it.
func measureFont(text, font string) float64 {
	size, weight := 12.0, regular
	if m := fontSize.FindStringSubmatch(font); m != nil {
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			size = v
		}
	}
	for _, word := range strings.Fields(font) {
		switch word {
		case "600":
			weight = semibold
		case "700", "bold":
			weight = bold
		}
	}
	return measure(text, size, weight)
}

// wrap breaks text into lines no wider than width, at spaces. A word that is wider than a line keeps a line of
// its own.
func wrap(text string, size float64, weight int, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if line != "" && measure(longer, size, weight) > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// widest returns the width of the widest of the lines.
func widest(lines []string, size float64, weight int) float64 {
	width := 0.0
	for _, line := range lines {
		width = max(width, measure(line, size, weight))
	}
	return width
}
