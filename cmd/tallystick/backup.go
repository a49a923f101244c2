package main

import (
	"context"
	"flag"
	"fmt"

	"tallystick/internal/publish"
)

func backupCommand() command {
	return command{
		name:    "backup",
		args:    "FOLDER",
		summary: "copy the installation, but for its signing key, into a new folder with checksums",
		example: "tallystick backup /media/backup/2026-11-24",
		setup: func(*flag.FlagSet) func(context.Context, *program, []string) error {
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name the new folder of the backup")
				}
				step := p.start("copying")
				defer step.stop()
				n, err := publish.Backup(ctx, p.state, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "copied %s to %s; the signing key is not among them\n", plural(int64(n), "file", "files"), args[0])
				return nil
			}
		},
	}
}

func restoreCommand() command {
	return command{
		name:    "restore",
		args:    "FOLDER",
		summary: "make an installation from a backup, every file checked before",
		example: "tallystick restore -state /srv/tallystick/var /media/backup/2026-11-24",
		setup: func(*flag.FlagSet) func(context.Context, *program, []string) error {
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name the folder of the backup")
				}
				step := p.start("restoring")
				defer step.stop()
				n, err := publish.Restore(ctx, args[0], p.state)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "restored %s into %s; put the signing key back beside them\n", plural(int64(n), "file", "files"), p.state)
				return nil
			}
		},
	}
}
