package catalog

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the issues that Load finds into the files of testdata")

// TestLoad reads testdata/*.txtar. Each file opens with the rule it holds, changes the folder of base.txtar and says
// which issues follow. "edit FILE" replaces each run of lines that begin with "- " by the lines after it that begin
// with "+ "; "add FILE" adds a file and "remove FILE" takes one away; "want" holds the issues, one a line.
func TestLoad(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) < 10 {
		t.Fatalf("found %d cases (%v), want at least 10", len(cases), err)
	}
	base := parse(t, "testdata/base.txtar")
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive := parse(t, name)
			files, want := world(t, base, archive)
			_, issues := Load(files)
			var got strings.Builder
			for _, i := range issues {
				got.WriteString(i.String() + "\n")
			}
			if *update && got.String() != want {
				write(t, name, archive, got.String())
				return
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("Load of %s: issues differ (-want +got):\n%s", name, diff)
			}
		})
	}
}

func parse(t testing.TB, name string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Comment) == 0 {
		t.Fatalf("%s does not open with a sentence", name)
	}
	return archive
}

// world is the base folder with the changes of a case, and the issues that the case expects.
func world(t *testing.T, base, changes *txtar.Archive) (fstest.MapFS, string) {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range base.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	want := ""
	for _, f := range changes.Files {
		verb, name, _ := strings.Cut(f.Name, " ")
		switch {
		case f.Name == "want":
			want = string(f.Data)
		case verb == "edit" && files[name] != nil:
			files[name] = &fstest.MapFile{Data: []byte(edit(t, string(files[name].Data), string(f.Data)))}
		case verb == "add":
			files[name] = &fstest.MapFile{Data: f.Data}
		case verb == "remove" && files[name] != nil:
			delete(files, name)
		case verb == "edit", verb == "remove":
			t.Fatalf("%s: base.txtar has no file %s", f.Name, name)
		}
	}
	return files, want
}

func edit(t *testing.T, text, changes string) string {
	t.Helper()
	var from, to []string
	apply := func() {
		old := strings.Join(from, "")
		if len(from) > 0 && strings.Count(text, old) != 1 {
			t.Fatalf("the lines %q stand %d times in the file, want once", old, strings.Count(text, old))
		}
		text = strings.Replace(text, old, strings.Join(to, ""), 1)
		from, to = nil, nil
	}
	for line := range strings.Lines(changes) {
		switch {
		case strings.HasPrefix(line, "- "):
			if len(to) > 0 {
				apply()
			}
			from = append(from, line[2:])
		case strings.HasPrefix(line, "+ "):
			to = append(to, line[2:])
		default:
			t.Fatalf("the line %q begins with neither - nor +", line)
		}
	}
	apply()
	return text
}

func write(t *testing.T, name string, archive *txtar.Archive, want string) {
	t.Helper()
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = kept
	if want != "" {
		archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(want)})
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
