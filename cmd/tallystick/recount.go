package main

import (
	"context"
	"flag"
	"fmt"
	"math"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

func recountCommand() command {
	return command{
		name:    "recount",
		args:    "[KEY …]",
		summary: "count published figures anew, by the statement and the rows that their passports name",
		example: "tallystick recount sellers-and-buyers/arrested/selling/2005-2014\ntallystick recount -all",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			all := fs.Bool("all", false, "every figure of the newest release")
			return func(ctx context.Context, p *program, args []string) error {
				if *all == (len(args) > 0) {
					return usageError("name figures by their keys, or say -all")
				}
				return p.recount(ctx, args)
			}
		},
	}
}

// recount compares figures of the newest release, or all of them where no key is given, with what their rows give.
func (p *program) recount(ctx context.Context, keys []string) error {
	lib, err := release.OpenLibrary(p.releases())
	if err != nil {
		return err
	}
	rel, err := lib.Latest(p.now())
	if err != nil {
		return err
	}
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return err
	}
	defer wh.Close()
	wanted := map[string]bool{}
	for _, k := range keys {
		wanted[k] = true
	}
	same, other := 0, 0
	for _, o := range rel.AllObservations() {
		if len(keys) > 0 && !wanted[o.Key()] {
			continue
		}
		delete(wanted, o.Key())
		got, how, err := recounted(ctx, wh, rel, o)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", o.Key(), err)
		case how == "":
			if len(keys) > 0 {
				fmt.Fprintf(p.stdout, "%s: %s, so that there is nothing to count\n", o.Key(), o.Status.Words())
			}
			continue
		case math.Abs(got-o.Value) <= 1e-9*math.Abs(o.Value):
			same++
		default:
			other++
			fmt.Fprintf(p.stdout, "%s: published %v, counted anew %v\n", o.Key(), o.Value, got)
		}
		if len(keys) > 0 {
			fmt.Fprintf(p.stdout, "%s = %v\n%s\n", o.Key(), got, how)
		}
	}
	for k := range wanted {
		return fmt.Errorf("figure %q in release %s: %w", k, rel.ID(), stat.ErrNotFound)
	}
	fmt.Fprintf(p.stderr, "counted %s anew: %s as published\n", plural(int64(same+other), "figure", "figures"), stat.FormatCount(int64(same)))
	if other > 0 {
		return rejected{plural(int64(other), "figure differs", "figures differ") + " from what its rows give"}
	}
	return nil
}

// recounted counts one figure anew and says how; how is empty where nothing was reported.
func recounted(ctx context.Context, wh *warehouse.Warehouse, rel *release.Release, o stat.Observation) (got float64, how string, err error) {
	switch {
	case o.Status != stat.StatusReported:
		return 0, "", nil
	case o.To > 0:
		per := stat.PerOf(o, rel.Definitions())
		return o.Of / o.To * per, fmt.Sprintf("%v / %v × %v", o.Of, o.To, per), nil
	}
	statement := release.CountingSQL(o, rel.Definitions())
	if statement == "" {
		return 0, "", nil
	}
	c, _ := stat.CountingOf(o, rel.Definitions())
	n, err := wh.Recount(ctx, c.Dataset.ID, o.Rows, statement)
	return float64(n), statement, err
}
