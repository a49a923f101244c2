package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Shape is how a breakdown is drawn.
type Shape string

// The shapes of a breakdown.
const (
	ShapeBars      Shape = "bars"      // one period: a bar for each code, with its exact limits
	ShapeMultiples Shape = "multiples" // all periods: small columns for each code, all on one scale
	ShapeCoverage  Shape = "coverage"  // all periods: who gave a figure and when, without the figures
	ShapeMap       Shape = "map"       // one period: the counts of counties or planning regions where they lie
)

// Shapes lists every shape of a breakdown.
var Shapes = []Shape{ShapeBars, ShapeMultiples, ShapeCoverage, ShapeMap}

// View is one panel of an indicator as a reader asked to see it.
type View struct {
	Panel   string    // id of the panel; empty: the first
	Measure stat.Kind // count, ratio or rate; empty: count. Ratios and rates are dots with their limits
	By      string    // id of a breakdown of the panel, of which counts or rates are drawn; empty: the totals
	As      Shape     // of a breakdown; empty: bars
	Period  string    // key of the period that bars and maps show; empty: the latest
	Order   []string  // codes in the order in which they stand; empty: the largest first, for coverage by name
}

// DrawView makes the figure of one view. It returns stat.ErrNotFound for a panel, a breakdown or a period that the
// indicator does not have, and otherwise what Draw returns.
func DrawView(ind stat.Indicator, obs []stat.Observation, ctx Context, v View) (Figure, error) {
	sheets, title := make([]*sheet, 2), ind.Title
	for i, width := range []float64{WideWidth, NarrowWidth} {
		var err error
		sheets[i], err = layOut(ctx, width, func(s *sheet) error {
			p, err := v.panelOf(ind)
			if err != nil {
				return err
			}
			if v.By == "" {
				return s.measure(p, obs, v)
			}
			for _, b := range p.Breakdowns {
				if b.ID == v.By {
					title = ind.Title + ": " + b.Title
					return s.breakdown(p, b, obs, v)
				}
			}
			return fmt.Errorf("breakdown %s of panel %s: %w", v.By, p.ID, stat.ErrNotFound)
		})
		if err != nil {
			return Figure{}, fmt.Errorf("draw a view of %s: %w", ind.ID, err)
		}
	}
	return press(v.id(ind), title, ctx, sheets[0], sheets[1])
}

// id tells the view from others of the same indicator.
func (v View) id(ind stat.Indicator) string {
	id := ind.ID
	for _, part := range []string{v.Panel, string(v.Measure), v.By, string(v.As), v.Period} {
		if part != "" {
			id += "-" + strings.Map(func(r rune) rune {
				if r == '.' {
					return '_'
				}
				return r
			}, part)
		}
	}
	return id
}

func (v View) panelOf(ind stat.Indicator) (stat.Panel, error) {
	for _, p := range ind.Panels {
		if v.Panel == "" || p.ID == v.Panel {
			return p, nil
		}
	}
	return stat.Panel{}, fmt.Errorf("panel %q: %w", v.Panel, stat.ErrNotFound)
}

// measure draws the totals of a panel: counts in its form, ratios and rates as dots by year.
func (s *sheet) measure(p stat.Panel, obs []stat.Observation, v View) error {
	var made stat.Series
	switch {
	case v.Measure == "" || v.Measure == stat.KindCount:
		s.fitBars([]stat.Panel{p}, obs)
		return s.panel(p, ofPanel(p, obs))
	case v.Measure == stat.KindRatio && p.Ratio != nil:
		made, s.decimals = stat.Series{ID: "ratio", Label: p.Ratio.Label}, p.Ratio.Decimals
	case v.Measure == stat.KindRate && p.Rate != nil:
		made, s.decimals = stat.Series{ID: "rate", Label: p.Rate.Label}, p.Rate.Decimals
	default:
		return fmt.Errorf("panel %s has no %s: %w", p.ID, v.Measure, stat.ErrNotFound)
	}
	found := filter(obs, func(o stat.Observation) bool {
		return o.Panel == p.ID && len(o.Codes) == 0 &&
			o.Kind == v.Measure
	})
	for i := range found {
		found[i].Kind = stat.KindCount // from here on it is the value that is drawn
		found[i].Unit = ""
	}
	for _, one := range p.Series {
		made.Statutes = append(made.Statutes, one.Statutes...)
	}
	p.Title, p.Unit, p.Form, p.Series, s.dots = p.Title+": "+made.Label, "", stat.FormColumns, []stat.Series{made}, true
	sortByPeriod(found)
	return s.panel(p, found)
}

