// Package chart makes the figure and the table of an indicator from its observations.
//
// The options of a figure are built once, with go-echarts, as plain JSON. The same JSON is drawn on the server by
// ECharts inside a JavaScript engine, rebuilt through an allow-list, and sent to browsers that ask to explore.
// Texts and scales are laid out here, with the metrics of the real font, so that nothing overlaps or is cut.
//
// It must never know where observations come from, and must never judge: no interval, ratio or total is computed
// here. Text from data is only ever text: it is marshalled as JSON, and escaped in the drawing.
package chart

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The two widths of a drawing, in units that are CSS pixels at natural size. No text is smaller than 13 of them, so
// that none is smaller than 12 pixels on a phone of 360, between whose edges a drawing has 352.
const (
	WideWidth   = 720
	NarrowWidth = 360
)

// maxMarks and maxCorners bound what one drawing may hold; the engine has no memory limit of its own.
const (
	maxMarks   = 2000
	maxCorners = 20000
)

// Context is what a figure needs besides the definition and the observations.
type Context struct {
	Release string       // identifier of the release: 2026-11-24
	Source  string       // where the figures come from, for the corner of the figure
	Alt     string       // the figure in words, for a reader who cannot see it
	Breaks  []stat.Break // dates across which values do not compare
	Events  []stat.Event // events that apply to the indicator; listed beside the figure, not drawn
	// Labels gives the label of a code of a dimension, and of the dimension "unit" that of a counting unit, for
	// many. Nil gives the codes themselves.
	Labels func(dimension, code string) string

	Lang lang.Language // of every word in the figure that is not the definition's
}

// label gives the label of a code, or the code where nobody knows better.
func (c Context) label(dimension, code string) string {
	if c.Labels != nil {
		if text := c.Labels(dimension, code); text != "" {
			return text
		}
	}
	return code
}

// Figure is one figure in every form in which it is handed out.
type Figure struct {
	Wide       []byte // inline SVG, 720 units wide, colours as CSS variables
	Narrow     []byte // inline SVG of the same data, 360 units wide
	Standalone []byte // SVG file with title, unit, source and release, light colours on white
	Options    []byte // {"wide": options, "narrow": options, "size": {"wide": [w, h], "narrow": [w, h]}, "stops": […]}
}

// Draw makes the figure of an indicator from the observations of its panels that are not broken down. It returns
// stat.ErrInvalid for a panel without observations, a form that is not known and more marks than can be drawn.
// Equal arguments give equal bytes.
func Draw(ind stat.Indicator, obs []stat.Observation, ctx Context) (Figure, error) {
	wide, err := compose(ind, obs, ctx, WideWidth)
	if err != nil {
		return Figure{}, fmt.Errorf("draw %s: %w", ind.ID, err)
	}
	narrow, err := compose(ind, obs, ctx, NarrowWidth)
	if err != nil {
		return Figure{}, fmt.Errorf("draw %s: %w", ind.ID, err)
	}
	return press(ind.ID, ind.Title, ctx, wide, narrow)
}

// press turns two composed sheets into a figure, whose identifiers begin with id. The two drawings are made at the
// same time.
func press(id, title string, ctx Context, wide, narrow *sheet) (Figure, error) {
	sheets := []*sheet{wide, narrow}
	options, drawings, errs := make([]json.RawMessage, 2), make([][]byte, 2), make([]error, 2)
	var wg sync.WaitGroup
	for i, s := range sheets {
		wg.Go(func() {
			options[i], errs[i] = s.options(ctx.Alt)
			if errs[i] == nil {
				// one page can hold several drawings of an indicator: by their options they differ
				sum := sha256.Sum256(options[i])
				drawings[i], errs[i] = s.draw(options[i], fmt.Sprintf("%s-%x", id, sum[:4]), ctx.Alt)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return Figure{}, fmt.Errorf("draw %s: %w", id, err)
		}
	}
	stops, err := pairStops(wide.stops, narrow.stops)
	if err != nil {
		return Figure{}, fmt.Errorf("draw %s: %w", id, err)
	}
	file, err := json.Marshal(struct {
		Wide   json.RawMessage       `json:"wide"`
		Narrow json.RawMessage       `json:"narrow"`
		Size   map[string][2]float64 `json:"size"`
		Stops  []pairedStop          `json:"stops,omitempty"`
	}{options[0], options[1], map[string][2]float64{
		"wide": {wide.width, wide.height}, "narrow": {narrow.width, narrow.height},
	}, stops})
	if err != nil {
		return Figure{}, fmt.Errorf("draw %s: %w", id, err)
	}
	return Figure{
		Wide: drawings[0], Narrow: drawings[1], Options: file,
		Standalone: standalone(title, ctx.Alt, drawings[0], wide.height),
	}, nil
}

// draw runs the options through the engine and rebuilds what comes out.
func (s *sheet) draw(options []byte, prefix, alt string) ([]byte, error) {
	raw, err := render(options, int(s.width), int(s.height))
	if err != nil {
		return nil, err
	}
	return rebuild(raw, prefix, alt)
}
