package publish

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/export"
	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// files draws the figure of an indicator and writes its downloads into the draft.
func files(d *release.Draft, ind stat.Indicator, obs []stat.Observation, answer stat.Answer) error {
	events := make([]stat.Event, 0, len(answer.Events))
	for _, e := range d.Definitions.Events {
		for _, id := range answer.Events {
			if e.ID == id {
				events = append(events, e)
			}
		}
	}
	for _, l := range lang.Languages {
		defs, answer, folder := d.Definitions, answer, "figures/"
		if l != lang.English {
			if _, spoken := answer.Text[l.Code()]; !spoken {
				continue
			}
			defs, answer, folder = defs.In(l.Code()), answer.In(l.Code()), folder+l.Code()+"/"
		}
		own, _ := defs.Indicator(ind.ID)
		ctx := chart.Context{
			Release: d.Manifest.ID,
			Source:  publishers(l, obs),
			Alt:     answer.Alt,
			Breaks:  answer.Breaks,
			Events:  events,
			Labels:  labels(defs),
			Lang:    l,
		}
		figure, err := chart.Draw(own, obs, ctx)
		if err != nil {
			return fmt.Errorf("figure in %s: %w", l.Code(), err)
		}
		d.Files[folder+ind.ID+"-wide.svg"] = figure.Wide
		d.Files[folder+ind.ID+"-narrow.svg"] = figure.Narrow
		d.Files[folder+ind.ID+".svg"] = figure.Standalone
		d.Files[folder+ind.ID+".json"] = figure.Options
		if own.Headline > 0 && len(own.Answer) < len(own.Panels) {
			if err := brief(d, folder, own, obs, answer, ctx); err != nil {
				return fmt.Errorf("brief figure in %s: %w", l.Code(), err)
			}
		}
	}

	sheet := export.Sheet{
		Indicator:    ind,
		Observations: obs,
		Definitions:  d.Definitions,
		Release:      d.Manifest.ID,
		PublishedAt:  d.Manifest.PublishedAt,
		Answer:       answer,
	}
	for _, format := range export.Formats {
		var b bytes.Buffer
		if err := export.Write(&b, format, sheet); err != nil {
			return fmt.Errorf("download %s: %w", format, err)
		}
		d.Files["downloads/"+ind.ID+"."+string(format)] = b.Bytes()
	}
	return nil
}

// brief draws the panels alone that answer the question, for the home page.
func brief(d *release.Draft, folder string, ind stat.Indicator, obs []stat.Observation, answer stat.Answer, ctx chart.Context) error {
	ind.Panels = slices.DeleteFunc(slices.Clone(ind.Panels), func(p stat.Panel) bool { return !slices.Contains(ind.Answer, p.ID) })
	obs = slices.DeleteFunc(slices.Clone(obs), func(o stat.Observation) bool { return !slices.Contains(ind.Answer, o.Panel) })
	words := make([]string, len(answer.Sentences))
	for i, s := range answer.Sentences {
		words[i] = s.String()
	}
	ctx.Source, ctx.Alt = publishers(ctx.Lang, obs), strings.Join(words, " ")
	figure, err := chart.Draw(ind, obs, ctx)
	if err != nil {
		return err
	}
	d.Files[folder+ind.ID+"-brief-wide.svg"] = figure.Wide
	d.Files[folder+ind.ID+"-brief-narrow.svg"] = figure.Narrow
	return nil
}

// publishers names the publishers behind the totals of an indicator, each once, in the order of their figures.
func publishers(l lang.Language, obs []stat.Observation) string {
	var names []string
	seen := map[string]bool{}
	for _, o := range obs {
		for _, c := range o.Citations {
			if len(o.Codes) == 0 && c.Publisher != "" && !seen[c.Publisher] {
				seen[c.Publisher] = true
				names = append(names, c.Publisher)
			}
		}
	}
	const most = 3
	if len(names) > most {
		return l.T("%s and %d more publishers", strings.Join(names[:most], "; "), len(names)-most)
	}
	return strings.Join(names, "; ")
}

// labels looks up the label of a code: in the code list of the field that has the dimension's name, and for a
// counting unit the label for many.
func labels(defs stat.Definitions) func(dimension, code string) string {
	lists := map[string]stat.Codelist{}
	for _, ds := range defs.Datasets {
		for _, f := range ds.Fields {
			if list, ok := defs.Codelist(f.Codelist); ok && f.Type == stat.FieldCode {
				lists[f.Name] = list
			}
		}
	}
	units, _ := defs.Codelist("counting-units")
	return func(dimension, code string) string {
		if dimension != "unit" {
			return lists[dimension].Label(code)
		}
		for _, c := range units.Codes {
			if c.Code == code && c.Plural != "" {
				return c.Plural
			}
		}
		return units.Label(code)
	}
}