// breakdown draws the counts of a panel by the codes of one dimension.
func (s *sheet) breakdown(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) error {
	b.By = b.Dimension()
	kind := cmp.Or(v.Measure, stat.KindCount)
	found := filter(obs, func(o stat.Observation) bool {
		return o.Panel == p.ID && o.Kind == kind && len(o.Codes) == 1 && o.Codes[0].Dimension == b.By
	})
	if len(found) == 0 {
		return fmt.Errorf("breakdown %s of panel %s has no observations: %w", b.ID, p.ID, stat.ErrInvalid)
	}
	if kind != stat.KindCount {
		if kind != stat.KindRate || p.Rate == nil || v.As == ShapeMap || v.As == ShapeCoverage {
			return fmt.Errorf("breakdown %s of panel %s as %s of the kind %s: %w", b.ID, p.ID, v.As, kind, stat.ErrInvalid)
		}
		for i := range found {
			found[i].Kind, found[i].Unit = stat.KindCount, "" // from here on it is the value that is drawn
		}
		b.Title += ": " + p.Rate.Label
		p.Unit, p.Series, s.decimals = "", []stat.Series{{ID: "rate", Label: p.Rate.Label}}, p.Rate.Decimals
	}
	sortByPeriod(found)
	s.breaks = breaksFor(p, s.ctx.Breaks)
	p.Title, p.Note = b.Title, b.Note
	switch v.As {
	case "", ShapeBars:
		return s.codeBars(p, b, found, v)
	case ShapeMultiples:
		s.multiples(p, b, found, v)
	case ShapeCoverage:
		s.coverage(p, b, found, v)
	case ShapeMap:
		return s.codeMap(p, b, found, v)
	default:
		return fmt.Errorf("shape %q of breakdown %s: %w", v.As, b.ID, stat.ErrNotFound)
	}
	return nil
}

// mostCodes is how many codes are drawn as bars or small columns; the table has them all.
const mostCodes = 20

// ofPeriod keeps the observations of the period of the view, or of the latest.
func (s *sheet) ofPeriod(b stat.Breakdown, obs []stat.Observation, v View) ([]stat.Observation, error) {
	period := obs[len(obs)-1].Period
	if v.Period != "" {
		i := slices.IndexFunc(obs, func(o stat.Observation) bool { return o.Period.Key() == v.Period })
		if i < 0 {
			return nil, fmt.Errorf("period %s of breakdown %s: %w", v.Period, b.ID, stat.ErrNotFound)
		}
		period = obs[i].Period
	}
	return filter(obs, func(o stat.Observation) bool { return o.Period == period }), nil
}

