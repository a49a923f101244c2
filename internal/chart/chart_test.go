package chart

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

var update = flag.Bool("update", false, "write the golden files of drawings anew")

// drawn keeps the figures of the samples, so that each is drawn once in a run.
var drawn = map[string]Figure{}

func drawSample(t *testing.T, name string) Figure {
	t.Helper()
	if fig, ok := drawn[name]; ok {
		return fig
	}
	ind, obs, ctx := samples[name]()
	fig, err := Draw(ind, obs, ctx)
	if err != nil {
		t.Fatalf("Draw(%s): %v", name, err)
	}
	drawn[name] = fig
	return fig
}

// TestDrawings holds the options and the drawings of each form as they were last looked at. Run it with -update
// after a change, and look at them again.
func TestDrawings(t *testing.T) {
	for name := range samples {
		fig := drawSample(t, name)
		for suffix, got := range map[string][]byte{"-wide.svg": fig.Wide, "-narrow.svg": fig.Narrow, ".json": fig.Options} {
			golden(t, name+suffix, got)
		}
	}
}

// golden compares a drawing with the one in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what was last looked at; see it, then run with -update", file)
	}
}

func TestDrawIsTheSameInAFreshAndAUsedMachine(t *testing.T) {
	ind, obs, ctx := trafficking()
	sheet, err := compose(ind, obs, ctx, WideWidth)
	if err != nil {
		t.Fatal(err)
	}
	options, err := sheet.options(ctx.Alt)
	if err != nil {
		t.Fatal(err)
	}
	draw := func(m *machine) string {
		raw, err := m.render(options, int(sheet.width), int(sheet.height))
		if err != nil {
			t.Fatal(err)
		}
		svg, err := rebuild(raw, "x", "")
		if err != nil {
			t.Fatal(err)
		}
		return string(svg)
	}
	fresh, err := newMachine()
	if err != nil {
		t.Fatal(err)
	}
	first, again := draw(fresh), draw(fresh)
	other, err := newMachine()
	if err != nil {
		t.Fatal(err)
	}
	if first != again || first != draw(other) {
		t.Error("one set of options gave several drawings")
	}
}

func trafficking() (stat.Indicator, []stat.Observation, Context) {
	return samples["trafficking-offences"]()
}

func TestDrawRefuses(t *testing.T) {
	ind, obs, ctx := prostitutionArrests()
	t.Run("a panel without observations", func(t *testing.T) {
		if _, err := Draw(ind, nil, ctx); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("Draw without observations: %v, want ErrInvalid", err)
		}
	})
	t.Run("a form that is not known", func(t *testing.T) {
		odd := ind
		odd.Panels = slices.Clone(ind.Panels)
		odd.Panels[0].Form = "pie"
		if _, err := Draw(odd, obs, ctx); !errors.Is(err, stat.ErrInvalid) || !strings.Contains(err.Error(), `"pie"`) {
			t.Errorf("Draw of a pie: %v, want ErrInvalid that names it", err)
		}
	})
	t.Run("more marks than it draws", func(t *testing.T) {
		many := ind
		many.Panels = slices.Clone(ind.Panels)
		many.Panels[0].Form = stat.FormSpans
		var list []stat.Observation
		for i := range maxMarks + 1 {
			o := count("arrests", "all", year(1000+i), 1, "arrest", "Police")
			list = append(list, o)
		}
		if _, err := Draw(many, list, ctx); !errors.Is(err, stat.ErrInvalid) || !strings.Contains(err.Error(),
			"2,001 marks, at most 2,000") {
			t.Errorf("Draw of %d marks: %v, want ErrInvalid that says so", len(list), err)
		}
	})
}

func TestDrawingStopsAtTheDeadline(t *testing.T) {
	m, err := newMachine()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.vm.RunString("for(var i=0;i<10;i++){}"); err != nil {
		t.Fatal(err)
	}
	m.vm.Interrupt("stop")
	if _, err := m.render([]byte("{}"), 10, 10); err == nil {
		t.Error("an interrupted machine went on drawing")
	}
}

