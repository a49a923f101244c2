package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

func verifyCommand() command {
	return command{
		name:    "verify",
		args:    "[RELEASE | FOLDER | KIT.zip | URL of a release or a site ...]",
		summary: "check every checksum and signature, offline; without arguments, of all releases here, their chain and log, and the kept exports",
		example: "tallystick verify\ntallystick verify var/releases/2026-11-24 -json\n" +
			"tallystick verify -key 'example.org+8f2c+AY…' -checkpoint printed.txt var/releases\n" +
			"tallystick verify https://statistics.example.org/releases/2026-11-24\ntallystick verify https://statistics.example.org",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			asJSON := fs.Bool("json", false, "print the result as JSON")
			key := fs.String("key", "", "`public` key that the log must begin with (default $TALLYSTICK_PUBLIC_KEY, or any)")
			kept := fs.String("checkpoint", "", "`file` with a checkpoint of an earlier day, which the log must continue")
			return func(ctx context.Context, p *program, args []string) error {
				v := verification{key: p.trusted(*key)}
				if *kept != "" {
					text, err := os.ReadFile(*kept)
					if err != nil {
						return err
					}
					v.kept = append(v.kept, string(text))
				}
				return p.verify(ctx, v, args, *asJSON)
			}
		},
	}
}

// verification is what a verification trusts, and what it has found.
type verification struct {
	key     string
	kept    []string
	results []verified
}

// verified is the verdict on one release, or on a log if Release is empty.
type verified struct {
	Release string       `json:"release"`
	Folder  string       `json:"folder"`
	Files   int          `json:"files"`
	Entries int64        `json:"entries,omitempty"` // of a log
	Signed  string       `json:"signed,omitempty"`  // public key by which a log begins
	Exports int          `json:"exports,omitempty"` // kept exports that are as they were received
	Erased  []erasure    `json:"erased,omitempty"`  // exports whose bytes are gone by law
	Issues  []stat.Issue `json:"issues"`
}

// erasure is an export whose bytes were erased: its batch, checksum and numbers stay.
type erasure struct {
	Batch  string    `json:"batch"`
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
}

func (p *program) verify(ctx context.Context, v verification, args []string, asJSON bool) error {
	all := len(args) == 0
	if all {
		args = []string{p.releases()}
	}
	for _, arg := range args {
		if err := v.one(ctx, p, arg); err != nil {
			return err
		}
	}
	if all {
		if err := v.exports(ctx, p); err != nil {
			return err
		}
	}
	wrong := 0
	for _, r := range v.results {
		wrong += len(r.Issues)
	}
	if asJSON {
		if err := writeJSON(p.stdout, v.results); err != nil {
			return err
		}
	} else {
		v.print(p.stdout)
	}
	if wrong > 0 {
		return rejected{fmt.Sprintf("%s found", plural(int64(wrong), "fault", "faults"))}
	}
	return nil
}

func (v *verification) print(w io.Writer) {
	for _, r := range v.results {
		printIssues(w, r.Issues)
		for _, e := range r.Erased {
			fmt.Fprintf(w, "batch %s: its bytes were erased on %s; its checksum %s… and its numbers stay\n", e.Batch, e.At.Format(time.DateOnly), e.SHA256[:12])
		}
		switch {
		case len(r.Issues) > 0:
		case r.Exports+len(r.Erased) > 0:
			fmt.Fprintf(w, "verified %s: the bytes that were received\n", plural(int64(r.Exports), "kept export", "kept exports"))
		case r.Signed != "":
			fmt.Fprintf(w, "verified the log: %s, signed by %s\n", plural(r.Entries, "entry", "entries"), r.Signed)
		case r.Release != "":
			fmt.Fprintf(w, "verified %s: the manifest and %s are as sealed\n", r.Folder, plural(int64(r.Files), "file", "files"))
		}
	}
}

// one verifies what one argument names.
func (v *verification) one(ctx context.Context, p *program, arg string) error {
	if strings.HasPrefix(arg, "https://") || strings.HasPrefix(arg, "http://") {
		return v.address(ctx, arg)
	}
	if release.ValidID(arg) {
		if _, err := os.Stat(arg); errors.Is(err, fs.ErrNotExist) {
			arg = filepath.Join(p.releases(), arg)
		}
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && arg == p.releases():
		return fmt.Errorf("there is no release in %s: %w", p.releases(), stat.ErrNotFound)
	case err != nil:
		return err
	case !info.IsDir():
		return v.kit(arg, arg)
	}
	if _, err := os.Stat(filepath.Join(arg, release.ManifestFile)); errors.Is(err, fs.ErrNotExist) && !release.ValidID(filepath.Base(arg)) {
		return v.folder(arg)
	}
	issues, m, err := release.Verify(arg)
	if err != nil {
		return err
	}
	v.results = append(v.results, verified{Release: m.ID, Folder: arg, Files: len(m.Files), Issues: issues})
	return nil
}

