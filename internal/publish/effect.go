package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// Moved is a figure that differs between two states of the warehouse.
type Moved struct {
	Key  string `json:"key"`  // of the observation
	Unit string `json:"unit"` // code of its counting unit
	Old  string `json:"old"`  // the value as text, or the status where there is none; empty: there was no such figure
	New  string `json:"new"`
}

// Effect compares every figure that the definitions ask for before and after a batch. The figures are the true ones,
// before disclosure control: the list is for the staff that decides on the batch, and is never published.
func Effect(ctx context.Context, defs stat.Definitions, before, after *warehouse.Warehouse) ([]Moved, error) {
	figures := map[string]*Moved{}
	for i, w := range []*warehouse.Warehouse{before, after} {
		for _, ind := range defs.Indicators {
			obs, err := figuresOf(ctx, Input{Warehouse: w, Definitions: defs}, ind)
			if err != nil {
				return nil, fmt.Errorf("indicator %s: %w", ind.ID, err)
			}
			for _, o := range obs {
				m := figures[o.Key()]
				if m == nil {
					m = &Moved{Key: o.Key(), Unit: o.Unit}
					figures[o.Key()] = m
				}
				text := o.Status.Words()
				if o.Status == stat.StatusReported {
					places := 0
					if o.Kind == stat.KindRatio || o.Kind == stat.KindRate {
						places = 2
					}
					text = strings.TrimSpace(o.Bound.Words() + " " + stat.FormatNumber(o.Value, places))
				}
				if i == 0 {
					m.Old = text
				} else {
					m.New = text
				}
			}
		}
	}
	var moved []Moved
	for _, m := range figures {
		if m.Old != m.New {
			moved = append(moved, *m)
		}
	}
	slices.SortFunc(moved, func(a, b Moved) int { return cmp.Compare(a.Key, b.Key) })
	return moved, nil
}

// figuresOf observes the indicator panel by panel. A panel that lacks the records of one of its series cannot be
// published, but its other series still have figures.
func figuresOf(ctx context.Context, in Input, ind stat.Indicator) ([]stat.Observation, error) {
	var out []stat.Observation
	for _, panel := range ind.Panels {
		one := ind
		one.Panels = []stat.Panel{panel}
		obs, err := observe(ctx, in, one)
		if err == nil {
			out = append(out, obs...)
			continue
		}
		if !errors.Is(err, stat.ErrInvalid) {
			return nil, err
		}
		for _, s := range panel.Series {
			alone := panel
			alone.Series, alone.Ratio, alone.Rate, alone.Breakdowns = []stat.Series{s}, nil, nil, nil
			one.Panels = []stat.Panel{alone}
			obs, err := observe(ctx, in, one)
			if err != nil && !errors.Is(err, stat.ErrInvalid) {
				return nil, err
			}
			out = append(out, obs...)
		}
	}
	return out, nil
}
