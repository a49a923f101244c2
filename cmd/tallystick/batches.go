package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tallystick/internal/export"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

func batchesCommand() command {
	return command{
		name:    "batches",
		summary: "list what was received, with the balance of each batch",
		example: "tallystick batches\ntallystick batches -check",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			asJSON := fs.Bool("json", false, "print the list as JSON")
			check := fs.Bool("check", false, "compare the kept bytes of every batch with its checksum")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError("batches takes no arguments")
				}
				return p.batches(ctx, *check, *asJSON)
			}
		},
	}
}

func (p *program) batches(ctx context.Context, check, asJSON bool) error {
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return err
	}
	defer wh.Close()
	list, err := wh.Batches(ctx)
	if err != nil {
		return err
	}
	if check {
		issues, err := wh.Check(ctx)
		if err != nil {
			return err
		}
		printIssues(p.stderr, issues)
		if len(issues) > 0 {
			return rejected{plural(int64(len(issues)), "batch has", "batches have") + " not the bytes that were received"}
		}
	}
	if asJSON {
		return writeJSON(p.stdout, list)
	}
	for _, b := range list {
		state := string(b.Verb)
		if b.Fixes != "" {
			state += " of " + b.Fixes
		}
		if !b.ErasedAt.IsZero() {
			state += ", bytes erased " + b.ErasedAt.Format(time.DateOnly)
		}
		if !b.Withdrawn.IsZero() {
			state += ", withdrawn " + b.Withdrawn.Format(time.DateOnly)
		}
		fmt.Fprintf(p.stdout, "%s  %s  %s  %s: %s rows = %s accepted + %s quarantined + %s duplicates + %s set aside (%s)\n", b.ID,
			b.ReceivedAt.Format(time.DateOnly), b.Feed, b.File, stat.FormatCount(b.Rows), stat.FormatCount(b.Accepted),
			stat.FormatCount(b.Quarantined), stat.FormatCount(b.Duplicates), stat.FormatCount(b.SetAside), state)
	}
	return nil
}

func givebackCommand() command {
	return command{
		name:    "giveback",
		args:    "BATCH",
		summary: "write the rows of a batch that could not be used, with what is wrong with them, for their sender",
		example: "tallystick giveback -o to-fix.csv b0007\ntallystick ingest -fixes b0007 to-fix.csv",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			out := fs.String("o", "", "`file` to write (default: standard output)")
			sheet := fs.Bool("spreadsheet", false, "for Excel: marked as UTF-8, and no cell can run as a formula")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name one batch")
				}
				return p.giveback(ctx, args[0], *out, *sheet)
			}
		},
	}
}

func (p *program) giveback(ctx context.Context, id, path string, spreadsheet bool) error {
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return err
	}
	defer wh.Close()
	b, err := wh.Batch(ctx, id)
	if err != nil {
		return err
	}
	if !b.ErasedAt.IsZero() {
		return fmt.Errorf("the rows of batch %s were erased on %s: %w", id, b.ErasedAt.Format(time.DateOnly), stat.ErrNotFound)
	}
	if b.Quarantined == 0 {
		fmt.Fprintf(p.stderr, "batch %s has no rows to give back\n", id)
		return nil
	}
	var w io.Writer = p.stdout
	if path != "" {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the give-back file: %w", err)
		}
		defer f.Close()
		w = f
	}
	if err := export.WriteGiveback(w, b.Header, wh.Rejects(ctx, id), spreadsheet); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "%s of batch %s given back; when they are repaired: tallystick ingest -fixes %s FILE\n",
		plural(b.Quarantined, "row", "rows"), id, id)
	return nil
}

func withdrawCommand() command {
	return lifecycleCommand("withdraw", "take a batch out of the current records; what was published stays", (*warehouse.Warehouse).Withdraw)
}

func eraseCommand() command {
	return lifecycleCommand("erase", "delete the received bytes of a batch, as a law may demand; its numbers stay", (*warehouse.Warehouse).Erase)
}

// lifecycleCommand is a command that changes what a batch counts for, with a reason.
func lifecycleCommand(name, summary string, act func(*warehouse.Warehouse, context.Context, string, string, string, time.Time) error) command {
	return command{
		name:    name,
		args:    "BATCH",
		summary: summary,
		example: "tallystick " + name + ` -reason "Sent by mistake." b0007`,
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			reason := fs.String("reason", "", "`sentence` that says why")
			by := fs.String("by", "", "`name` of the person who decides (default: the user of this computer)")
			dry := fs.Bool("dry-run", false, "show which figures would move, and change nothing")
			asJSON := fs.Bool("json", false, "print the figures of a dry run as JSON")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 || strings.TrimSpace(*reason) == "" {
					return usageError("name one batch and a -reason")
				}
				if *by == "" {
					*by = userName()
				}
				defs, err := p.definitions()
				if err != nil {
					return err
				}
				wh, err := p.warehouse(ctx, *dry)
				if err != nil {
					return err
				}
				defer wh.close()
				if err := act(wh.Warehouse, ctx, args[0], *by, *reason, p.now()); err != nil {
					return err
				}
				if *dry {
					return p.effect(ctx, defs, wh, *asJSON, nil)
				}
				fmt.Fprintf(p.stdout, "batch %s: %s\n", args[0], map[string]string{"withdraw": "withdrawn", "erase": "bytes erased"}[name])
				return nil
			}
		},
	}
}