// codeBars draws a bar for each code that has a figure for the period, and says how many have none.
func (s *sheet) codeBars(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) error {
	obs, err := s.ofPeriod(b, obs, v)
	if err != nil {
		return err
	}
	var rows []row
	for number, one := range p.Series {
		for _, o := range ofSeries(one.ID, obs) {
			if o.Status != stat.StatusReported {
				continue
			}
			r := row{label: s.ctx.label(b.By, o.Code(b.By)), series: number, obs: o, known: true, limits: true}
			if len(p.Series) > 1 {
				r.sub = one.Label
			}
			rows = append(rows, r)
		}
	}
	order := placesOf(v.Order)
	slices.SortStableFunc(rows, func(a, c row) int {
		return cmp.Or(order(a.obs.Code(b.By))-order(c.obs.Code(b.By)), cmp.Compare(c.obs.Value, a.obs.Value),
			cmp.Compare(a.label, c.label))
	})
	s.heading(p, obs, true)
	more := ""
	if len(rows) > mostCodes {
		more = s.inTable(len(rows)-mostCodes, "") + ". "
		if len(v.Order) == 0 {
			more = s.inTable(len(rows)-mostCodes, s.ctx.Lang.T("%s or fewer", s.figure(rows[mostCodes].obs, false))) + ". "
			if rows[mostCodes].obs.Value == 0 {
				more = s.inTable(len(rows)-mostCodes, "0") + ". "
			}
		}
		rows = rows[:mostCodes]
	}
	if len(rows) > 0 {
		s.barRight = s.width
		s.fitRows(rows)
		s.bars(p, rows)
	}
	s.key(stat.Panel{Form: stat.FormSpans, Series: p.Series, Clock: p.Clock}, obs)
	s.note(more + s.standings(obs))
	return nil
}

// inTable says that n more codes, with the values if they can be told, are in the table and not in the figure.
func (s *sheet) inTable(n int, values string) string {
	if values != "" {
		return s.ctx.Lang.N(int64(n), "%d more, with %s, is in the table", "%d more, with %s, are in the table", n, values)
	}
	return s.ctx.Lang.N(int64(n), "%d more is in the table", "%d more are in the table", n)
}

// standings says how many codes have no figure, and why.
func (s *sheet) standings(obs []stat.Observation) string {
	var parts []string
	for _, status := range stat.Statuses {
		n := len(filter(obs, func(o stat.Observation) bool { return o.Status == status }))
		if n > 0 && status != stat.StatusReported {
			words := s.ctx.Lang.T(status.Words())
			parts = append(parts, fmt.Sprintf("%s%s: %d.", strings.ToUpper(words[:1]), words[1:], n))
		}
	}
	return strings.Join(parts, " ")
}

// note sets a quiet line at the foot of a panel.
func (s *sheet) note(text string) {
	if text = strings.TrimSpace(text); text != "" {
		s.y = s.lines(noteText, 0, s.y+20, 16, "left", wrap(text, noteText.size, noteText.weight, s.width))
	}
}

// placesOf gives the place of a code in an order; codes that are not in it come after those that are.
func placesOf(order []string) func(code string) int {
	return func(code string) int {
		if i := slices.Index(order, code); i >= 0 {
			return i - len(order)
		}
		return 0
	}
}

// codesOf lists the codes of a dimension among observations, in the order of the view or else by less.
func codesOf(dimension string, obs []stat.Observation, v View, less func(a, b string) int) []string {
	var codes []string
	for _, o := range obs {
		codes = appendNew(codes, o.Code(dimension))
	}
	order := placesOf(v.Order)
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Or(order(a)-order(b), less(a, b), cmp.Compare(a, b)) })
	return codes
}

// sketch adds a plot whose places are those of the sheet, counted from its top left corner, for many small marks
// that are drawn as strokes: one path for all of a kind.
func (s *sheet) sketch(top, height float64, kinds ...series) {
	down := bare(0, height)
	down.Inverse = true
	plot := s.grid(0, top, s.width, height, bare(0, s.width), down)
	for _, one := range kinds {
		if len(one.data) > 0 {
			s.add(plot, one)
		}
	}
}

// cut shortens a text to a width, at a letter, and marks it as cut.
func cut(f face, text string, width float64) string {
	if f.width(text) <= width {
		return text
	}
	letters := []rune(text)
	for len(letters) > 1 && f.width(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimSpace(string(letters)) + "…"
}
