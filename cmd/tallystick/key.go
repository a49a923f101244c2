package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

func keyCommand() command {
	return command{
		name:    "key",
		summary: "make the key that signs the log of releases, or show its public line",
		example: "tallystick key -name statistics.example.org\ntallystick key -rotate",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			name := fs.String("name", "", "`host` name of the site, the origin of its log (default that of the site's address)")
			rotate := fs.Bool("rotate", false, "make a new key and pass the log on to it; both sign that")
			dry := fs.Bool("dry-run", false, "say what would be done, and do nothing")
			return func(_ context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("key takes no arguments, got %q", args[0]))
				}
				if *rotate {
					return p.rotateKey(*dry)
				}
				return p.showKey(*name, *dry)
			}
		},
	}
}

// keyFile is where the signing key is: $TALLYSTICK_KEY, or the file key of the installation.
func (p *program) keyFile() string { return p.env("TALLYSTICK_KEY", filepath.Join(p.state, "key")) }

// origin is the name of a key for a site: the host of its address.
func origin(site stat.Site) string {
	if at, err := url.Parse(site.Address); err == nil && at.Hostname() != "" {
		return at.Hostname()
	}
	return "tallystick.invalid"
}

// key loads the signing key, and makes one if the installation has none yet.
func (p *program) key(site stat.Site) (*release.Key, error) {
	key, err := release.LoadKey(p.keyFile())
	if !errors.Is(err, stat.ErrNotFound) {
		return key, err
	}
	if key, err = release.CreateKey(rand.Reader, p.keyFile(), origin(site)); err != nil {
		return nil, err
	}
	fmt.Fprintf(p.stderr, "made the key %s; keep a copy of %s in a safe place\n", key.Public(), p.keyFile())
	return key, nil
}

// recover finishes what a publication that was cut short has left, if there is a key to do it with.
func (p *program) recover() error {
	key, err := release.LoadKey(p.keyFile())
	if errors.Is(err, stat.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	entered, err := release.Recover(p.releases(), key)
	for _, id := range entered {
		fmt.Fprintf(p.stderr, "release %s was sealed, but not in the log; it is now\n", id)
	}
	return err
}

func (p *program) showKey(name string, dry bool) error {
	key, err := release.LoadKey(p.keyFile())
	if errors.Is(err, stat.ErrNotFound) {
		if name == "" {
			defs, _, err := p.load()
			if err != nil {
				return err
			}
			name = origin(defs.Site)
		}
		if dry {
			fmt.Fprintf(p.stdout, "would make a key for %s in %s\n", name, p.keyFile())
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(p.keyFile()), 0o755); err != nil {
			return err
		}
		key, err = release.CreateKey(rand.Reader, p.keyFile(), name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, key.Public())
	return nil
}

// rotateKey makes a new key beside the old one, passes the log on, and puts it in the old one's place. Cut short
// after the log was passed on, it is finished by calling it again.
func (p *program) rotateKey(dry bool) error {
	old, err := release.LoadKey(p.keyFile())
	if err != nil {
		return err
	}
	path := p.keyFile() + ".next"
	if dry {
		fmt.Fprintf(p.stdout, "would pass the log from %s to a new key\n", old.Public())
		return nil
	}
	next, err := release.LoadKey(path)
	if errors.Is(err, stat.ErrNotFound) {
		next, err = release.CreateKey(rand.Reader, path, old.Name())
	}
	if err != nil {
		return err
	}
	library, err := release.OpenLibrary(p.releases())
	if err != nil {
		return err
	}
	if _, signs := library.Checkpoint(); signs != next.Public() {
		if err := release.Rotate(p.releases(), old, next); err != nil {
			return err
		}
	}
	if err := os.Rename(p.keyFile(), p.keyFile()+".old"); err != nil {
		return err
	}
	if err := os.Rename(path, p.keyFile()); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, next.Public())
	return nil
}
