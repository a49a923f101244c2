package web

import "tallystick/internal/stat"

// schemaDataset describes an indicator to search engines, in the words of schema.org.
type schemaDataset struct {
	Context      string           `json:"@context"`
	Type         string           `json:"@type"`
	Name         string           `json:"name"`
	Description  string           `json:"description"`
	URL          string           `json:"url"`
	Identifier   string           `json:"identifier"`
	Version      string           `json:"version"`
	Published    string           `json:"datePublished"`
	Licence      string           `json:"license,omitempty"`
	Free         bool             `json:"isAccessibleForFree"`
	Keywords     []string         `json:"keywords,omitempty"`
	Temporal     string           `json:"temporalCoverage,omitempty"`
	Spatial      string           `json:"spatialCoverage,omitempty"`
	Creator      schemaName       `json:"creator"`
	Distribution []schemaDownload `json:"distribution"`
}

type schemaName struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type schemaDownload struct {
	Type   string `json:"@type"`
	Format string `json:"encodingFormat"`
	URL    string `json:"contentUrl"`
}

// dataset describes an indicator; nil where the site has no address, since the description needs whole ones.
func (v *visit) dataset(ind stat.Indicator, p indicatorPage) *schemaDataset {
	base, site := v.base(), v.defs.Site
	if base == "" {
		return nil
	}
	d := &schemaDataset{
		Context: "https://schema.org", Type: "Dataset", Name: ind.Title, Description: ind.About + " " + plain(p.answers),
		URL: base + v.indicatorPath(ind.ID), Identifier: base + p.Pinned, Version: v.rel.ID(),
		Published: stat.DateOf(v.rel.PublishedAt().UTC()).String(), Licence: site.Licence, Free: true, Keywords: ind.Terms,
		Spatial: site.Place, Creator: schemaName{"Organization", site.Publisher},
	}
	if from, to := reach(v.rel.Observations(ind.ID)); !from.IsZero() {
		d.Temporal = from.String() + "/" + to.String()
	}
	for _, f := range p.Downloads {
		d.Distribution = append(d.Distribution, schemaDownload{"DataDownload", typeOf(f.Path), base + f.Path})
	}
	return d
}

// reach is the first and the last day of the counts that are reported.
func reach(obs []stat.Observation) (from, to stat.Date) {
	for _, o := range obs {
		if o.Kind != stat.KindCount || o.Status != stat.StatusReported || o.Period.From.IsZero() {
			continue
		}
		if from.IsZero() || o.Period.From.Compare(from) < 0 {
			from = o.Period.From
		}
		if to.IsZero() || o.Period.To.Compare(to) > 0 {
			to = o.Period.To
		}
	}
	return from, to
}
