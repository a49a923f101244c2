// Command tallystick takes agencies' exports in and gives sealed releases out: check, ingest, publish, verify,
// serve. Flags and configuration live here and nowhere else; so does the time of day.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"tallystick/internal/stat"
)

// version is set by the Makefile.
var version = "development"

// The exit codes of every command.
const (
	exitOK       = 0
	exitFailed   = 1 // something did not work
	exitUsage    = 2 // the call is off
	exitRejected = 3 // definitions, an export or a release are refused for their content
)

// command is one entry of the command table.
type command struct {
	name    string
	args    string // what stands after the flags
	summary string // one line
	example string
	setup   func(fs *flag.FlagSet) func(ctx context.Context, p *program, args []string) error
}

// commands lists every command in the order of their use.
func commands() []command {
	return []command{
		checkCommand(),
		sniffCommand(),
		ingestCommand(),
		watchCommand(),
		batchesCommand(),
		givebackCommand(),
		withdrawCommand(),
		eraseCommand(),
		draftCommand(),
		publishCommand(),
		recallCommand(),
		verifyCommand(),
		commitmentCommand(),
		compareCommand(),
		recountCommand(),
		serveCommand(),
		keyCommand(),
		mirrorCommand(),
		backupCommand(),
		restoreCommand(),
		removeCommand(),
	}
}

// program is what every command gets from its surroundings.
type program struct {
	getenv func(string) string
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
	data   string // folder of the definitions
	state  string // folder of the running installation
}

// usageError is a call that cannot be understood; its text says why.
type usageError string

func (e usageError) Error() string { return string(e) }

// rejected is content that was refused after its issues have been printed.
type rejected struct{ what string }

func (e rejected) Error() string { return e.what }

// Unwrap makes a rejection one of stat's kinds.
func (e rejected) Unwrap() error { return stat.ErrInvalid }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one call and returns its exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	p := &program{getenv: getenv, stdout: stdout, stderr: &shared{w: stderr}, now: time.Now}
	err := p.dispatch(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "tallystick: %s\n", usage)
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "tallystick: stopped")
		return exitFailed
	case errors.Is(err, stat.ErrInvalid):
		fmt.Fprintf(stderr, "tallystick: %s\n", err)
		return exitRejected
	default:
		fmt.Fprintf(stderr, "tallystick: %s\n", err)
		return exitFailed
	}
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return p.help(p.stderr, usageError("name a command"))
	}
	name := args[0]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return p.helpCommand(args[1])
		}
		return p.help(p.stdout, nil)
	case "version", "-version", "--version":
		fmt.Fprintln(p.stdout, "tallystick", version)
		return nil
	}
	list := commands()
	at := slices.IndexFunc(list, func(c command) bool { return c.name == name })
	if at < 0 {
		return usageError(fmt.Sprintf("there is no command %q; see tallystick help", name))
	}
	c := list[at]
	fs, action := p.flags(c)
	if err := fs.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return p.helpCommand(name)
		}
		return usageError(fmt.Sprintf("%s; see tallystick help %s", err, name))
	}
	return action(ctx, p, fs.Args())
}

// flags returns the flag set of the command, with the flags that all commands share.
func (p *program) flags(c command) (*flag.FlagSet, func(context.Context, *program, []string) error) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&p.data, "data", p.env("TALLYSTICK_DATA", "data"), "`folder` of the definitions")
	fs.StringVar(&p.state, "state", p.env("TALLYSTICK_STATE", "var"), "`folder` of the installation: exports, warehouse, releases")
	return fs, c.setup(fs)
}

func (p *program) env(name, fallback string) string {
	if v := p.getenv(name); v != "" {
		return v
	}
	return fallback
}

func (p *program) help(w io.Writer, err error) error {
	fmt.Fprintln(w, "tallystick ingests agencies' exports, judges them and publishes sealed releases.")
	fmt.Fprintln(w, "\nUsage: tallystick COMMAND [flags] [arguments]")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(w, "  %-10s %s\n", "help", "explain a command: tallystick help ingest")
	fmt.Fprintf(w, "  %-10s %s\n", "version", "print the version")
	fmt.Fprintln(w, "\nResults go to standard output, progress and warnings to standard error.")
	fmt.Fprintln(w, "Exit codes: 0 ok, 1 failed, 2 usage, 3 rejected by its content.")
	return err
}

func (p *program) helpCommand(name string) error {
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		fmt.Fprintf(p.stdout, "tallystick %s: %s\n\nUsage: tallystick %s [flags] %s\n\nFlags:\n", c.name, c.summary, c.name, c.args)
		fs, _ := p.flags(c)
		fs.SetOutput(p.stdout)
		fs.PrintDefaults()
		fmt.Fprintf(p.stdout, "\nExample:\n  %s\n", strings.ReplaceAll(c.example, "\n", "\n  "))
		return nil
	}
	return usageError(fmt.Sprintf("there is no command %q; see tallystick help", name))
}