// TestOptionsHoldNoFunctions keeps the options plain data that any browser may be given.
func TestOptionsHoldNoFunctions(t *testing.T) {
	for name := range samples {
		fig := drawSample(t, name)
		var options struct {
			Wide, Narrow map[string]any
			Size         map[string][2]float64
		}
		if err := json.Unmarshal(fig.Options, &options); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for layout, o := range map[string]map[string]any{"wide": options.Wide, "narrow": options.Narrow} {
			if got := o["tooltip"].(map[string]any)["renderMode"]; got != "richText" {
				t.Errorf("%s, %s: tooltip.renderMode is %v: the default breaks a strict page", name, layout, got)
			}
			if got := o["animation"]; got != false {
				t.Errorf("%s, %s: animation is %v", name, layout, got)
			}
			if options.Size[layout][1] <= 0 {
				t.Errorf("%s, %s: no height", name, layout)
			}
		}
		for _, forbidden := range []string{"function", "__f__", "=>", "<script"} {
			if bytes.Contains(fig.Options, []byte(forbidden)) {
				t.Errorf("%s: options contain %q", name, forbidden)
			}
		}
	}
}

// texts returns the texts of a drawing with their colours and sizes.
func texts(t *testing.T, svg []byte) (out []struct{ text, fill, size string }) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text" {
			continue
		}
		one := struct{ text, fill, size string }{}
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "fill":
				one.fill = a.Value
			case "font-size":
				one.size = a.Value
			}
		}
		if err := d.DecodeElement(&one.text, &start); err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
}

func TestNoTextIsSmallerThanTwelve(t *testing.T) {
	for name := range samples {
		fig := drawSample(t, name)
		for _, svg := range [][]byte{fig.Wide, fig.Narrow, fig.Standalone} {
			for _, x := range texts(t, svg) {
				if size, err := strconv.ParseFloat(strings.TrimSuffix(x.size, "px"), 64); err != nil || size < 12 {
					t.Errorf("%s: %q is set in %q", name, x.text, x.size)
				}
			}
		}
	}
}

var figures = regexp.MustCompile(`[0-9][0-9,]*(\.[0-9]+)?`)

// TestChartSaysWhatTheTableSays compares the numbers that stand at marks, which are set in ink, with the values of
// the table: no number is in one and not in the other, in either drawing.
func TestChartSaysWhatTheTableSays(t *testing.T) {
	for name, sample := range samples {
		ind, obs, _ := sample()
		values, words := map[string]bool{}, map[string]bool{}
		for _, g := range NewTable(ind, obs, definitions())[0].Groups {
			for _, r := range g.Rows {
				for _, n := range figures.FindAllString(r.Cells[1].Text, -1) {
					values[n] = true
				}
				for _, c := range append(r.Cells, Cell{Text: g.Title}, Cell{Text: g.Sub}) {
					for _, n := range figures.FindAllString(c.Text+" "+c.Sub, -1) {
						words[n] = true
					}
				}
			}
		}
		fig := drawSample(t, name)
		for layout, svg := range map[string][]byte{"wide": fig.Wide, "narrow": fig.Narrow} {
			drawn := map[string]bool{}
			for _, x := range texts(t, svg) {
				if x.fill != ink {
					continue
				}
				for _, n := range figures.FindAllString(x.text, -1) {
					drawn[n] = true
					if !words[n] {
						t.Errorf("%s, %s: the drawing says %s in %q, the table does not", name, layout, n, x.text)
					}
				}
			}
			if layout == "narrow" && ind.Panels[0].Form == stat.FormLine {
				continue // where points crowd, a phone shows the ends of a line; the table has the rest
			}
			for n := range values {
				if !drawn[n] {
					t.Errorf("%s, %s: the table says %s, the drawing does not", name, layout, n)
				}
			}
		}
	}
}

