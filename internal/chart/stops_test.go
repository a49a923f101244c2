package chart

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/stat"
)

// TestStopsSayWhatTheTableSays holds that a reader who steps through a figure comes to every value, every gap and
// every break of its table, that each stop says so in words, and that it lies on the sheet.
func TestStopsSayWhatTheTableSays(t *testing.T) {
	for name, sample := range samples {
		ind, obs, ctx := sample()
		var file struct {
			Size  map[string][2]float64 `json:"size"`
			Stops []pairedStop          `json:"stops"`
		}
		if err := json.Unmarshal(drawSample(t, name).Options, &file); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, s := range file.Stops {
			said = append(said, s.Text)
			for layout, at := range map[string][2]float64{"wide": s.Wide, "narrow": s.Narrow} {
				if size := file.Size[layout]; at[0] < 0 || at[1] < 0 || at[0] > size[0] || at[1] > size[1] {
					t.Errorf("%s: stop %q lies at %v on a %s sheet of %v", name, s.Text, at, layout, size)
				}
			}
			if strings.ContainsAny(s.Text+s.In, "\n\ufffd") || s.In == "" {
				t.Errorf("%s: stop %q in %q cannot be spoken", name, s.Text, s.In)
			}
		}
		has := func(parts ...string) bool {
			return slices.ContainsFunc(said, func(text string) bool {
				return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
			})
		}
		for _, p := range ind.Panels {
			found := ofPanel(p, obs)
			shown := counts(found)
			if p.Form == stat.FormPair {
				shown = nil
				for _, r := range (&sheet{ctx: ctx}).pairRows(p, found) {
					shown = append(shown, r.obs)
				}
				if ratio, known := latestRatio(found); known {
					shown = append(shown, ratio)
				}
			}
			for _, o := range shown {
				want := []string{o.Period.Label(p.Clock), o.Status.Words()}
				switch {
				case o.Status == stat.StatusReported && o.Kind == stat.KindRatio:
					want[1] = stat.FormatNumber(o.Value, p.Ratio.Decimals)
				case o.Status == stat.StatusReported:
					want[1] = (&sheet{ctx: ctx}).figure(o, false)
				}
				if !has(want...) {
					t.Errorf("%s: no stop says %q of %s; they say %q", name, want, o.Key(), said)
				}
			}
			if p.Form != stat.FormColumns && p.Form != stat.FormLine {
				continue
			}
			act := (&sheet{ctx: ctx}).breakName
			for _, b := range breaksIn(breaksFor(p, ctx.Breaks), spanOf(counts(found), p.Clock)) {
				if !has(b.Date.Long(), act(b), breakWords(ctx.Lang, b)) {
					t.Errorf("%s: no stop says %s, %s", name, b.Date.Long(), act(b))
				}
			}
		}
	}
}
