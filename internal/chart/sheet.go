package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tallystick/internal/stat"
)

// The colours of a drawing are CSS variables, so that one drawing serves light, dark and print. None of them is
// ever made from data.
const (
	ink     = "var(--ink)"
	muted   = "var(--muted)"
	hairs   = "var(--rule)"
	paper   = "var(--paper)"
	nothing = "transparent"
)

// seriesColours are the colours of the series of a panel, in their order. Series are told apart by their label,
// their dashes and their markers too, so that the third may share a colour with the text.
var seriesColours = []string{"var(--series-1)", "var(--series-2)", ink, muted}

func seriesColour(i int) string { return seriesColours[i%len(seriesColours)] }

// Sizes and weights of the texts of a drawing, in units.
var (
	titleText = face{16, bold, ink}
	subText   = face{13, regular, muted}
	labelText = face{14, regular, ink}
	valueText = face{14, semibold, ink}
	ratioText = face{30, bold, ink}
	loneText  = face{20, bold, ink}
	tickText  = face{13, regular, muted}
	noteText  = face{13, regular, muted}
	breakText = face{13, semibold, muted}
)

// face is how a text is set.
type face struct {
	size   float64
	weight int
	colour string
}

func (f face) width(text string) float64 { return measure(text, f.size, f.weight) }

// baselineShift is how far the baseline lies below the middle of a line, in ems: half of ascent minus descent of
// the font (0.95 and 0.225). Drawings are placed by middles, and read by baselines.
const baselineShift = 0.3625

// sheet is one drawing while it is composed, from top to bottom.
type sheet struct {
	ctx           Context
	width, height float64
	y             float64 // where the next thing goes
	grids         []grid
	xAxes, yAxes  []axis
	series        []series
	texts         []element
	stops         []stop
	marks         int          // bars, points and arrows,
	corners       int          // and the ends and corners of strokes, which cost far less
	breaks        []stat.Break // of the panel that is being drawn
	limits        bool         // whether thin lines for exact limits are drawn
	decimals      int          // of the values that are drawn: none but for ratios and rates
	dots          bool         // whether values by year are dots and not columns
	barLeft       float64      // where the bars of all panels begin,
	barRight      float64      // where the longest of them ends at most,
	barValues     float64      // and the room that their labels take after them
}

func (s *sheet) narrow() bool { return s.width < WideWidth }

// text sets one line with its baseline at y. Align is left, center or right, and says what x is.
func (s *sheet) text(f face, x, y float64, align, text string) {
	text = printable(text)
	s.texts = append(s.texts, element{Type: "text", X: round(x), Y: round(y - baselineShift*f.size), Z: 10, Silent: true,
		Style: style{Text: text, Fill: f.colour, FontSize: f.size, FontWeight: f.weight, FontFamily: family,
			Align: align, VerticalAlign: "middle"}})
}

// list sets many lines of one pitch as a single text, the first baseline at y: far quicker to draw than one by one.
func (s *sheet) list(f face, x, y, pitch float64, lines []string) {
	s.text(f, x, y, "left", "")
	e := &s.texts[len(s.texts)-1]
	for i, line := range lines {
		lines[i] = printable(line)
	}
	e.Y = round(e.Y - pitch/2)
	e.Style.Text, e.Style.LineHeight, e.Style.VerticalAlign = strings.Join(lines, "\n"), pitch, "top"
}

// halo sets a line like text, with the ground round its letters, so that it can be read over lines.
func (s *sheet) halo(f face, x, y float64, align, text string) {
	s.text(f, x, y, align, text)
	e := &s.texts[len(s.texts)-1]
	e.Style.Stroke, e.Style.LineWidth = paper, 3
}

// printable replaces control characters, which a drawing cannot hold.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// upright sets one line that reads upwards, with its start at y and its middle at x.
func (s *sheet) upright(f face, x, y float64, text string) {
	s.text(f, x, y, "left", text)
	e := &s.texts[len(s.texts)-1]
	e.Y, e.Rotation = round(y), math.Pi/2
}