// TestZeroIsNotMissing holds that a true zero has its number, and that what is missing has a word and no number.
func TestZeroIsNotMissing(t *testing.T) {
	fig := drawSample(t, "trafficking-offences")
	zeros, words := 0, map[string]int{}
	for _, x := range texts(t, fig.Wide) {
		if x.text == "0" && x.fill == ink {
			zeros++
		}
		words[x.text]++
	}
	if zeros != 4 {
		t.Errorf("%d zeros stand at marks, want 4", zeros)
	}
	for _, word := range []string{"not reported", "not collected", "withheld"} {
		if words[word] != 1 {
			t.Errorf("%q stands %d times, want once", word, words[word])
		}
	}
}

// TestSeveralFiguresForOneYearStandSideBySide holds that neither covers the other, and that the one that sentences
// do not use is hatched.
func TestSeveralFiguresForOneYearStandSideBySide(t *testing.T) {
	ind, obs, ctx := leadCharges()
	sheet, err := compose(ind, obs, ctx, WideWidth)
	if err != nil {
		t.Fatal(err)
	}
	var places []float64
	var hatches []bool
	for _, s := range sheet.series {
		if s.Type != "bar" || s.Name != "new cases" {
			continue
		}
		for _, d := range s.data {
			if place := d.Value.([2]float64)[0]; place < 2022.5 {
				places, hatches = append(places, place), append(hatches, d.ItemStyle.Decal != nil)
			}
		}
	}
	if len(places) != 2 || places[0] >= 2022 || places[1] <= 2022 {
		t.Errorf("figures for 2022 stand at %v, want one on each side", places)
	}
	if diff := cmp.Diff([]bool{false, true}, hatches); diff != "" {
		t.Errorf("hatched (-want +got):\n%s", diff)
	}
}

// TestColumnsOnAPhoneKeepEveryValue holds that values turn upright where columns are narrow, and are not left out.
func TestColumnsOnAPhoneKeepEveryValue(t *testing.T) {
	ind, obs, ctx := leadCharges()
	sheet, err := compose(ind, obs, ctx, NarrowWidth)
	if err != nil {
		t.Fatal(err)
	}
	turned := map[string]float64{}
	for _, s := range sheet.series {
		for _, d := range s.data {
			if d.Label != nil {
				turned[d.Label.Formatter] = d.Label.Rotate
			}
		}
	}
	for text, want := range map[string]float64{"273": 90, "277": 90, "6": 90, "203": 0, "202": 0} {
		if got, ok := turned[text]; !ok || got != want {
			t.Errorf("the value %s is turned by %v (%v), want %v", text, got, ok, want)
		}
	}
}

// TestLinesStopAtGapsAndBreaks counts the strokes of the two lines of the sample: BJS has a gap between 2012, 2015
// and 2020; TRAC has gaps too, and the law changed within fiscal 2018.
func TestLinesStopAtGapsAndBreaks(t *testing.T) {
	ind, obs, ctx := federalProsecutions()
	sheet, err := compose(ind, obs, ctx, WideWidth)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][][]float64{}
	for _, s := range sheet.series {
		if s.Type != "line" {
			continue
		}
		stroke := []float64{}
		for _, d := range append(s.data, gap()) {
			if place, ok := d.Value.([2]float64); ok {
				stroke = append(stroke, place[0])
				continue
			}
			got[s.Name[:3]] = append(got[s.Name[:3]], stroke)
			stroke = []float64{}
		}
	}
	want := map[string][][]float64{
		"Bur": {{2011, 2012}, {2015}, {2020, 2021, 2022}},
		"TRA": {{2003}, {2008}, {2012}, {2016, 2017}, {2018}, {2019, 2020}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("strokes (-want +got):\n%s", diff)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	for _, hostile := range []string{`</script><img src=x onerror=alert(1)>`, `red" onload="alert(1)`, `{a|b}{c}`,
		"url(#x)",
		"__f__alert(1)__f__", "]]><script>alert(1)</script>", "a\x00b\x1fc"} {
		ind, obs, ctx := sellersAndBuyers()
		ind.Title, ind.Panels[0].Title, ind.Panels[0].Series[0].Label = hostile, hostile, hostile
		ind.Panels[0].Ratio.Label, ctx.Source, ctx.Alt = hostile, hostile, hostile
		ctx.Labels = func(string, string) string { return hostile }
		fig, err := Draw(ind, obs, ctx)
		if err != nil {
			t.Errorf("Draw with %q: %v", hostile, err)
			continue
		}
		for _, svg := range [][]byte{fig.Wide, fig.Narrow, fig.Standalone} {
			checkSafe(t, svg)
		}
		if bytes.ContainsAny(fig.Options, "<>") {
			t.Errorf("options with %q contain an angle bracket that could close a script", hostile)
		}
		if want := strings.Fields(printable(hostile))[0]; !slices.ContainsFunc(texts(t, fig.Wide),
			func(x struct{ text, fill, size string }) bool {
				return strings.Contains(x.text, want)
			}) {
			t.Errorf("%q is not in the drawing as text", want)
		}
	}
}

// checkSafe fails if a drawing has an element or an attribute that is not on the list, or one that could run or
// load something.
func checkSafe(t *testing.T, svg []byte) {
	t.Helper()
	more := []string{"title", "desc"}
	known := append(slices.Sorted(maps.Keys(attributes)), "id", "xmlns", "role", "aria-label", "font-family")
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("drawing is not well formed: %v\n%s", err, svg)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(elements, start.Name.Local) && !slices.Contains(more, start.Name.Local) {
			t.Errorf("drawing has the element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if !slices.Contains(known, a.Name.Local) {
				t.Errorf("drawing has the attribute %s=%q", a.Name.Local, a.Value)
			}
			if strings.Contains(a.Value, "url(") && !local.MatchString(a.Value) && a.Name.Local != "aria-label" {
				t.Errorf("attribute %s=%q points out of the drawing", a.Name.Local, a.Value)
			}
		}
	}
}

