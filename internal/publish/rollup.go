package publish

import (
	"slices"

	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// placed is one place of a roll-up on one day: which reporters and which towns lie in it. A nil placed holds everybody.
type placed struct {
	code             string
	reporters, towns map[string]string
}

func (p *placed) reporter(code string) bool { return p == nil || in(p.reporters, code) == p.code }
func (p *placed) town(code string) bool     { return p == nil || in(p.towns, code) == p.code }

// in is where a code lies, or that it lies nowhere.
func in(places map[string]string, code string) string {
	if at, ok := places[code]; ok {
		return at
	}
	return stat.NotPlaced
}

// rollup counts the series of a panel by the codes of a coarser list: for each period the sum over those that lie in
// each code on the last day of the period, with from how many of how many of them it comes, and apart from them the sum
// over those that lie in none. Where the coarser list was not in use, there is nothing. A sum that lacks the figure of
// one of them is at least so much. Where residents are known by place, those of each code of the coarser list stand beside
// its count, and the rate that is made of both.
func (o observer) rollup(b stat.Breakdown) ([]stat.Observation, error) {
	up := *b.Rollup
	var out []stat.Observation
	people := false
	for _, s := range o.panel.Series {
		if len(b.Series) > 0 && !slices.Contains(b.Series, s.ID) {
			continue
		}
		ds, _ := o.in.Definitions.Dataset(s.Dataset)
		placings := o.in.Definitions.Placings(up, up.Lists(o.in.Definitions.DimensionList(s.Dataset, b.By))...)
		obs, err := o.sums(s, b.Where, b.By, up.As, placings)
		if err != nil {
			return nil, err
		}
		who, err := o.reporters(s)
		if err != nil {
			return nil, err
		}
		if ds.Answers != nil && b.By == ds.Answers.Reporter {
			obs = stat.FillAnswers(obs, true, up.As, who.item, placedObligations(who.owed, placings))
		}
		towns := o.in.Definitions.Placings(up, up.Through...)
		for i := range obs {
			day := obs[i].Period.To
			obs[i].Coverage = who.coverage(obs[i], &placed{obs[i].Codes[0].Code, stat.Placed(placings, day), stat.Placed(towns, day)})
			if obs[i].Status != stat.StatusReported {
				continue
			}
			obs[i].Marks = mark(obs[i].Marks, stat.MarkSummed)
			if c := obs[i].Coverage; c.Known() && !c.Complete() && obs[i].Bound == stat.BoundExactly {
				obs[i].Marks, obs[i].Bound, obs[i].Interval = mark(obs[i].Marks, stat.MarkPartial), stat.BoundAtLeast, nil
			}
		}
		out = append(out, obs...)
		if r := s.Expected.Residents; r != nil && !people {
			people = true
			lived, err := o.sums(stat.Series{ID: "population", Dataset: r.Dataset, Measure: r.Measure}, r.Where, r.By, up.As, towns)
			if err != nil {
				return nil, err
			}
			out = append(out, o.ratesOf(s, obs, lived)...)
		}
	}
	return out, nil
}

// sums counts a series by the places that the codes of a field lie in on the last day of each period.
func (o observer) sums(s stat.Series, where stat.Where, by, as string, placings []stat.Placing) ([]stat.Observation, error) {
	ds, _ := o.in.Definitions.Dataset(s.Dataset)
	counted, err := o.in.Warehouse.Count(o.ctx, warehouse.Query{Dataset: ds, Measure: s.Measure, Where: where, By: []string{by}, Up: placings})
	if err != nil {
		return nil, err
	}
	var out []stat.Observation
	for _, c := range counted {
		if stat.Placed(placings, c.Period.To) == nil {
			continue
		}
		c.Notes = nil // each speaks of one code, and stands with its figure
		obs := o.observation(s, c, ds.UnitOf(where))
		obs.Codes = []stat.DimensionCode{{Dimension: as, Code: c.Codes[0].Code}}
		out = append(out, obs)
	}
	return out, nil
}

// ratesOf gives the residents of the places of counts, and, where the panel sets the series against residents, the rate of
// each count.
func (o observer) ratesOf(s stat.Series, counts, lived []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, people := range lived {
		people.Kind, people.Unit, people.Interval = stat.KindPopulation, "resident", nil
		i := slices.IndexFunc(counts, func(c stat.Observation) bool {
			return c.Period.Key() == people.Period.Key() && slices.Equal(c.Codes, people.Codes)
		})
		if i < 0 || people.Codes[0].Code == stat.NotPlaced {
			continue
		}
		out = append(out, people)
		if r := o.panel.Rate; r != nil && r.Of == s.ID {
			rate, _ := stat.RateOf(counts[i], people, r.Per, level)
			rate.Unit = r.Label
			rate.Citations = merge(slices.Concat(counts[i].Citations, people.Citations))
			out = append(out, rate)
		}
	}
	return out
}

// placedObligations are obligations with the place in which the reporter lies in its stead; those of periods in which the
// coarser list was not in use are left out.
func placedObligations(owed []stat.Obligation, placings []stat.Placing) []stat.Obligation {
	var out []stat.Obligation
	for _, x := range owed {
		if places := stat.Placed(placings, x.Period.To); places != nil {
			x.Reporter = in(places, x.Reporter)
			out = append(out, x)
		}
	}
	return out
}