// lines sets lines one under the other and returns the baseline of the last.
func (s *sheet) lines(f face, x, y, pitch float64, align string, lines []string) float64 {
	for i, line := range lines {
		if i > 0 {
			y += pitch
		}
		s.text(f, x, y, align, line)
	}
	return y
}

// rule draws a straight line.
func (s *sheet) rule(x1, y1, x2, y2 float64, colour string, width float64, dash []float64, z int) {
	s.texts = append(s.texts, element{Type: "line", Z: z, Silent: true,
		Shape: &shape{X1: round(x1), Y1: round(y1), X2: round(x2), Y2: round(y2)},
		Style: style{Stroke: colour, LineWidth: width, LineDash: dash}})
}

// grid adds a plot of its own, with a horizontal and a vertical axis, and returns its number.
func (s *sheet) grid(left, top, width, height float64, x, y axis) int {
	n := len(s.grids)
	s.grids = append(s.grids, grid{Left: round(left), Top: round(top), Width: round(width), Height: round(height)})
	x.GridIndex, y.GridIndex = n, n
	s.xAxes, s.yAxes = append(s.xAxes, x), append(s.yAxes, y)
	return n
}

// add puts a series into the plot with the number.
func (s *sheet) add(plot int, one series) {
	one.XAxisIndex, one.YAxisIndex = plot, plot
	one.Emphasis = &emphasis{Disabled: true}
	if one.Type == "line" && one.Silent {
		s.corners += len(one.data)
	} else {
		s.marks += len(one.data)
	}
	one.Data = one.data
	s.series = append(s.series, one)
}

// compose lays out the figure of an indicator on a sheet of the width.
func compose(ind stat.Indicator, obs []stat.Observation, ctx Context, width float64) (*sheet, error) {
	return layOut(ctx, width, func(s *sheet) error {
		s.fitBars(ind.Panels, obs)
		for i, p := range ind.Panels {
			if i > 0 {
				s.y += 20
				s.rule(0, s.y, s.width, s.y, hairs, 1, nil, 0)
				s.y += 8
			}
			if err := s.panel(p, ofPanel(p, obs)); err != nil {
				return err
			}
		}
		return nil
	})
}

// layOut makes a sheet from what parts put on it, with source and release at its foot.
func layOut(ctx Context, width float64, parts func(*sheet) error) (*sheet, error) {
	s := &sheet{ctx: ctx, width: width}
	if err := parts(s); err != nil {
		return nil, err
	}
	s.corner()
	if s.marks > maxMarks || s.corners > maxCorners {
		return nil, fmt.Errorf("%s marks, at most %s are drawn (and %s of %s corners of strokes): %w",
			stat.FormatCount(int64(s.marks)),
			stat.FormatCount(maxMarks), stat.FormatCount(int64(s.corners)), stat.FormatCount(maxCorners), stat.ErrInvalid)
	}
	s.height = math.Ceil(s.y)
	return s, nil
}

// panel draws one panel in its form.
func (s *sheet) panel(p stat.Panel, obs []stat.Observation) error {
	if len(obs) == 0 {
		return fmt.Errorf("panel %s has no observations: %w", p.ID, stat.ErrInvalid)
	}
	s.breaks = breaksFor(p, s.ctx.Breaks)
	switch p.Form {
	case stat.FormPair:
		s.pair(p, obs)
	case stat.FormSpans:
		s.spans(p, obs)
	case stat.FormColumns:
		s.columns(p, obs)
	case stat.FormLine:
		s.line(p, obs)
	default:
		return fmt.Errorf("panel %s has the unknown form %q: %w", p.ID, p.Form, stat.ErrInvalid)
	}
	return nil
}

