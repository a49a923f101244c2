package chart

import (
	"encoding/json"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// What follows are the options that the typed structs of go-echarts lack or get wrong; see options and visitor.

// grid is where a plot lies, in units.
type grid struct {
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// axis is one axis of a plot. It only carries a scale, which is fixed here and not chosen by ECharts: lines and words
// beside it are laid out with everything else on the sheet.
type axis struct {
	Type      string   `json:"type"`
	GridIndex int      `json:"gridIndex"`
	Show      bool     `json:"show"`
	Data      []string `json:"data,omitempty"`
	Inverse   bool     `json:"inverse,omitempty"`
	Min       *float64 `json:"min,omitempty"`
	Max       *float64 `json:"max,omitempty"`
	Contain   *bool    `json:"containShape,omitempty"` // false: the scale is not widened for the marks at its ends
}

// bare is an axis of numbers.
func bare(from, to float64) axis {
	return axis{Type: "value", Min: &from, Max: &to, Contain: opts.Bool(false)}
}

// words is an axis with one place for each row, from the top. The words themselves are set beside it.
func words(rows []string) axis {
	return axis{Type: "category", Data: rows, Inverse: true}
}

// series is a series of marks of one kind in one plot.
type series struct {
	charts.SingleSeries
	Emphasis *emphasis `json:"emphasis,omitempty"`
	Silent   bool      `json:"silent,omitempty"`
	Clip     *bool     `json:"clip,omitempty"`
	Z        int       `json:"z"`
	data     []datum
}

type emphasis struct {
	Disabled bool `json:"disabled"`
}

// datum is one mark. Value is a number, a pair of numbers, or "-" where there is none.
type datum struct {
	Value        any        `json:"value"`
	ItemStyle    *itemStyle `json:"itemStyle,omitempty"`
	Label        *label     `json:"label,omitempty"`
	Symbol       string     `json:"symbol,omitempty"`
	SymbolSize   any        `json:"symbolSize,omitempty"`
	SymbolRotate float64    `json:"symbolRotate,omitempty"`
	SymbolOffset []float64  `json:"symbolOffset,omitempty"`
	Tooltip      *tooltip   `json:"tooltip,omitempty"`
}

// MarshalJSON writes a mark that is nothing but its place as that place: strokes have thousands of them.
func (d datum) MarshalJSON() ([]byte, error) {
	if d.ItemStyle == nil && d.Label == nil && d.Symbol == "" && d.Tooltip == nil {
		return json.Marshal(d.Value)
	}
	type whole datum
	return json.Marshal(whole(d))
}

// gap interrupts strokes and lines.
func gap() datum { return datum{Value: "-"} }

// at is a place on both axes.
func at(x, y float64) datum { return datum{Value: [2]float64{round4(x), round4(y)}} }

type itemStyle struct {
	Color       string  `json:"color,omitempty"`
	BorderColor string  `json:"borderColor,omitempty"`
	BorderWidth float64 `json:"borderWidth,omitempty"`
	Opacity     float64 `json:"opacity,omitempty"` // ECharts draws points see-through unless told
	Decal       *decal  `json:"decal,omitempty"`
}

// decal is a pattern over the fill of a mark.
type decal struct {
	Symbol     string    `json:"symbol"`
	Color      string    `json:"color"`
	DashArrayX []float64 `json:"dashArrayX"`
	DashArrayY []float64 `json:"dashArrayY"`
	Rotation   float64   `json:"rotation"`
}

// hatch is the pattern of values that are not final or not exact: stripes of the paper through the colour.
func hatch() *decal {
	return &decal{Symbol: "rect", Color: paper, DashArrayX: []float64{1, 0}, DashArrayY: []float64{2, 4},
		Rotation: -0.7854}
}

type label struct {
	Show       bool      `json:"show"`
	Formatter  string    `json:"formatter"`
	Position   string    `json:"position"`
	Distance   float64   `json:"distance"`
	Offset     []float64 `json:"offset,omitempty"`
	Rotate     float64   `json:"rotate,omitempty"`
	Align      string    `json:"align,omitempty"`
	Vertical   string    `json:"verticalAlign,omitempty"`
	Color      string    `json:"color"`
	FontSize   float64   `json:"fontSize"`
	FontWeight int       `json:"fontWeight"`
	FontFamily string    `json:"fontFamily"`

	BorderColor string  `json:"textBorderColor,omitempty"` // round the letters, where lines run behind them
	BorderWidth float64 `json:"textBorderWidth,omitempty"`
}

type tooltip struct {
	Formatter string `json:"formatter"`
}

// element is a text, a straight line or an area that belongs to the sheet and not to a plot.
type element struct {
	Type     string  `json:"type"`
	X        float64 `json:"x,omitempty"`
	Y        float64 `json:"y,omitempty"`
	Rotation float64 `json:"rotation,omitempty"`
	Z        int     `json:"z"`
	Silent   bool    `json:"silent"`
	Shape    *shape  `json:"shape,omitempty"`
	Style    style   `json:"style"`
}

// shape is the form of a straight line, or of an area by its corners.
type shape struct {
	X1     float64      `json:"x1,omitempty"`
	Y1     float64      `json:"y1,omitempty"`
	X2     float64      `json:"x2,omitempty"`
	Y2     float64      `json:"y2,omitempty"`
	Points [][2]float64 `json:"points,omitempty"`
}

type style struct {
	Text          string    `json:"text,omitempty"`
	Fill          string    `json:"fill,omitempty"`
	FontSize      float64   `json:"fontSize,omitempty"`
	FontWeight    int       `json:"fontWeight,omitempty"`
	FontFamily    string    `json:"fontFamily,omitempty"`
	LineHeight    float64   `json:"lineHeight,omitempty"`
	Align         string    `json:"align,omitempty"`
	VerticalAlign string    `json:"verticalAlign,omitempty"`
	Stroke        string    `json:"stroke,omitempty"`
	LineWidth     float64   `json:"lineWidth,omitempty"`
	LineDash      []float64 `json:"lineDash,omitempty"`
}

// visitor replaces what the typed structs of go-echarts cannot say, after everything else is settled.
type visitor struct {
	charts.BaseConfigurationVisitor
	sheet *sheet
}

// Visit puts in the plots, the axes and the texts as they were laid out, and takes out the components that
// go-echarts adds with defaults of their own.
func (v visitor) Visit(chart map[string]any) {
	for _, unused := range []string{"title", "legend", "toolbox"} {
		delete(chart, unused)
	}
	chart["grid"], chart["xAxis"], chart["yAxis"] = v.sheet.grids, v.sheet.xAxes, v.sheet.yAxes
	chart["graphic"] = v.sheet.texts
	chart["textStyle"] = map[string]string{"fontFamily": family}
	chart["tooltip"] = map[string]any{
		// richText draws the tooltip inside the figure: the default writes style attributes, which a page that
		// allows no inline style does not show.
		"renderMode": "richText", "trigger": "item", "confine": true,
		"backgroundColor": paper, "borderColor": hairs, "borderWidth": 1, "padding": []int{8, 10},
		"borderRadius": 0, "shadowBlur": 0, "shadowOffsetX": 0, "shadowOffsetY": 0, "shadowColor": nothing,
		"textStyle": map[string]any{"color": ink, "fontSize": 13, "fontFamily": family, "lineHeight": 18},
	}
}

// VisitSeriesOpt gives the series with the fields that go-echarts' own do not have.
func (v visitor) VisitSeriesOpt(charts.MultiSeries) any { return v.sheet.series }

// options writes the options of the sheet as JSON: no functions, nothing that depends on the place where it is
// drawn.
func (s *sheet) options(alt string) ([]byte, error) {
	bar := charts.NewBar()
	bar.SetGlobalOptions(
		charts.WithAnimation(false),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true), Label: &opts.AriaLabel{Enabled: opts.Bool(true),
			Description: alt}}),
	)
	for _, one := range s.series {
		bar.MultiSeries = append(bar.MultiSeries, one.SingleSeries)
	}
	bar.Accept(visitor{sheet: s})
	bar.Validate()
	return json.Marshal(bar.JSON())
}