func TestRebuildKeepsOnlyWhatIsListed(t *testing.T) {
	for name, x := range map[string]struct{ in, want string }{
		"an event handler": {`<svg viewBox="0 0 1 1"><path d="M0 0" onload="x()"/></svg>`, `<path d="M0 0"/>`},
		"a script":         {`<svg><script>x()</script><g><a href="x"><rect width="1"/></a></g></svg>`, `<g/>`},
		"a style sheet":    {`<svg><style>g{fill:url(http://x)}</style><g class="a"></g></svg>`, `<g/>`},
		"style as attributes": {`<svg><text style="font-size:12px;font-family:x;behavior:url(x)">a</text></svg>`,
			`<text font-size="12px">a</text>`},
		"a foreign reference": {`<svg><path fill="url(http://x/#a)" stroke="url(//x)"/></svg>`, `<path/>`},
		"an unknown colour": {`<svg><path fill="red&quot; onload=&quot;x()" stroke="var(--ink)"/></svg>`,
			`<path stroke="var(--ink)"/>`},
		"markup in text": {`<svg><text>&lt;img onerror=x&gt;</text></svg>`, `<text>&lt;img onerror=x&gt;</text>`},
		"identifiers in order": {`<svg><g fill="url(#zr7-d3)"/><pattern id="zr7-d3"/></svg>`,
			`<g fill="url(#p-1)"/><pattern id="p-1"/>`},
		"an unused identifier":  {`<svg><g id="x"/></svg>`, `<g/>`},
		"a foreign namespace":   {`<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:g/><g/></svg>`, `<g/>`},
		"an invisible ground":   {`<svg><rect width="9" height="9" fill="none"/></svg>`, ``},
		"numbers to hundredths": {`<svg><path d="M1.23456 -0.0012"/></svg>`, `<path d="M1.23 0"/>`},
		"a comment":             {`<svg><!-- x --><g/></svg>`, `<g/>`},
	} {
		got, err := rebuild(x.in, "p", "")
		if err != nil {
			t.Errorf("rebuild of %s: %v", name, err)
			continue
		}
		inner := string(got[bytes.IndexByte(got, '>')+1:])
		if inner = strings.TrimSuffix(inner, "</svg>"); inner != x.want {
			t.Errorf("rebuild of %s: got %s, want %s", name, inner, x.want)
		}
	}
	for _, bad := range []string{"", "text", "<g/>", "<svg>", "<svg/><svg/>", "<svg><g></svg>"} {
		if got, err := rebuild(bad, "p", ""); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("rebuild(%q) = %s, %v; want ErrInvalid", bad, got, err)
		}
	}
}