// breaksFor leaves out the breaks of the law for a panel that counts under no section of it, and those of the rules of
// data sets that it does not count from.
func breaksFor(p stat.Panel, breaks []stat.Break) []stat.Break {
	breaks = slices.DeleteFunc(slices.Clone(breaks), func(b stat.Break) bool {
		return b.Dataset != "" && !slices.ContainsFunc(p.Series, func(s stat.Series) bool { return s.Dataset == b.Dataset })
	})
	if slices.ContainsFunc(p.Series, func(s stat.Series) bool { return len(s.Statutes) > 0 }) {
		return breaks
	}
	return slices.DeleteFunc(breaks, func(b stat.Break) bool { return b.Kind == stat.BreakStatute })
}

// ofPanel returns the observations of the panel that are not broken down.
func ofPanel(p stat.Panel, obs []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, o := range obs {
		if o.Panel == p.ID && len(o.Codes) == 0 && (o.Kind == stat.KindCount || o.Kind == stat.KindRatio) {
			out = append(out, o)
		}
	}
	stat.SortObservations(out)
	return out
}

// ofSeries returns the observations of one series, by period.
func ofSeries(id string, obs []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, o := range obs {
		if o.Series == id && o.Kind == stat.KindCount {
			out = append(out, o)
		}
	}
	return out
}

// heading sets the title of a panel and the line under it: period, publishers, counting unit.
func (s *sheet) heading(p stat.Panel, obs []stat.Observation, withPeriod bool) {
	s.y = s.lines(titleText, 0, s.y+17, 20, "left", wrap(p.Title, titleText.size, titleText.weight, s.width))
	sub := wrap(strings.Join(s.about(p, obs, withPeriod), " · "), subText.size, subText.weight, s.width)
	s.y = s.lines(subText, 0, s.y+19, 17, "left", sub)
	if p.Fabricated {
		s.y = s.lines(subText, 0, s.y+17, 17, "left", []string{s.ctx.Lang.T("Made-up figures: do not quote them.")})
	}
	if p.Unlike {
		s.y = s.lines(subText, 0, s.y+17, 17, "left", wrap(s.ctx.Lang.T("Unlike things side by side: %s", p.Why), subText.size,
			subText.weight, s.width))
	}
	if p.Note != "" {
		s.y = s.lines(subText, 0, s.y+17, 17, "left", wrap(p.Note, subText.size, subText.weight, s.width))
	}
}

// about gives the parts of the line under a panel's title.
func (s *sheet) about(p stat.Panel, obs []stat.Observation, withPeriod bool) []string {
	var parts, publishers []string
	if withPeriod {
		parts = append(parts, s.ctx.Lang.Period(obs[len(obs)-1].Period, p.Clock))
	}
	for _, one := range p.Series {
		for _, o := range ofSeries(one.ID, obs) {
			for _, c := range o.Citations {
				publishers = appendNew(publishers, c.Publisher)
			}
		}
	}
	switch n := len(publishers); {
	case n > 2:
		parts = append(parts, s.ctx.Lang.T("%d publishers", n))
	case n > 0:
		parts = append(parts, s.ctx.Lang.And(publishers))
	}
	unit := s.ctx.label("unit", p.Unit)
	if unit != "" {
		parts = append(parts, unit)
	}
	switch p.Clock {
	case stat.ClockFederalFiscal:
		parts = append(parts, s.ctx.Lang.T("federal fiscal years"))
	case stat.ClockStateFiscal:
		parts = append(parts, s.ctx.Lang.T("state fiscal years"))
	case stat.ClockOnDay:
		parts = append(parts, s.ctx.Lang.T("on the last day of each year"))
	}
	return parts
}

func appendNew(list []string, text string) []string {
	if text == "" {
		return list
	}
	for _, have := range list {
		if have == text {
			return list
		}
	}
	return append(list, text)
}

