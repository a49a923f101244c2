package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
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
			from := fs.String("releases", "", "`folder` or bucket like s3://bucket/prefix to serve from (default the installation's)")
			key := fs.String("key", "", "`public` key that the log of releases must begin with (default $TALLYSTICK_PUBLIC_KEY, or any)")
			memory := fs.Int64("memory", release.DefaultBound>>20, "how many `MiB` of opened releases to keep in memory")
			poll := fs.Duration("poll", 30*time.Second, "how often to look for a new release in a bucket")
			addr := fs.String("addr", "", "`address` to listen on (default $TALLYSTICK_ADDR or 127.0.0.1:8080)")
			site := fs.String("site", "", "public `address` of the site, if its definition gives none (default $TALLYSTICK_SITE, or where it listens)")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("serve takes no arguments, got %q", args[0]))
				}
				if *addr == "" {
					*addr = p.env("TALLYSTICK_ADDR", "127.0.0.1:8080")
				}
				return p.serve(ctx, *addr, cmp.Or(*site, p.getenv("TALLYSTICK_SITE")), shelf{*from, p.trusted(*key), *poll, *memory << 20})
			}
		},
	}
}

// lookEvery is how often the server looks for releases that were sealed since it started.
const lookEvery = 2 * time.Second

// warmAfter is how long after its start a server makes ready what the first new figure would wait for: those who
// waited for the start are answered first.
const warmAfter = 2 * time.Second

// shelf is where a server takes its releases from.
type shelf struct {
	from string // folder or bucket; empty: the installation's
	key  string // public key to trust; empty: any
	poll time.Duration
	keep int64 // bytes of opened releases to keep
}

// library opens the shelf. A bucket is copied into the installation, each release verified before it is shown,
// now and at every interval; when it cannot be reached, what is there is served on.
func (p *program) library(ctx context.Context, s shelf, log *slog.Logger) (*release.Library, error) {
	var trust []string
	if s.key != "" {
		trust = append(trust, s.key)
	}
	if !strings.HasPrefix(s.from, "s3://") {
		return release.OpenLibrary(cmp.Or(s.from, p.releases()), trust...)
	}
	store, err := p.store(s.from)
	if err != nil {
		return nil, err
	}
	if s.poll <= 0 {
		return nil, usageError("-poll must be longer than nothing")
	}
	dir := filepath.Join(p.state, "cache")
	pull := func() {
		done, err := release.Pull(ctx, store, dir, s.key)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("releases not copied", "from", store.String(), "error", err.Error())
		case len(done.Releases) > 0:
			log.Info("releases copied", "from", store.String(), "releases", done.Releases, "bytes", done.Bytes)
		}
	}
	pull()
	library, err := release.OpenLibrary(dir, trust...)
	if err != nil {
		return nil, err
	}
	go func() {
		tick := time.NewTicker(s.poll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				pull()
			}
		}
	}()
	return library, nil
}

func (p *program) serve(ctx context.Context, addr, site string, from shelf) error {
	lines := &gathered{w: p.stderr}
	defer lines.flush()
	log := slog.New(slog.NewJSONHandler(lines, nil))
	library, err := p.library(ctx, from, log)
	if err == nil {
		library.SetBound(from.keep)
		_, err = library.Latest(p.now())
	}
	if errors.Is(err, stat.ErrNotFound) {
		return fmt.Errorf("there is no published release in %s; run tallystick publish first", cmp.Or(from.from, p.releases()))
	}
	if err != nil {
		return err
	}
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
	server := web.New(web.Config{Library: library, Log: log, Clock: p.now, Version: version, Address: cmp.Or(site, address)})
	fmt.Fprintf(p.stdout, "serving %s\n", address)
	warm := time.AfterFunc(warmAfter, server.Warm)
	defer warm.Stop()
	return web.Serve(ctx, listener, server.Handler())
}
