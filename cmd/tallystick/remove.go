package main

import (
	"context"
	"flag"
	"fmt"

	"tallystick/internal/release"
)

func removeCommand() command {
	return command{
		name:    "remove",
		args:    "RELEASE",
		summary: "delete the files of a release, as a court may order; the log keeps its entry and says why",
		example: "tallystick remove -reason 'By order of the Superior Court of 3 May 2027.' 2026-11-24",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			reason := fs.String("reason", "", "why, a `sentence` for everybody who reads the log")
			dry := fs.Bool("dry-run", false, "say what would be deleted, and delete nothing")
			return func(_ context.Context, p *program, args []string) error {
				if len(args) != 1 || *reason == "" {
					return usageError("name one release, and say why with -reason")
				}
				key, err := release.LoadKey(p.keyFile())
				if err != nil {
					return err
				}
				r, err := p.openRelease(args[0])
				if err != nil {
					return err
				}
				files := plural(int64(len(r.Manifest().Files)+1), "file", "files")
				if *dry {
					fmt.Fprintf(p.stdout, "would delete %s of release %s\n", files, r.ID())
					return nil
				}
				if err := p.keepPublished(r); err != nil {
					return err
				}
				if err := release.Remove(p.releases(), r.ID(), *reason, key); err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "deleted %s of release %s; the log says why\n", files, r.ID())
				return nil
			}
		},
	}
}