// corner sets the source and the release at the foot, so that a picture of the figure still has them.
func (s *sheet) corner() {
	parts := []string{}
	if s.limits {
		parts = append(parts, s.ctx.Lang.T("Thin lines: exact 95 % limits."))
	}
	if s.ctx.Source != "" {
		source := strings.TrimSuffix(s.ctx.Source, ".")
		if !strings.HasPrefix(source, "Source") {
			source = s.ctx.Lang.T("Source: %s", source)
		}
		parts = append(parts, source+".")
	}
	if s.ctx.Release != "" {
		parts = append(parts, s.ctx.Lang.T("Tallystick release %s.", s.ctx.Release))
	}
	if len(parts) == 0 {
		s.y += 4
		return
	}
	s.y += 16
	s.rule(0, s.y, s.width, s.y, hairs, 1, nil, 0)
	lines := wrap(strings.Join(parts, " "), noteText.size, noteText.weight, s.width)
	s.y = s.lines(noteText, 0, s.y+18, 16, "left", lines) + 5
}

// round keeps coordinates to a hundredth of a unit.
func round(v float64) float64 { return math.Round(v*100) / 100 }

// figure is the value of an observation as it stands at its mark.
func (s *sheet) figure(o stat.Observation, short bool) string {
	number := stat.FormatNumber(o.Value, s.decimals)
	if o.Bound == stat.BoundExactly || o.Bound == "" {
		return number
	}
	if short {
		signs := map[stat.Bound]string{stat.BoundAtLeast: "≥ ", stat.BoundAtMost: "≤ ", stat.BoundAbout: "~ "}
		return signs[o.Bound] + number
	}
	return s.ctx.Lang.T(o.Bound.Words()) + " " + number
}

// open reports whether a mark is drawn open, with an arrow towards where the true value lies.
func open(o stat.Observation) bool {
	return o.Bound == stat.BoundAtLeast || o.Bound == stat.BoundAtMost
}

// tooltip is what a browser shows for a mark: the label, the value in words, its limits and its remarks.
func (s *sheet) tooltip(p stat.Panel, label string, o stat.Observation) *tooltip {
	lines := []string{s.ctx.Lang.Period(o.Period, p.Clock)}
	if label != lines[0] { // a bar may be named for its period
		lines[0] += ", " + label
	}
	value := s.figure(o, false)
	if unit := s.ctx.label("unit", o.Unit); unit != "" {
		value += " (" + unit + ")"
	}
	lines = append(lines, value)
	if o.Interval != nil {
		lines = append(lines, s.levelText(*o.Interval)+" "+s.ctx.Lang.Limits(*o.Interval, max(s.decimals, intervalDecimals(o))))
	}
	for _, m := range o.Marks {
		lines = append(lines, s.ctx.Lang.T(m.Words()))
	}
	return &tooltip{Formatter: strings.Join(lines, "\n")}
}

func (s *sheet) levelText(i stat.Interval) string {
	if i.Method == stat.MethodStated {
		return s.ctx.Lang.T("the source says")
	}
	return s.ctx.Lang.T("%s %% limits", stat.FormatNumber(i.Level*100, 0))
}

// intervalDecimals is how many decimals the limits of an observation are written with: one for counts under 100,
// whose limits are not whole numbers, none above.
func intervalDecimals(o stat.Observation) int {
	if o.Kind == stat.KindCount && o.Value < 100 {
		return 1
	}
	return 0
}

// bars is a bar series with its width in units.
func bars(name string, width float64) series {
	return series{SingleSeries: charts.SingleSeries{Name: name, Type: "bar", BarWidth: fmt.Sprint(width)}, Z: 3}
}

// strokes is a line series without symbols that draws separate strokes: its data have "-" between them.
func strokes(colour string, width float64, z int) series {
	return series{SingleSeries: charts.SingleSeries{Type: "line", ShowSymbol: opts.Bool(false),
		LineStyle: &opts.LineStyle{Color: colour, Width: float32(width)}}, Z: z, Silent: true, Clip: opts.Bool(false)}
}
