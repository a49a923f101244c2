package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/web"
)

func serveCommand() command {
	return command{
		name:    "serve",
		summary: "serve the sealed releases, and nothing else",
		example: "tallystick serve\nTALLYSTICK_ADDR=0.0.0.0:80 tallystick serve -state /srv/tallystick/var",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			addr := fs.String("addr", "", "`address` to listen on (default $TALLYSTICK_ADDR or 127.0.0.1:8080)")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("serve takes no arguments, got %q", args[0]))
				}
				if *addr == "" {
					*addr = p.env("TALLYSTICK_ADDR", "127.0.0.1:8080")
				}
				return p.serve(ctx, *addr)
			}
		},
	}
}

// lookEvery is how often the server looks for releases that were sealed since it started.
const lookEvery = 2 * time.Second

func (p *program) serve(ctx context.Context, addr string) error {
	library, err := release.OpenLibrary(p.releases())
	if err == nil {
		_, err = library.Latest(p.now())
	}
	if errors.Is(err, stat.ErrNotFound) {
		return fmt.Errorf("there is no published release in %s; run tallystick publish first", p.releases())
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, nil))
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s; choose another with -addr: %w", addr, err)
	}
	go library.Watch(ctx, lookEvery, func(changed bool, issues []stat.Issue, err error) {
		if err != nil {
			log.Error("the folder of releases cannot be read", "problem", err)
		}
		for _, issue := range issues {
			log.Error("a release cannot be shown", "problem", issue.String())
		}
		if changed {
			log.Info("the list of releases has changed")
		}
	})
	address := "http://" + listener.Addr().String()
	server := web.New(web.Config{Library: library, Log: log, Clock: p.now, Version: version, Address: address})
	fmt.Fprintf(p.stdout, "serving %s\n", address)
	return web.Serve(ctx, listener, server.Handler())
}
