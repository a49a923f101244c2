package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tallystick/internal/testkit"
)

// installation is a folder of definitions and the state of one installation, on which this test program is run as
// tallystick itself: with TALLYSTICK_CALL set, TestMain runs main.
type installation struct{ data, state string }

func (i installation) call(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TALLYSTICK_CALL=1", "TALLYSTICK_DATA="+i.data, "TALLYSTICK_STATE="+i.state, "TALLYSTICK_USER=ann")
	return cmd
}

// must carries out one command to its end and wants exit code 0.
func (i installation) must(t testing.TB, args ...string) string {
	t.Helper()
	out, err := i.call(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tallystick %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// refused carries out one command and wants it to fail with a text that names what is wrong.
func (i installation) refused(t testing.TB, want string, args ...string) {
	t.Helper()
	if out, err := i.call(args...).CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
		t.Fatalf("tallystick %s: %v\n%s\nwant it refused with %q", strings.Join(args, " "), err, out, want)
	}
}

// small is a new installation with one question out of the real definitions, sellers and buyers, so that a release
// takes a second.
func small(t testing.TB) installation {
	t.Helper()
	home := testkit.Folder(t)
	i := installation{filepath.Join(home, "data"), filepath.Join(home, "var")}
	if err := os.CopyFS(i.data, os.DirFS("../../data")); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"indicators/*", "claims/*", "reconciliations/*"} {
		files, err := filepath.Glob(filepath.Join(i.data, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "/sellers-and-buyers.yaml") {
				continue
			}
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	i.edit(t, "events.csv", `(?s)\n.*`, "\n")
	i.edit(t, "indicators/sellers-and-buyers.yaml", `(?m)^related:.*\n`, "")
	return i
}

// sections and statement are the exports from which the question of a small installation is answered.
const (
	sections  = "exports/judicial-sections.csv"
	statement = "exports/commission-statement.csv"
)

// ingest takes in exports of the definitions.
func (i installation) ingest(t testing.TB, exports ...string) {
	t.Helper()
	args := []string{"ingest"}
	for _, e := range exports {
		args = append(args, filepath.Join(i.data, e))
	}
	i.must(t, args...)
}

// edit replaces what a pattern matches in a file of the definitions, which must match.
func (i installation) edit(t testing.TB, name, pattern, with string) {
	t.Helper()
	path := filepath.Join(i.data, filepath.FromSlash(name))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile(pattern)
	if !re.Match(text) {
		t.Fatalf("%s does not match %s", name, pattern)
	}
	if err := os.WriteFile(path, re.ReplaceAll(text, []byte(with)), 0o644); err != nil {
		t.Fatal(err)
	}
}