func FuzzRebuild(f *testing.F) {
	f.Add(`<svg viewBox="0 0 1 1"><g clip-path="url(#zr0-c1)"><text style="font-size:12px">a</text></g></svg>`)
	f.Add(`<svg><path fill="url(#a)" d="M0 0L1 1" onload="x"/><a href="javascript:x"><text>b</text></a></svg>`)
	f.Add(`<svg><pattern id="a"><![CDATA[x]]></pattern></svg>`)
	f.Fuzz(func(t *testing.T, raw string) {
		svg, err := rebuild(raw, "p", raw)
		if err != nil {
			return
		}
		checkSafe(t, svg)
		again, err := rebuild(string(svg), "p", raw)
		if err != nil {
			t.Fatalf("what rebuild wrote, it does not read: %v\n%s", err, svg)
		}
		checkSafe(t, again)
	})
}

// TestMeasureAgreesWithABrowser compares with widths that Chromium measured on the variable font, at 100 units.
func TestMeasureAgreesWithABrowser(t *testing.T) {
	for _, x := range []struct {
		text   string
		weight int
		want   float64
	}{
		{"3,557", regular, 275.3}, {"selling sex", regular, 495.7}, {"2005–2014 · Judicial Branch · arrests", regular,
			1695.1},
		{"3,557", semibold, 284.2}, {"not reported", semibold, 587.5}, {"95 % limits", bold, 542.1}, {"0123456789", bold,
			627.6},
	} {
		if got := measure(x.text, 100, x.weight); got < x.want*0.99 || got > x.want*1.02 {
			t.Errorf("measure(%q, 100, %d) = %.1f, a browser says %.1f", x.text, x.weight, got, x.want)
		}
	}
	if got, want := measureFont("3,557", "normal 600 50px Public Sans, sans-serif"), measure("3,557", 50,
		semibold); got != want {
		t.Errorf("measureFont = %v, want %v", got, want)
	}
}

func TestWrap(t *testing.T) {
	text := "Bureau of Justice Statistics: all offences"
	for _, line := range wrap(text, 13, semibold, 150) {
		if measure(line, 13, semibold) > 150 {
			t.Errorf("line %q is wider than 150", line)
		}
	}
	if got := strings.Join(wrap(text, 13, semibold, 150), " "); got != text {
		t.Errorf("wrap lost text: %q", got)
	}
}

// TestStandaloneNeedsNothing holds that the file has its colours, its ground, its title and its source in itself.
func TestStandaloneNeedsNothing(t *testing.T) {
	for name, sample := range samples {
		ind, _, ctx := sample()
		svg := string(drawSample(t, name).Standalone)
		if strings.Contains(svg, "var(--") && strings.Count(svg, "var(--") > 0 {
			t.Errorf("%s: standalone file has CSS variables", name)
		}
		for _, want := range []string{"<title>" + ind.Title + "</title>", `fill="#ffffff"`, "Tallystick release",
			"2026-11-24"} {
			if !strings.Contains(svg, want) {
				t.Errorf("%s: standalone file lacks %s", name, want)
			}
		}
		words := strings.Fields(ctx.Source)
		if last := words[len(words)-1]; !strings.Contains(svg, last) {
			t.Errorf("%s: standalone file lacks the end of its source, %q", name, last)
		}
		checkSafeStandalone(t, []byte(svg))
	}
}

func checkSafeStandalone(t *testing.T, svg []byte) {
	t.Helper()
	checkSafe(t, svg)
	if !bytes.HasPrefix(svg, []byte(`<svg xmlns="http://www.w3.org/2000/svg" width=`)) {
		t.Errorf("standalone file begins with %.60s", svg)
	}
}

func BenchmarkDraw(b *testing.B) {
	ind, obs, ctx := trafficking()
	for b.Loop() {
		if _, err := Draw(ind, obs, ctx); err != nil {
			b.Fatal(err)
		}
	}
}
