package web

import (
	"slices"

	"tallystick/internal/stat"
)

// sourcesPage lists who the figures come from, under which terms, and the exports received.
type sourcesPage struct {
	page
	Sources []sourceEntry
}

// sourceEntry is a source with its data sets, its exports and the indicators that count from it.
type sourceEntry struct {
	stat.Source
	Datasets   []datasetLine
	Batches    []batchLine
	Indicators []link
}

// datasetLine is a data set in words.
type datasetLine struct {
	stat.Dataset
	UnitWords  string
	ClockWords string
	Records    []download // its records, where they are handed out
}

// sources serves GET /sources.
func (s *Server) sources(v *visit) (*representation, error) {
	defs := v.defs
	p := sourcesPage{page: v.frame("Sources", "Who the figures come from, under which terms, and every file received.")}
	for _, src := range defs.Sources {
		e := sourceEntry{Source: src}
		e.Address = webLink(src.Address)
		for _, ds := range defs.Datasets {
			if ds.Source != src.ID {
				continue
			}
			line := datasetLine{Dataset: ds, UnitWords: v.l.T("differs by record"), ClockWords: v.l.T("differs by record")}
			if ds.Unit != "" {
				line.UnitWords = label(defs, "counting-units", ds.Unit)
			}
			if ds.Clock != "" {
				line.ClockWords = clockWords(v.l, ds.Clock)
			}
			line.Records = v.records(ds.ID)
			e.Datasets = append(e.Datasets, line)
			for _, b := range v.rel.Manifest().Batches {
				if b.Dataset == ds.ID {
					e.Batches = append(e.Batches, batchLine{
						Batch: b, Received: stat.DateOf(b.ReceivedAt.UTC()), Balanced: b.Balanced(),
					})
				}
			}
			for _, ind := range defs.Indicators {
				to := link{Path: v.indicatorPath(ind.ID), Text: ind.Short}
				if countsFrom(ind, ds.ID) && !slices.Contains(e.Indicators, to) {
					e.Indicators = append(e.Indicators, to)
				}
			}
		}
		p.Sources = append(p.Sources, e)
	}
	return v.show("sources", p)
}

// records lists the files of records that the release hands out of a data set.
func (v *visit) records(dataset string) []download {
	var out []download
	for _, f := range []struct{ ext, title string }{{".csv", "CSV"}, {".parquet", "Parquet"}} {
		name := "records/" + dataset + f.ext
		if ref, err := v.rel.Ref(name); err == nil {
			out = append(out, download{Path: "/releases/" + v.rel.ID() + "/files/" + name, Title: f.title, Size: ref.Bytes})
		}
	}
	return out
}

// countsFrom reports whether a series of the indicator counts from the data set.
func countsFrom(ind stat.Indicator, dataset string) bool {
	for _, p := range ind.Panels {
		for _, s := range p.Series {
			if s.Dataset == dataset {
				return true
			}
		}
		if p.Rate != nil && p.Rate.Population.Dataset == dataset {
			return true
		}
	}
	return false
}