// folder verifies a folder of releases with its log. Every fault stands with the release it is in.
func (v *verification) folder(dir string) error {
	issues, log, err := release.VerifyAll(dir, v.key, v.kept...)
	if err != nil {
		return err
	}
	folders, err := releaseFolders(dir)
	if err != nil {
		return err
	}
	if len(folders) == 0 && len(issues) == 0 {
		return fmt.Errorf("there is no release in %s: %w", dir, stat.ErrNotFound)
	}
	for _, folder := range folders {
		full, err := filepath.Abs(folder)
		if err != nil {
			return err
		}
		r := verified{Release: filepath.Base(folder), Folder: folder}
		of := func(i stat.Issue) bool {
			at, err := filepath.Abs(i.File)
			return err == nil && (at == full || strings.HasPrefix(at, full+string(filepath.Separator)))
		}
		for _, i := range issues {
			if of(i) {
				r.Issues = append(r.Issues, i)
			}
		}
		issues = slices.DeleteFunc(issues, of)
		if len(r.Issues) == 0 {
			_, m, err := release.Verify(folder)
			if err != nil {
				return err
			}
			r.Files = len(m.Files)
		}
		v.results = append(v.results, r)
	}
	r := verified{Folder: dir, Issues: issues}
	if log != nil {
		r.Entries, r.Signed = log.Size(), log.Public
	}
	if log != nil || len(issues) > 0 {
		v.results = append(v.results, r)
	}
	return nil
}

// exports verifies the kept bytes of all batches. That bytes were erased by law is said, and is no fault.
func (v *verification) exports(ctx context.Context, p *program) error {
	if _, err := os.Stat(filepath.Join(p.state, "warehouse.duckdb")); errors.Is(err, fs.ErrNotExist) {
		return nil // a place that only serves has none
	}
	wh, err := warehouse.Open(ctx, p.state)
	if errors.Is(err, stat.ErrBusy) {
		fmt.Fprintln(p.stderr, "the kept exports were not checked: another tallystick is working on them")
		return nil
	}
	if err != nil {
		return err
	}
	defer wh.Close()
	r := verified{Folder: p.state}
	if r.Issues, err = wh.Check(ctx); err != nil {
		return err
	}
	batches, err := wh.Batches(ctx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.ErasedAt.IsZero() {
			r.Exports++
		} else {
			r.Erased = append(r.Erased, erasure{b.ID, b.SHA256, b.ErasedAt})
		}
	}
	v.results = append(v.results, r)
	return nil
}

func (v *verification) kit(file, name string) error {
	issues, m, err := release.VerifyKit(file, v.key)
	if err != nil {
		return err
	}
	v.results = append(v.results, verified{Release: m.ID, Folder: name, Files: len(m.Files), Issues: issues})
	return nil
}

// address verifies what a site publishes: the release of an address like https://HOST/releases/ID or that of its kit,
// and for any other address every release that the site there lists.
func (v *verification) address(ctx context.Context, address string) error {
	address = strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/kit.zip")
	if _, id, ok := strings.Cut(address, "/releases/"); ok {
		return v.release(ctx, address, id)
	}
	body, err := fetch(ctx, address+"/releases.json")
	if err != nil {
		return err
	}
	defer body.Close()
	var list struct {
		Releases []struct {
			ID string `json:"id"`
		} `json:"releases"`
	}
	if err := json.NewDecoder(io.LimitReader(body, 64<<20)).Decode(&list); err != nil {
		return fmt.Errorf("%s/releases.json is not a list of releases: %w", address, err)
	}
	for _, r := range slices.Backward(list.Releases) {
		if err := v.release(ctx, address+"/releases/"+r.ID, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// release fetches the kit of a release and verifies it; it must be the kit of that release and no other.
func (v *verification) release(ctx context.Context, address, id string) error {
	body, err := fetch(ctx, address+"/kit.zip")
	if err != nil {
		return err
	}
	defer body.Close()
	f, err := os.CreateTemp("", "tallystick-*.zip")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, io.LimitReader(body, 1<<30))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := v.kit(f.Name(), address+"/kit.zip"); err != nil {
		return err
	}
	last := &v.results[len(v.results)-1]
	if len(last.Issues) == 0 && last.Release != id {
		last.Issues = append(last.Issues, stat.Issue{
			File: address + "/kit.zip", Code: "kit-of-another", Problem: fmt.Sprintf("It is the kit of release %s, not of %s.", last.Release, id),
			Fix: "Fetch the kit again from its publisher.", Severity: stat.SeverityError,
		})
	}
	return nil
}

// fetch asks for an address and returns what it answers.
func fetch(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, usageError(fmt.Sprintf("%q is not an address", address))
	}
	res, err := (&http.Client{Timeout: 5 * time.Minute}).Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("%s answered %s", address, res.Status)
	}
	return res.Body, nil
}

// releaseFolders lists the sealed releases in a folder, oldest first.
func releaseFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of the releases cannot be read: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && release.ValidID(e.Name()) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return release.CompareIDs(filepath.Base(a), filepath.Base(b)) })
	return out, nil
}
